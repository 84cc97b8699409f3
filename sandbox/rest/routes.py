"""Every resource that the sandbox knows: method, address, what answers, and which parameters it reads.

The parameters are those of Twilio's OpenAPI documents (github.com/twilio/twilio-oai) that are imitated, or that
change nothing here. Any other is an error: a parameter that is silently dropped makes a test lie.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from sandbox.rest import (
    accounts,
    calls,
    challenges,
    checks,
    conferences,
    factors,
    lookups,
    messages,
    numbers,
    participants,
    rate_limits,
    verifications,
    verify_services,
)
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


SERVICES = verify_services.BASE
SERVICE = f"{SERVICES}/{{service}}"
RATE_LIMITS = f"{SERVICE}/RateLimits"
BUCKETS = f"{RATE_LIMITS}/{{limit}}/Buckets"
ENTITY = f"{SERVICE}/Entities/{{identity}}"
ACCOUNT = "https://api.twilio.com/2010-04-01/Accounts/{account}"
NUMBERS = f"{ACCOUNT}/IncomingPhoneNumbers"
TOKENS = accounts.TOKENS
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
    Route(
        "messages.create",
        "POST",
        f"{ACCOUNT}/Messages.json",
        messages.create,
        named("To From MessagingServiceSid Body StatusCallback"),
    ),
    Route("messages.list", "GET", f"{ACCOUNT}/Messages.json", messages.collection, named(f"To From {PAGING}")),
    Route(
        "lookups.fetch",
        "GET",
        "https://lookups.twilio.com/v2/PhoneNumbers/{number}",
        lookups.fetch,
        named("Fields CountryCode LastVerifiedDate"),
    ),
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
    Route(
        "conferences.update",
        "POST",
        f"{ACCOUNT}/Conferences/{{sid}}.json",
        conferences.update,
        named("Status AnnounceUrl AnnounceMethod"),
    ),
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
    Route("account.fetch", "GET", f"{ACCOUNT}.json", accounts.fetch),
    Route("tokens.create", "POST", f"{TOKENS}/Secondary", accounts.create_secondary),
    Route("tokens.delete", "DELETE", f"{TOKENS}/Secondary", accounts.delete_secondary),
    Route("tokens.promote", "POST", f"{TOKENS}/Promote", accounts.promote),
    Route("numbers.list", "GET", f"{NUMBERS}.json", numbers.collection, named(f"PhoneNumber {PAGING}")),
    Route("numbers.fetch", "GET", f"{NUMBERS}/{{sid}}.json", numbers.fetch),
    Route("numbers.update", "POST", f"{NUMBERS}/{{sid}}.json", numbers.update, numbers.PARAMETERS),
    Route("services.list", "GET", SERVICES, verify_services.collection, named(PAGING)),
    Route("services.create", "POST", SERVICES, verify_services.create, verify_services.PARAMETERS),
    Route("services.fetch", "GET", SERVICE, verify_services.fetch),
    Route("services.update", "POST", SERVICE, verify_services.update, verify_services.PARAMETERS),
    Route("entities.delete", "DELETE", ENTITY, factors.delete_entity),
    Route("factors.create", "POST", f"{ENTITY}/Factors", factors.create, factors.PARAMETERS),
    Route("factors.fetch", "GET", f"{ENTITY}/Factors/{{sid}}", factors.fetch),
    Route("factors.verify", "POST", f"{ENTITY}/Factors/{{sid}}", factors.update, named("AuthPayload")),
    Route("factors.delete", "DELETE", f"{ENTITY}/Factors/{{sid}}", factors.delete),
    Route("challenges.create", "POST", f"{ENTITY}/Challenges", challenges.create, named("FactorSid AuthPayload")),
    Route("rate_limits.list", "GET", RATE_LIMITS, rate_limits.collection, named(PAGING)),
    Route("rate_limits.create", "POST", RATE_LIMITS, rate_limits.create, named("UniqueName Description")),
    Route("buckets.list", "GET", BUCKETS, rate_limits.buckets, named(PAGING)),
    Route("buckets.create", "POST", BUCKETS, rate_limits.create_bucket, named("Max Interval")),
    Route("buckets.update", "POST", f"{BUCKETS}/{{sid}}", rate_limits.update_bucket, named("Max Interval")),
    Route("buckets.delete", "DELETE", f"{BUCKETS}/{{sid}}", rate_limits.delete_bucket),
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
