from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """A conference while it is being held."""

    name = "rooms"
    verbose_name = "rooms"
