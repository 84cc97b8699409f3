"""Connection overrides: what the fragment of a webhook's URL says about waiting and trying again.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. "Never sent to you and not part of the
signature."
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
EDGES = frozenset(["ashburn", "dublin", "frankfurt", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla"])
RANGES = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}


class BadOverrideError(ValueError):
    """The fragment says something that Twilio would not understand (error 11243)."""


@dataclass(frozen=True)
class Overrides:
    """Milliseconds, but for the count and the policy of retries."""

    ct: int = 5_000
    rt: int = 15_000
    tt: int = 15_000
    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})

    def retries(self, failure: str) -> bool:
        """Whether another try follows this failure: "ct", "rt", "4xx" or "5xx"."""
        return failure in self.rp or "all" in self.rp


def split_overrides(url: str) -> tuple[str, Overrides]:
    """The URL that is requested, and how."""
    bare, fragment = urldefrag(url)
    numbers: dict[str, int] = {}
    policies = Overrides.rp
    for key, value in parse_qsl(fragment, keep_blank_values=True, strict_parsing=bool(fragment)):
        if key in RANGES:
            numbers[key] = valid_number(key, value)
        elif key == "rp":
            policies = frozenset(value.split(","))
            if not policies <= POLICIES:
                raise BadOverrideError(f"rp={value}: each of {sorted(POLICIES)} or a comma list of them.")
        elif key == "e":
            if not set(value.split(",")) <= EDGES:
                raise BadOverrideError(f"e={value}: unknown edge.")
        elif key != "sni":
            raise BadOverrideError(f"{key}={value}: unknown connection override.")
    return bare, Overrides(
        ct=numbers.get("ct", Overrides.ct),
        rt=numbers.get("rt", Overrides.rt),
        tt=numbers.get("tt", Overrides.tt),
        rc=numbers.get("rc", Overrides.rc),
        rp=policies,
    )


def valid_number(key: str, value: str) -> int:
    low, high = RANGES[key]
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BadOverrideError(f"{key}={value}: a number from {low} to {high}.")
    return int(value)
