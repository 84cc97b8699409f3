"""What Twilio answers to the next request instead of doing it: an error code, a fault of its own, or nothing in time.

https://www.twilio.com/docs/api/errors/NNNNN
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.models import Fault


@dataclass(frozen=True)
class Mishap:
    operation: str
    kind: str  # what does not happen, and why, in words
    answer: int | str  # the error code, or the kind of fault that has none
    status: int
    words: str

    @property
    def name(self) -> str:
        return f"{self.operation}-{self.answer}"

    @property
    def code(self) -> int:
        """0 where there is none."""
        return self.answer if isinstance(self.answer, int) else 0


SEND, CHECK, APP, NEW_APP, CONFIRM, LOOKUP, TEXT, DELIVERY = (
    "verify.send",
    "verify.check",
    "challenges.create",
    "factors.create",
    "factors.verify",
    "lookups.fetch",
    "messages.create",
    "messages.deliver",
)
Answers = tuple[tuple[int | str, int, str], ...]  # error code or kind of fault, HTTP status, and what it means

ACCOUNT: Answers = (
    (20003, 401, "wrong credentials"),
    (20001, 400, "a parameter that the product does not know"),
    (20008, 403, "credentials that are for tests alone"),
)
NO_ANSWER: Answers = (
    (Fault.Kind.HTTP_500.value, 500, "a fault of Twilio's own"),
    (Fault.Kind.TIMEOUT.value, 0, "nothing in time, and it was not done"),
    (Fault.Kind.TIMEOUT_AFTER.value, 0, "nothing in time, though it was done"),
)
TABLE: tuple[tuple[str, str, Answers], ...] = (
    (
        SEND,
        "The next code is not sent: for the moment",
        (
            (20429, 429, "too many requests at once"),
            (60212, 429, "too many requests for this address"),
            (14107, 429, "too many texts at once"),
            (60203, 429, "too many codes to this address"),
            (60202, 429, "too many wrong codes"),
            *NO_ANSWER,
        ),
    ),
    (
        SEND,
        "The next code is not sent: because of the address",
        (
            (60205, 403, "a text cannot go to a landline"),
            (60410, 403, "numbers like this one are blocked for fraud"),
            (60605, 403, "the country is blocked"),
            (60200, 400, "the address is none"),
            (60221, 400, "no address was given"),
            (60237, 400, "the mail domain is refused"),
            (60245, 400, "too many messages to this address"),
            (60247, 400, "the message is too long"),
            (60206, 400, "the amount and the payee are missing"),
            (60220, 400, "a sender in China has to be vetted"),
            (60226, 400, "a sender in China needs a name"),
            (60325, 400, "the template does not fit"),
            (60327, 400, "the template is not for this channel"),
            (60331, 400, "no voice speaks this language"),
            (60333, 400, "the template does not fit"),
            (60334, 400, "the template does not fit"),
            (60408, 400, "the template is for texts alone"),
            (21211, 400, "the number is none"),
            (21408, 403, "texts to this country are not switched on"),
            (21608, 400, "a trial account sends to confirmed numbers alone"),
            (21610, 400, "the owner has answered STOP"),
            (21612, 400, "no way from our number to this one"),
            (21614, 400, "the number is no mobile"),
        ),
    ),
    (
        SEND,
        "The next code is not sent: because of the service",
        (
            (60223, 400, "the channel is disabled"),
            (60204, 403, "the service lacks the feature"),
            (60201, 400, "the translation of the template is not approved"),
            (60224, 400, "the template lacks its values"),
            (60228, 400, "there is no such template"),
            (60229, 400, "the template is not in this language"),
            (60214, 400, "no calls about payments"),
            (60215, 400, "the mail service takes no more"),
            (60217, 400, "no mail integration"),
            (60218, 400, "the mail template is not active"),
            (60219, 400, "the mail template has no place for the code"),
            (60222, 403, "the mail account is not verified"),
            (60253, 400, "the mail settings are not complete"),
            (60603, 401, "the mail credits are used up"),
            (60604, 401, "the mail key may not send"),
            (68008, 400, "no WhatsApp sender"),
            (60242, 400, "no WhatsApp template"),
            (60238, 403, "the account is under review"),
        ),
    ),
    (
        SEND,
        "The next code is not sent: because of the account",
        (*ACCOUNT, (20404, 404, "no such service")),
    ),
    (
        CHECK,
        "The next code is not checked",
        (
            (20404, 404, "the code is gone"),
            (60200, 400, "no code was ever sent there"),
            (60202, 429, "too many wrong codes"),
            (60212, 429, "too many requests for this address"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        APP,
        "The next code of an app is not checked",
        (
            (60312, 429, "too many codes of this app in an hour or a day"),
            (60308, 429, "too many wrong codes"),
            (60310, 429, "too many wrong codes when it was set up"),
            (60318, 403, "the app was never confirmed"),
            (60322, 403, "the code was used before"),
            (60323, 403, "the question has expired"),
            (60306, 400, "the request is invalid"),
            (60324, 403, "the code is wrong, as Twilio said it in earlier years"),
            (60311, 403, "the code is none"),
            (60328, 429, "too many people at once"),
            (20404, 404, "the app is gone"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        NEW_APP,
        "The next app is not set up",
        (
            (60315, 400, "too many apps of this person"),
            (60326, 429, "too many new apps of this person today"),
            (60328, 429, "too many people at once"),
            (60306, 400, "the request is invalid"),
            (20404, 404, "no such service"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        CONFIRM,
        "The next app is not confirmed",
        (
            (60310, 429, "too many wrong codes"),
            (60311, 403, "the code is none"),
            (60317, 409, "it is confirmed already"),
            (60328, 429, "too many people at once"),
            (60324, 403, "the code is wrong, as Twilio said it in earlier years"),
            (20404, 404, "the app is gone"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        LOOKUP,
        "The next question to Lookup is not answered",
        (
            (20404, 404, "there is no such number"),
            (60600, 404, "Lookup knows nothing of numbers there"),
            (60601, 404, "the carrier tells nothing"),
            (60606, 403, "the account may not ask this"),
            (60620, 404, "the carrier told less than was asked"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        TEXT,
        "The next text that is no code is not taken",
        (
            (21211, 400, "the number is none"),
            (21408, 403, "texts to this country are not switched on"),
            (21608, 400, "a trial account sends to confirmed numbers alone"),
            (21610, 400, "the owner has answered STOP"),
            (21612, 400, "no way from our number to this one"),
            (21614, 400, "the number is no mobile"),
            (21617, 400, "the text is too long"),
            (21603, 400, "no sender was given"),
            (21606, 400, "the sender cannot text"),
            (21611, 400, "too many texts of the sender wait"),
            (21212, 400, "the sender is no number"),
            (21659, 400, "the sender is not the account's"),
            (21701, 400, "no such messaging service"),
            (21703, 400, "the messaging service has no number"),
            (20404, 404, "no such account"),
            (20429, 429, "too many requests at once"),
            *ACCOUNT,
            *NO_ANSWER,
        ),
    ),
    (
        DELIVERY,
        "The next text that is no code does not arrive",
        (
            (30003, 400, "the phone is off or out of reach"),
            (30004, 400, "the number takes no such texts"),
            (30005, 400, "no such number"),
            (30006, 400, "a landline, or a carrier out of reach"),
            (30007, 400, "the carrier took it for unwanted advertising"),
            (30008, 400, "nobody knows why"),
            (30034, 400, "the sender is not registered with the carriers"),
            (30450, 400, "it was taken for one that is sent to earn money"),
            (63016, 400, "WhatsApp asks for a template"),
        ),
    ),
)
MISHAPS = tuple(Mishap(operation, kind, *answer) for operation, kind, answers in TABLE for answer in answers)
BY_NAME = {mishap.name: mishap for mishap in MISHAPS}


def called(words: str) -> list[Mishap]:
    """Those with this name ("verify.check-60202") or answer ("60202", "timeout"), which several requests may get."""
    return [mishap for mishap in MISHAPS if words in (mishap.name, str(mishap.answer))]


def choose(name: str) -> None:
    """The next request of its kind meets this one, and no other; "" for none. Raises KeyError for an unknown one."""
    mishap = BY_NAME[name] if name else None
    waiting().delete()
    if mishap:
        kind = Fault.Kind.ERROR if mishap.code else str(mishap.answer)
        Fault.objects.inject(mishap.operation, mishap.code or None, status=mishap.status, kind=kind)


def chosen() -> str:
    """The name of the one that waits for its request; "" for none."""
    fault = waiting().first()
    return f"{fault.operation}-{fault.code or fault.kind}" if fault else ""


def waiting():
    return Fault.objects.filter(remaining__gt=0)
