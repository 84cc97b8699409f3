"""What is otherwise at Twilio than it should be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One setting, by the name that Twilio's API gives it. A value of "" is nothing."""

    name: str
    is_now: str
    should_be: str

    @property
    def lines(self) -> list[str]:
        """As a diff shows it."""
        values = (("-", self.is_now), ("+", self.should_be))
        return [f"{sign} {self.name}: {value}" for sign, value in values if value]


def between(is_now: Mapping[str, str], should_be: Mapping[str, str]) -> list[Difference]:
    """What has to change; a setting that nothing is said about may be anything."""
    changed = {name: value for name, value in should_be.items() if is_now.get(name, "") != value}
    return [Difference(name, is_now.get(name, ""), value) for name, value in changed.items()]
