from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who may sign in to the admin, and how."""

    name = "conferenceline.accounts"
    label = "accounts"
    verbose_name = _("who may log in")
