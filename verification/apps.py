from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """The call: from ringing to the door of the room."""

    name = "verification"
    verbose_name = "calls"
