"""The authenticator apps on somebody's phone: what each shows now."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from participants.models import Authenticator
from sandbox.models import Factor


def of(person: UUID | None) -> list[dict[str, object]]:
    """Those whose secret was shown to this person and that Twilio still knows, newest first.

    Nobody scans a picture here: an app has its secret as soon as the page has shown it.
    """
    if person is None:
        return []
    newest = _newest(Authenticator.objects.filter(participant__uuid=person))
    return [
        {
            "id": f"app-{factor.pk}",
            "code": factor.code(),
            "seconds": factor.seconds_left,
            "words": "" if factor.status == Factor.Status.VERIFIED else "not confirmed yet",
        }
        for factor in newest
    ]


def code_at(number: str) -> str:
    """What the app shows now on the phone that calls from this number (E.164); "" where there is none that counts."""
    theirs = _newest(Authenticator.objects.filter(participant__lines__number=number))
    return next((factor.code() for factor in theirs if factor.status == Factor.Status.VERIFIED), "")


def _newest(authenticators: QuerySet[Authenticator]) -> list[Factor]:
    """The newest secret of each, newest first."""
    identities = list(authenticators.values_list("identity", flat=True))
    newest: dict[str, Factor] = {}
    for factor in Factor.objects.filter(entity__identity__in=identities).select_related("entity").order_by("pk"):
        newest[factor.entity.identity] = factor  # one that was begun anew takes the place of the first
    return sorted(newest.values(), key=lambda each: -each.pk)
