"""What is configured here, held against what Twilio has and what answers at PUBLIC_URL."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from conferenceline.telephony import accounts, numbers, reach, verify_service
from conferenceline.telephony.errors import MisconfiguredError, NotThereError
from conferenceline.telephony.numbers import Number, is_ours
from participants.models import DialInNumber

CLOCKS_APART_MOST = 10  # seconds: doors open and codes expire by the clock
RENEWED_BEFORE = 14  # days: whatever renews certificates by itself has done so by then


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in words; with the next thing to do where it is not as it should be."""

    words: str
    next: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.next


def findings() -> Iterator[Finding]:
    """Raises MisconfiguredError, TooBusyError, OutcomeUnknownError, RefusedError where Twilio cannot be asked."""
    yield from _account()
    yield _service()
    yield from _numbers()
    yield from _public_url()


def _account() -> Iterator[Finding]:
    try:
        account = accounts.opened_by(settings.TWILIO_AUTH_TOKEN)
    except MisconfiguredError:
        yield _token_refused()
        return
    if account.is_active:
        trial = " It is a trial account: it calls and texts only numbers that were verified in the console."
        yield Finding(f"The account {settings.TWILIO_ACCOUNT_SID} is open.{trial if account.is_trial else ''}")
    else:
        yield Finding(
            f"The account {settings.TWILIO_ACCOUNT_SID} is suspended or closed: no call comes in.",
            "Log in to the Twilio console: it says why, and how to open it again.",
        )
    if settings.TWILIO_AUTH_TOKEN_NEXT:
        yield _next_token()
    apart = f"This host's clock and Twilio's are {abs(account.clock_ahead):.0f} s apart"
    if abs(account.clock_ahead) > CLOCKS_APART_MOST:
        yield Finding(
            f"{apart}: doors open at the wrong time.",
            "Set it by a time server (timedatectl set-ntp true), and look again.",
        )
    else:
        yield Finding(f"{apart}.")


def _token_refused() -> Finding:
    """Raises MisconfiguredError where no token that is configured opens the account."""
    if not settings.TWILIO_AUTH_TOKEN_NEXT:
        raise MisconfiguredError(20003)
    accounts.opened_by(settings.TWILIO_AUTH_TOKEN_NEXT)
    return Finding(
        "TWILIO_AUTH_TOKEN opens the account no more, and TWILIO_AUTH_TOKEN_NEXT does: it has been promoted.",
        "Finish the rotation: manage.py rotate_auth_token says how.",
    )


def _next_token() -> Finding:
    """Raises TooBusyError, OutcomeUnknownError, RefusedError."""
    try:
        accounts.opened_by(settings.TWILIO_AUTH_TOKEN_NEXT)
    except MisconfiguredError:
        return Finding(
            "TWILIO_AUTH_TOKEN_NEXT does not open the account: no code can be sent.",
            "Take it out of the environment and restart the line; to begin again: manage.py rotate_auth_token",
        )
    return Finding("A rotation of the auth token is under way: manage.py rotate_auth_token says where it stands.")


def _service() -> Finding:
    sid = settings.TWILIO_VERIFY_SERVICE_SID
    if not sid:
        return Finding("TWILIO_VERIFY_SERVICE_SID is not set: nobody gets a code.", "manage.py provision_number")
    try:
        service = verify_service.fetch(sid)
    except NotThereError:
        return Finding(
            f"The account has no Verify service {sid}: nobody gets a code.",
            "Unset TWILIO_VERIFY_SERVICE_SID, then: manage.py provision_number",
        )
    if service.differences:
        words = "".join(f"\n    {line}" for each in service.differences for line in each.lines)
        return Finding(
            f"The Verify service {service} is not as the line needs it:{words}", "manage.py provision_number"
        )
    return Finding(f"The Verify service {service} makes codes of {settings.CODE_LENGTH} digits, as it should.")


def _numbers() -> Iterator[Finding]:
    owned = {each.number: each for each in numbers.owned()}
    listed = [str(each.number) for each in DialInNumber.objects.all()]
    if not listed:
        yield Finding("No dial-in number is listed: nobody can call.", "manage.py provision_number")
    for number in listed:
        yield _number(number, owned.get(number))
    yield from _texts(owned, listed)
    for number, each in owned.items():
        if each.is_ours and number not in listed:
            yield Finding(
                f"{number} sends its calls here, and is not listed as a dial-in number.",
                f"manage.py provision_number {number}, or manage.py release_number {number}",
            )


def _number(number: str, owned: Number | None) -> Finding:
    if owned is None:
        return Finding(
            f"{number} is listed as a dial-in number, and is not the account's.",
            "Take it off the list: Dial-in numbers, in the admin.",
        )
    if not owned.differences:
        return Finding(f"{number} sends its calls to {settings.PUBLIC_URL}.")
    words = "".join(f"\n    {line}" for each in owned.differences for line in each.lines)
    taken = " --take-over" if owned.used_by or owned.texts_used_by else ""
    return Finding(f"{number} is not as the line needs it:{words}", f"manage.py provision_number {number}{taken}")


def _texts(owned: dict[str, Number], listed: list[str]) -> Iterator[Finding]:
    """Whether STOP, answered to what we text, comes here. Twilio obeys it in any case; so do organizers then."""
    here = settings.PUBLIC_URL + reverse("texts")
    if sid := settings.TWILIO_MESSAGING_SERVICE_SID:
        yield Finding(f"Texts go by the Messaging Service {sid}: see that it sends its incoming messages to {here}.")
        return
    sender = settings.TWILIO_MESSAGES_FROM
    if not sender or sender in listed:
        return
    number = owned.get(sender)
    if number is None or not is_ours(number.settings["sms_url"]):
        yield Finding(
            f"{sender}, from which texts are sent, does not send here what is answered to them, such as STOP.",
            f"In the Twilio console, on the page of the number: A message comes in, Webhook, {here}, HTTP POST.",
        )


def _public_url() -> Iterator[Finding]:
    url = settings.PUBLIC_URL
    try:
        forged, signed = reach.forged(), reach.signed_with(settings.TWILIO_AUTH_TOKEN)
    except reach.UnreachableError as problem:
        yield Finding(
            f"{url} cannot be reached from here: {problem}.",
            "See that the line runs, that the tunnel or the proxy in front of it does, and that PUBLIC_URL is its "
            "address.",
        )
        return
    yield from _certificate(url)
    if forged == 403:
        yield Finding(f"{url} can be reached, and refuses a forged call.")
    else:
        yield Finding(f"{url} answers a forged call with {forged} in place of 403.", _way_on(forged))
    if signed == 204:
        yield Finding(f"{url} takes what Twilio signs.")
    elif forged == 403:
        yield Finding(
            f"{url} answers what Twilio signs with {signed} in place of 204: every call fails.",
            "Give the line that runs there the TWILIO_AUTH_TOKEN and the PUBLIC_URL that this command has, and restart "
            "it; see that the proxy in front changes neither path nor form.",
        )


def _certificate(url: str) -> Iterator[Finding]:
    ends_at = reach.certificate_ends_at()
    if ends_at is None:
        return
    days = (ends_at - timezone.now()).days
    left = f"The certificate of {url} is valid for {days} {'day' if days == 1 else 'days'} more"
    if days < RENEWED_BEFORE:
        yield Finding(
            f"{left}, until {ends_at:%Y-%m-%d %H:%M} UTC: after that no call comes in.",
            "Renew it, and see why that did not happen by itself.",
        )
    else:
        yield Finding(f"{left}.")


def _way_on(status: int) -> str:
    if 300 <= status < 400:
        return "Set PUBLIC_URL to the address that it redirects to: Twilio would lose the form on the way."
    if status == 400:
        return (
            "See that ALLOWED_HOSTS has the host of PUBLIC_URL, and that the proxy in front hands the Host header on."
        )
    if status >= 500:
        return "See that the line runs, and that the tunnel or the proxy in front leads to its port."
    return "Something else answers there: see that the tunnel or the proxy in front leads to this line."
