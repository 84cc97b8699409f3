from django.apps import AppConfig


class ConferencelineConfig(AppConfig):
    """The line itself, and the telephone exchange that it is plugged into."""

    name = "conferenceline"

    def ready(self) -> None:
        from conferenceline import checks  # noqa: F401 (importing them registers them)
