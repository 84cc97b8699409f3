from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    """Who may enter which room, and when. Knows nothing of telephones."""

    name = "participants"
    verbose_name = _("Conferences and people")
