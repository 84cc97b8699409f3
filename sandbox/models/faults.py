"""What goes wrong on demand, and what was asked of the REST half."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class FaultQuerySet(models.QuerySet["Fault"]):
    def inject(
        self,
        operation: str,
        code: int | None = None,
        *,
        status: int = 400,
        kind: str = "error",
        times: int | None = 1,
        to: str = "",
        slow: float = 0,
        in_real_time: bool = False,
    ) -> Fault:
        """Makes the next requests of an operation go wrong.

        Args:
            operation: "verify.send", "verify.check" ...; the routing table (sandbox/rest/routes.py) names them all.
            code: Twilio's error code, answered with this HTTP status. Only with kind "error".
            times: how often; None for ever.
            to: only for this address.
            slow: seconds that the answer takes. As long as the client's time-out or longer, it is a time-out.
            in_real_time: whether those seconds are really waited for. In the demo; never in tests.
        """
        if (code is not None) != (kind == Fault.Kind.ERROR):
            raise ValueError("An error code goes with the kind 'error', and only with it.")
        return self.create(
            operation=operation,
            kind=kind,
            code=code,
            status=status,
            remaining=times,
            to=to,
            slow=slow,
            in_real_time=in_real_time,
        )

    def take(self, operation: str, to: str) -> Fault | None:
        """The oldest fault that this request meets, used up by one."""
        for fault in self.filter(operation=operation).filter(Q(to="") | Q(to=to)).order_by("pk"):
            if fault.remaining is None:
                return fault
            if self.filter(pk=fault.pk, remaining__gt=0).update(remaining=F("remaining") - 1):
                return fault
        return None


class Fault(models.Model):
    """Something that the next requests of one operation run into."""

    class Kind(models.TextChoices):
        ERROR = "error"
        TIMEOUT = "timeout"  # the request never arrived, or nothing was done
        TIMEOUT_AFTER = "timeout_after"  # the work was done, and the answer was lost
        REFUSED = "refused"
        HTTP_500 = "http_500"
        SLOW = "slow"  # nothing is wrong, it only takes time

    operation = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=15, choices=Kind)
    code = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(default=400)
    remaining = models.PositiveIntegerField(null=True)  # None: for ever
    to = models.CharField(max_length=254, blank=True)
    slow = models.FloatField(default=0)
    in_real_time = models.BooleanField(default=False)

    objects = FaultQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.operation}: {self.kind} {self.code or ''}"


class RestRequest(models.Model):
    """One request that the application made. Codes and other secrets are not in it."""

    operation = models.CharField(max_length=40, db_index=True)
    to = models.CharField(max_length=254, blank=True)
    status = models.PositiveSmallIntegerField(null=True)  # None: it never got an answer
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.operation} {self.to}: {self.status}"
