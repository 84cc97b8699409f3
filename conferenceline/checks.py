"""Wrong configuration is a system check, with an id and a way out: manage.py says it before anything else."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Warn
from django.http.request import validate_host

from conferenceline.telephony.voices import VOICES

SID_PREFIXES = {
    "TWILIO_ACCOUNT_SID": "AC",
    "TWILIO_VERIFY_SERVICE_SID": "VA",
    "TWILIO_API_KEY_SID": "SK",
    "TWILIO_MESSAGING_SERVICE_SID": "MG",
}
TOKEN_LEAST = 20
LOG_FORMATS = ("json", "terminal")
REQUIRED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_VERIFY_SERVICE_SID")


def has_real_account() -> bool:
    """Whether anything here could speak to Twilio in somebody's name, and spend their money."""
    return (
        settings.TWILIO_ACCOUNT_SID not in ("", settings.SANDBOX_ACCOUNT_SID)
        or settings.TWILIO_API_KEY_SID != ""
        or settings.TWILIO_API_KEY_SECRET != ""
    )


@register
def check_sandbox_and_debug(**_kwargs: object) -> Iterator[CheckMessage]:
    if settings.SANDBOX and has_real_account():
        yield Error(
            "SANDBOX is on, and a Twilio account is set: nobody could tell pretended calls from real ones.",
            hint="For the real line set SANDBOX=off; for the sandbox unset every TWILIO_ variable.",
            id="conferenceline.E001",
        )
    if settings.DEBUG and has_real_account():
        yield Error(
            "DEBUG is on, and a Twilio account is set: a debug page prints what callers typed.",
            hint="Set DEBUG=off.",
            id="conferenceline.E002",
        )


@register
def check_account(**_kwargs: object) -> Iterator[CheckMessage]:
    missing = [name for name in REQUIRED if not getattr(settings, name)]
    if missing == ["TWILIO_VERIFY_SERVICE_SID"] and not settings.SANDBOX:
        yield Warn(  # no error: the commands that lead there must run
            "The line has no Verify service, which sends the codes: TWILIO_VERIFY_SERVICE_SID not set.",
            hint="manage.py provision_number finds one or makes it, and says what to set.",
            id="conferenceline.W002",
        )
    elif missing and not settings.SANDBOX:
        yield Error(
            f"The line has neither a Twilio account nor the sandbox: {', '.join(missing)} not set.",
            hint="Set them to what the Twilio console shows, or try the line without an account: SANDBOX=on.",
            id="conferenceline.E003",
        )
    for name, prefix in SID_PREFIXES.items():
        value = getattr(settings, name)
        if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
            yield Error(
                f"{name} is not {prefix} followed by 32 hexadecimal digits.",
                hint="Copy it from the Twilio console again.",
                id="conferenceline.E004",
            )
    if bool(settings.TWILIO_API_KEY_SID) != bool(settings.TWILIO_API_KEY_SECRET):
        yield Warn(
            "One of TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET is set without the other.",
            hint="Set both, or neither: then the account's auth token is used.",
            id="conferenceline.W001",
        )


@register
def check_language(**_kwargs: object) -> Iterator[CheckMessage]:
    if settings.LINE_LANGUAGE not in VOICES:
        yield Error(
            f"The line cannot speak LINE_LANGUAGE, {settings.LINE_LANGUAGE}: no call would hear a word.",
            hint=f"Set it to one of these: {', '.join(VOICES)}.",
            id="conferenceline.E009",
        )


@register
def check_public_url(**_kwargs: object) -> Iterator[CheckMessage]:
    fault = fault_of_public_url()
    if fault:
        yield Error(
            f"PUBLIC_URL {fault}: {settings.PUBLIC_URL}",
            hint="Set it to the address at which Twilio reaches this line, such as https://line.example.com.",
            id="conferenceline.E005",
        )
        return
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield Error(
            f"The host of PUBLIC_URL, {host}, is not in ALLOWED_HOSTS: every call would be refused.",
            hint=f"Add {host} to ALLOWED_HOSTS, or unset ALLOWED_HOSTS: then it follows PUBLIC_URL.",
            id="conferenceline.E008",
        )


def fault_of_public_url() -> str:
    """Why Twilio could not call this address, or sign for it as we check; "" if it can."""
    try:
        url: SplitResult = urlsplit(settings.PUBLIC_URL)
        host, _ = url.hostname, url.port
    except ValueError:
        return "is not an address"
    if url.scheme not in ("http", "https") or not host:
        return "is not an http or https address"
    if has_real_account() and url.scheme != "https":
        return "is not https, so codes and numbers would travel in the open"
    if f"{url.scheme}://{url.netloc}" != settings.PUBLIC_URL or "@" in url.netloc:
        return "has more than a host and a port"
    if "_" in host:
        return "has a host with an underscore, which Twilio refuses"
    return ""


@register
def check_limits(**_kwargs: object) -> Iterator[CheckMessage]:
    for name, limit in settings.LIMITS.items():
        if not re.fullmatch(r"0*[1-9][0-9]*/0*[1-9][0-9]*", limit):
            yield Error(
                f"The limit {name} is {limit!r}, and not COUNT/SECONDS.",
                hint=f"Set LIMIT_{name.upper()} to two whole numbers above zero, such as 3/600.",
                id="conferenceline.E006",
            )
    if not 4 <= settings.CODE_LENGTH <= 10:
        yield Error(
            f"CODE_LENGTH is {settings.CODE_LENGTH}; a Twilio Verify service makes codes of 4 to 10 digits.",
            hint="Set it to what the Verify service says; 6 unless it was changed.",
            id="conferenceline.E007",
        )


@register
def check_sign_in(**_kwargs: object) -> Iterator[CheckMessage]:
    if not has_real_account():
        return
    if not settings.REQUIRE_SECOND_FACTOR:
        yield Warn(
            "REQUIRE_SECOND_FACTOR is off: a password alone opens the admin, and with it every conference.",
            hint="Unset it, or set REQUIRE_SECOND_FACTOR=on.",
            id="conferenceline.W020",
        )
    if not settings.HAS_MAIL_SERVER:
        yield Warn(
            "EMAIL_URL is not set: mails go to a server on this host, if there is one.",
            hint="Set EMAIL_URL to your mail server: forgotten passwords are mended by mail.",
            id="conferenceline.W021",
        )


@register
def check_bounds(**_kwargs: object) -> Iterator[CheckMessage]:
    for name, least in (("LIVE_CALLS_MOST", 1), ("RESERVED_CALLS_MOST", 0), ("RETENTION_DAYS", 2)):
        if getattr(settings, name) < least:
            yield Error(
                f"{name} is {getattr(settings, name)}.",
                hint=f"Set it to {least} or more.",
                id="conferenceline.E020",
            )
    for prefix in settings.ALLOWED_PREFIXES:
        if not re.fullmatch(r"\+[1-9]\d{0,13}", prefix):
            yield Error(
                f"ALLOWED_PREFIXES has {prefix!r}, which no number begins with: no code would go there.",
                hint="Write each with its country code, such as +1202,+44, separated by commas.",
                id="conferenceline.E023",
            )
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < TOKEN_LEAST:
        yield Error(
            f"METRICS_TOKEN has fewer than {TOKEN_LEAST} characters: it could be guessed.",
            hint="Set it to 30 random characters or more, or unset it: then nobody may read the metrics.",
            id="conferenceline.E021",
        )
    if settings.LOG_FORMAT not in LOG_FORMATS:
        yield Error(
            f"LOG_FORMAT is {settings.LOG_FORMAT!r}.",
            hint=f"Set it to one of these: {', '.join(LOG_FORMATS)}.",
            id="conferenceline.E022",
        )
