from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    """Who may enter which room, and when. Knows nothing of telephones."""

    name = "participants"
    verbose_name = "conferences and people"
