"""The account's telephone numbers: find them, point them at this line, take them off it. None is ever bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.differences import Difference, between
from conferenceline.telephony.errors import SETUP_ERRORS, NotThereError, RefusedError
from conferenceline.telephony.twiml import webhook_url

# https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
URLS = ("voice_url", "voice_fallback_url", "status_callback", "sms_url")
SETTINGS = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
    "voice_application_sid",
    "trunk_sid",
    "voice_receive_mode",
    "sms_url",
    "sms_method",
    "sms_application_sid",
)
UNUSED = "https://demo.twilio.com/"  # where a number points that was bought and never set up


@dataclass(frozen=True)
class Number:
    """A number of the account (E.164), with its settings as Twilio has them."""

    sid: str
    number: str
    takes_calls: bool
    takes_texts: bool
    settings: Mapping[str, str]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ours(self) -> bool:
        """Whether calls to it come to this line."""
        return not self.used_by and is_ours(self.settings["voice_url"])

    @property
    def used_by(self) -> str:
        """What else takes its calls; "" for this line, and for nothing."""
        url = self.settings["voice_url"]
        if sid := self.settings["trunk_sid"]:
            return f"the trunk {sid}"
        if sid := self.settings["voice_application_sid"]:
            return f"the application {sid}"
        if self.settings["voice_receive_mode"] == "fax":
            return "a fax"
        return "" if not url or url.startswith(UNUSED) or is_ours(url) else url

    @property
    def texts_used_by(self) -> str:
        """What else takes its texts, as used_by has it of calls."""
        url = self.settings["sms_url"]
        if sid := self.settings["sms_application_sid"]:
            return f"the application {sid}"
        return "" if not self.takes_texts or not url or url.startswith(UNUSED) or is_ours(url) else url

    @property
    def differences(self) -> list[Difference]:
        """What has to change for calls and texts to come to this line as it needs them."""
        return between(self.settings, should_be(takes_texts=self.takes_texts))

    @property
    def differences_without_us(self) -> list[Difference]:
        """What has to change for nothing of this line to be left on it."""
        return between(self.settings, {name: "" for name in URLS if is_ours(self.settings[name])})


def should_be(*, takes_texts: bool) -> dict[str, str]:
    """The settings of a number of this line.

    An application or a trunk would override the addresses. A fallback document that is hosted elsewhere is a file, and
    files are fetched by GET.
    """
    fallback = settings.VOICE_FALLBACK_URL
    texts = {"sms_url": webhook_url(reverse("texts")), "sms_method": "POST", "sms_application_sid": ""}
    here = fallback == settings.PUBLIC_URL + reverse("voice-trouble")
    return {
        "voice_url": webhook_url(reverse("voice")),
        "voice_method": "POST",
        "voice_fallback_url": webhook_url(reverse("voice-trouble")) if here else fallback,
        "voice_fallback_method": "POST" if here else "GET",
        "status_callback": webhook_url(reverse("voice-status")),
        "status_callback_method": "POST",
        "voice_application_sid": "",
        "trunk_sid": "",
        "voice_receive_mode": "voice",
        **(texts if takes_texts else {}),
    }


def is_ours(url: str) -> bool:
    """Whether this address is one of this line's, whatever its connection overrides."""
    paths = [reverse(name) for name in ("voice", "voice-trouble", "voice-status", "texts")]
    ours = [settings.PUBLIC_URL + path for path in paths]
    return url.partition("#")[0] in (*ours, settings.VOICE_FALLBACK_URL)


def owned() -> list[Number]:
    """The account's numbers. Raises MisconfiguredError, TooBusyError, OutcomeUnknownError, RefusedError."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        return [_read(row) for row in client().incoming_phone_numbers.list()]


def find(number: str) -> Number:
    """The number that reads like this (E.164). Raises NotThereError where it is not the account's; else as owned()."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        rows = client().incoming_phone_numbers.list(phone_number=number)  # Twilio finds longer ones too
    for row in rows:
        if row.phone_number == number:
            return _read(row)
    raise NotThereError


def meant(*, listed: set[str]) -> Number | None:
    """Which number of the account is this line's: the one that is listed; or else whose calls come here; or that
    nothing uses; or that there is. None where several are alike, or there is none. Raises as owned() does.
    """
    able = [each for each in owned() if each.takes_calls]
    for candidates in (
        [each for each in able if each.number in listed],
        [each for each in able if each.is_ours],
        [each for each in able if not each.used_by],
        able,
    ):
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    return None


def change(number: Number, differences: list[Difference]) -> None:
    """Makes these settings what they should be. Raises as owned() does."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        client().incoming_phone_numbers(number.sid).update(**{each.name: each.should_be for each in differences})


def _read(row: Any) -> Number:
    capabilities = row.capabilities or {}
    values = {name: str(getattr(row, name) or "") for name in SETTINGS}
    return Number(row.sid, row.phone_number, bool(capabilities.get("voice")), bool(capabilities.get("sms")), values)
