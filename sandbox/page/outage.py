"""Twilio Verify is down, for everybody: it is one service, and a check does not say whose code it checks."""

from django.db import models

from sandbox.models import Fault

OPERATIONS = (
    *("verify.send", "verify.fetch", "verify.update", "verify.check"),
    *("factors.create", "factors.verify", "factors.delete", "entities.delete", "challenges.create"),
)


def is_on() -> bool:
    return ours().exists()


def switch(*, on: bool) -> None:
    ours().delete()
    for operation in OPERATIONS if on else ():
        Fault.objects.inject(operation, kind=Fault.Kind.TIMEOUT, times=None)


def ours() -> models.QuerySet[Fault]:
    """Time-outs that never end. Nothing else makes such faults in a line that runs."""
    return Fault.objects.filter(operation__in=OPERATIONS, kind=Fault.Kind.TIMEOUT, remaining=None, to="")
