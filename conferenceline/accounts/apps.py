from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may sign in to the admin, and how."""

    name = "conferenceline.accounts"
    label = "accounts"
