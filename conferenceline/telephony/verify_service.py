"""The Verify service that sends this line's codes: find it, make it, compare it with what the line needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.differences import Difference, between
from conferenceline.telephony.errors import SETUP_ERRORS, RefusedError
from conferenceline.telephony.verify import BY_INSTALLATION, BY_LINE
from verification.throttle import limit

# Which of our limits (settings.LIMITS) Twilio keeps too, should our own count be lost: by the key that a send carries.
KEPT_TOO = {BY_INSTALLATION: ("sends_per_hour", "sends_per_day"), BY_LINE: ("sends_per_line",)}


# Of a calling line Twilio has so many times our limit: it does not know whose the line is, and gets no hit back.
LINE_MARGIN = 10


@dataclass(frozen=True)
class Bucket:
    """So many sends in so many seconds."""

    sid: str
    most: int


@dataclass(frozen=True)
class RateLimit:
    """A rate limit with its buckets by their seconds."""

    sid: str = ""
    buckets: Mapping[int, Bucket] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """A Verify service with its settings as words, and its rate limits by name. Without a SID it is yet to be made."""

    name: str
    sid: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, RateLimit] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} ({self.sid})" if self.sid else f"{self.name} (to be made)"

    @property
    def differences(self) -> list[Difference]:
        rules = between(self.settings, {name: said(value) for name, value in should_be().items()})
        return rules + between(_as_words(self.limits), _as_words(limits_should_be())) + self._too_many

    @property
    def _too_many(self) -> list[Difference]:
        """Buckets of our rate limits that say something else than our limits do."""
        wanted, there = _as_words(limits_should_be()), _as_words(self.limits)
        return [Difference(name, words, "") for name, words in there.items() if name not in wanted]


def should_be() -> dict[str, Any]:
    """The settings of a service of this line (https://www.twilio.com/docs/verify/api/service).

    A landline is looked up and refused, with error 60205, instead of a text that nobody sees. A called phone must
    press a key before it hears a code, so that no answering machine is told one. Codes are made by Twilio alone.
    """
    return {
        "code_length": settings.CODE_LENGTH,
        "do_not_share_warning_enabled": True,
        "lookup_enabled": True,
        "skip_sms_to_landlines": True,
        "dtmf_input_required": True,
        "custom_code_enabled": False,
        "psd2_enabled": False,
    }


def limits_should_be() -> dict[str, RateLimit]:
    """The rate limits by name; of two limits over the same seconds the lower."""
    limits = {}
    for name, ours in KEPT_TOO.items():
        buckets: dict[int, Bucket] = {}
        for each in map(limit, ours):
            seconds = int(each.window.total_seconds())
            most = each.most * LINE_MARGIN if name == BY_LINE else each.most
            most = min(most, buckets[seconds].most) if seconds in buckets else most
            buckets[seconds] = Bucket("", most)
        limits[name] = RateLimit("", buckets)
    return limits


def said(value: Any) -> str:
    """A setting in a word."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def fetch(sid: str) -> Service:
    """The service with this SID. Raises NotThereError, MisconfiguredError, TooBusyError, OutcomeUnknownError."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        return _read(client().verify.v2.services(sid).fetch())


def named(name: str) -> list[Service]:
    """The account's services of this name. Raises as fetch() does."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        return [_read(row) for row in client().verify.v2.services.list() if row.friendly_name == name]


def make(name: str) -> Service:
    """A new service with this name (at most 30 characters; it begins the text message). Raises as fetch() does."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        return _read(client().verify.v2.services.create(friendly_name=name, **should_be()))


def provide(service: Service) -> Service:
    """The service as it should be; made where it is yet to be. Raises as fetch() does."""
    there = service if service.sid else make(service.name)
    mend(there)
    return there


def mend(service: Service) -> None:
    """Makes the service what it should be, and changes nothing else of it. Raises as fetch() does."""
    wanted = should_be()
    changes = {each.name: wanted[each.name] for each in service.differences if each.name in wanted}
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        if changes:
            client().verify.v2.services(service.sid).update(**changes)
        for name, rate_limit in limits_should_be().items():
            _mend_limit(service, name, rate_limit)


def _mend_limit(service: Service, name: str, wanted: RateLimit) -> None:
    limits = client().verify.v2.services(service.sid).rate_limits
    there = service.limits.get(name) or RateLimit(limits.create(unique_name=name, description="Conferenceline").sid)
    buckets = limits(there.sid).buckets
    for seconds, bucket in wanted.buckets.items():
        if seconds not in there.buckets:
            buckets.create(max=bucket.most, interval=seconds)
        elif there.buckets[seconds].most != bucket.most:
            buckets(there.buckets[seconds].sid).update(max=bucket.most)
    for seconds in there.buckets.keys() - wanted.buckets.keys():
        buckets(there.buckets[seconds].sid).delete()


def _read(row: Any) -> Service:
    limits = {}
    for each in client().verify.v2.services(row.sid).rate_limits.list():
        if each.unique_name in KEPT_TOO:
            rows = client().verify.v2.services(row.sid).rate_limits(each.sid).buckets.list()
            limits[each.unique_name] = RateLimit(each.sid, {one.interval: Bucket(one.sid, one.max) for one in rows})
    values = {name: said(getattr(row, name)) for name in should_be()}
    return Service(row.friendly_name, row.sid, values, limits)


def _as_words(limits: Mapping[str, RateLimit]) -> dict[str, str]:
    return {
        f"rate limit {name}, {seconds} s": f"{bucket.most} sends"
        for name, rate_limit in limits.items()
        for seconds, bucket in rate_limit.buckets.items()
    }
