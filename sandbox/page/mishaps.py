"""What Twilio answers to the next request instead of doing it, by its error codes.

https://www.twilio.com/docs/api/errors/NNNNN
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.models import Fault


@dataclass(frozen=True)
class Mishap:
    operation: str
    code: int
    status: int
    words: str

    @property
    def kind(self) -> str:
        """What does not happen, in words."""
        return KINDS[self.operation]

    @property
    def name(self) -> str:
        return f"{self.operation}-{self.code}"


MISHAPS = (
    Mishap("verify.send", 60205, 403, "a text cannot go to a landline"),
    Mishap("verify.send", 60203, 429, "too many codes to this address"),
    Mishap("verify.send", 60212, 429, "too many requests for this address"),
    Mishap("verify.send", 20429, 429, "too many requests at once"),
    Mishap("verify.send", 60410, 403, "numbers like this one are blocked for fraud"),
    Mishap("verify.send", 60605, 403, "the country is blocked"),
    Mishap("verify.send", 60200, 400, "the address is none"),
    Mishap("verify.send", 21610, 400, "the owner has answered STOP"),
    Mishap("verify.send", 60223, 400, "the channel is disabled"),
    Mishap("verify.send", 60217, 400, "no mail integration"),
    Mishap("verify.send", 60222, 403, "the mail account is not verified"),
    Mishap("verify.send", 60603, 401, "the mail credits are used up"),
    Mishap("verify.send", 60237, 400, "the mail domain is refused"),
    Mishap("verify.send", 68008, 400, "no WhatsApp sender"),
    Mishap("verify.send", 60242, 400, "no WhatsApp template"),
    Mishap("verify.send", 60238, 403, "the account is under review"),
    Mishap("verify.send", 20003, 401, "wrong credentials"),
    Mishap("verify.send", 20404, 404, "no such service"),
    Mishap("verify.check", 20404, 404, "the code is gone"),
    Mishap("verify.check", 60200, 400, "no code was ever sent there"),
    Mishap("verify.check", 60202, 429, "too many wrong codes"),
    Mishap("verify.check", 60212, 429, "too many requests for this address"),
    Mishap("verify.check", 20429, 429, "too many requests at once"),
    Mishap("verify.check", 20003, 401, "wrong credentials"),
    Mishap("challenges.create", 60312, 429, "too many codes of this app in an hour or a day"),
    Mishap("challenges.create", 60308, 429, "too many wrong codes"),
    Mishap("challenges.create", 60318, 403, "the app was never confirmed"),
    Mishap("challenges.create", 60322, 403, "the code was used before"),
    Mishap("challenges.create", 60323, 403, "the question has expired"),
    Mishap("challenges.create", 60306, 400, "the request is invalid"),
    Mishap("challenges.create", 60324, 403, "the code is wrong, as Twilio said it in earlier years"),
    Mishap("challenges.create", 60311, 403, "the code is none"),
    Mishap("challenges.create", 20404, 404, "the app is gone"),
    Mishap("challenges.create", 20429, 429, "too many requests at once"),
    Mishap("challenges.create", 20003, 401, "wrong credentials"),
    Mishap("factors.create", 60315, 400, "too many apps of this person"),
    Mishap("factors.create", 60326, 429, "too many new apps of this person today"),
    Mishap("factors.create", 60328, 429, "too many people at once"),
    Mishap("factors.create", 60306, 400, "the request is invalid"),
    Mishap("factors.create", 20003, 401, "wrong credentials"),
    Mishap("factors.verify", 60310, 429, "too many wrong codes"),
    Mishap("factors.verify", 60324, 403, "the code is wrong, as Twilio said it in earlier years"),
    Mishap("factors.verify", 20404, 404, "the app is gone"),
    Mishap("factors.verify", 20429, 429, "too many requests at once"),
)
KINDS = {
    "verify.send": "The next code is not sent",
    "verify.check": "The next code is not checked",
    "challenges.create": "The next code of an app is not checked",
    "factors.create": "The next app is not set up",
    "factors.verify": "The next app is not confirmed",
}
BY_NAME = {mishap.name: mishap for mishap in MISHAPS}


def choose(name: str) -> None:
    """The next request of its kind meets this one, and no other; "" for none. Raises KeyError for an unknown one."""
    mishap = BY_NAME[name] if name else None
    waiting().delete()
    if mishap:
        Fault.objects.inject(mishap.operation, mishap.code, status=mishap.status)


def chosen() -> str:
    """The name of the one that waits for its request; "" for none."""
    fault = waiting().first()
    return f"{fault.operation}-{fault.code}" if fault else ""


def waiting():
    return Fault.objects.filter(kind=Fault.Kind.ERROR, remaining__gt=0)
