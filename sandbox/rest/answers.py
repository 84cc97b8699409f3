"""Requests as the resources read them, and answers as Twilio writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

API_VERSION = "2010-04-01"


@dataclass(frozen=True)
class Asked:
    """A request: what the path names, and what the form or the query says."""

    path: dict[str, str]
    fields: dict[str, str]
    account_sid: str

    def flag(self, name: str) -> bool | None:
        """A boolean parameter; None where it was not given."""
        if name not in self.fields:
            return None
        if self.fields[name] not in ("true", "false"):
            raise ProblemError(20001, 400, f"Invalid parameter {name}: {self.fields[name]}")
        return self.fields[name] == "true"


@dataclass(frozen=True)
class Answered:
    status: int
    body: dict[str, object] | None = None


class ProblemError(Exception):
    """An answer that is one of Twilio's errors."""

    def __init__(self, code: int, status: int, message: str) -> None:
        super().__init__(message)
        self.code, self.status, self.message = code, status, message

    @property
    def answered(self) -> Answered:
        return Answered(
            self.status,
            {
                "code": self.code,
                "message": self.message,
                "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
                "status": self.status,
            },
        )


def not_found(uri: str) -> ProblemError:
    return ProblemError(20404, 404, f"The requested resource {uri} was not found")


def iso(moment: datetime) -> str:
    """As Verify writes times: 2015-07-30T20:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc2822(moment: datetime | None) -> str | None:
    """As the 2010 API writes times: Fri, 18 Oct 2019 17:00:00 +0000."""
    return format_datetime(moment.astimezone(UTC)) if moment else None
