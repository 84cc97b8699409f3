"""Every resource that the sandbox knows: method, address, what answers, and which parameters it reads.

The parameters are those of Twilio's OpenAPI documents (github.com/twilio/twilio-oai) that are imitated, or that
change nothing here. Any other is an error: a parameter that is silently dropped makes a test lie.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from sandbox.rest import calls, checks, conferences, participants, verifications
from sandbox.rest.answers import Answered, Asked


class UnknownEndpointError(RuntimeError):
    """The application asked for something that the sandbox does not imitate."""


@dataclass(frozen=True)
class Route:
    operation: str
    method: str
    pattern: str
    answer: Callable[[Asked], Answered]
    parameters: frozenset[str] = field(default_factory=frozenset)


def named(names: str = "") -> frozenset[str]:
    return frozenset(names.split())


SERVICE = "https://verify.twilio.com/v2/Services/{service}"
ACCOUNT = "https://api.twilio.com/2010-04-01/Accounts/{account}"
PAGING = "PageSize Page PageToken"

ROUTES = (
    Route(
        "verify.send",
        "POST",
        f"{SERVICE}/Verifications",
        verifications.create,
        named("To Channel Locale CustomFriendlyName CustomCode SendDigits RateLimits RiskCheck Tags DeviceIp"),
    ),
    Route("verify.fetch", "GET", f"{SERVICE}/Verifications/{{sid}}", verifications.fetch),
    Route("verify.update", "POST", f"{SERVICE}/Verifications/{{sid}}", verifications.update, named("Status")),
    Route("verify.check", "POST", f"{SERVICE}/VerificationCheck", checks.create, named("Code To VerificationSid")),
    Route("calls.fetch", "GET", f"{ACCOUNT}/Calls/{{sid}}.json", calls.fetch),
    Route("calls.update", "POST", f"{ACCOUNT}/Calls/{{sid}}.json", calls.update, named("Status Url Method Twiml")),
    Route(
        "conferences.list",
        "GET",
        f"{ACCOUNT}/Conferences.json",
        conferences.collection,
        named(f"FriendlyName Status {PAGING}") | conferences.DATE_FILTERS.keys(),
    ),
    Route("conferences.fetch", "GET", f"{ACCOUNT}/Conferences/{{sid}}.json", conferences.fetch),
    Route("conferences.update", "POST", f"{ACCOUNT}/Conferences/{{sid}}.json", conferences.update, named("Status")),
    Route(
        "participants.list",
        "GET",
        f"{ACCOUNT}/Conferences/{{room}}/Participants.json",
        participants.collection,
        named(f"Muted Hold Coaching {PAGING}"),
    ),
    Route(
        "participants.fetch",
        "GET",
        f"{ACCOUNT}/Conferences/{{room}}/Participants/{{sid}}.json",
        participants.fetch,
    ),
    Route(
        "participants.update",
        "POST",
        f"{ACCOUNT}/Conferences/{{room}}/Participants/{{sid}}.json",
        participants.update,
        named("Muted Hold EndConferenceOnExit"),
    ),
    Route(
        "participants.delete",
        "DELETE",
        f"{ACCOUNT}/Conferences/{{room}}/Participants/{{sid}}.json",
        participants.delete,
    ),
)


def find_route(method: str, url: str) -> tuple[Route, dict[str, str]]:
    """The route of a request, and what its address names."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    for route in ROUTES:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(route.pattern))
        if route.method == method and (found := re.fullmatch(pattern, address)):
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    raise UnknownEndpointError(f"The sandbox does not imitate {method} {address}.")


def refuse_unknown_parameters(route: Route, fields: dict[str, str]) -> None:
    if unknown := sorted(fields.keys() - route.parameters):
        raise UnknownEndpointError(f"The sandbox does not imitate {', '.join(unknown)} of {route.operation}.")
