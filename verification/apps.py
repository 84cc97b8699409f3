from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """The call: from ringing to the door of the room."""

    name = "verification"
    verbose_name = _("Log of calls")

    def ready(self) -> None:
        from django.utils import timezone

        from participants.admin.reach import Blocked
        from participants.admin.states import Presence
        from verification.models import Admission, Block

        Presence.seats = lambda moment: Admission.objects.live(moment).filter(entered_at__isnull=False)
        Blocked.by = lambda team: Block.objects.that_close(team, timezone.now())
