"""What people can be spoken to in."""

from django.conf import settings


def languages() -> list[tuple[str, str]]:
    """What the line can speak; asked each time, so that a new language needs no migration."""
    return list(settings.LANGUAGES)
