"""Every address of the project, taken from the URL configuration, and who may open it.

A new page of the admin for a model in RIGHTS is covered by itself. Any other address needs its line in PAGES: without
one test_every_address.py fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import get_resolver

from conferenceline.accounts.models import LoginInvitation
from participants.models import Occurrence
from tests.admin.walk import patterns

NOBODY, CLERK, AUDITOR, CHAIR, ORGANIZER, NEIGHBOUR, ADMINISTRATOR = WHO = (
    "nobody",  # is not signed in
    "clerk",  # is staff, with every role's permissions and no team
    "auditor",  # of Harbour
    "chair",  # moderates in Harbour
    "organizer",  # of Harbour
    "neighbour",  # organizes Quay, and nothing in Harbour
    "administrator",
)
LOOKS = {AUDITOR, CHAIR, ORGANIZER}  # at what is Harbour's

# Who adds, changes and deletes the rows of a model: whoever organizes their team, administrators, or nobody by hand.
BY_ORGANIZERS, BY_ADMINISTRATORS, BY_NOBODY, HIDDEN = "organizers", "administrators", "nobody", "hidden"
BY_WHO_LETS_IN, BY_WHO_UNLOCKS = "who lets in", "who unlocks"  # they add; nobody changes or deletes
ADDS_ONLY = {BY_WHO_LETS_IN: {ORGANIZER, CHAIR}, BY_WHO_UNLOCKS: {ORGANIZER}}
RIGHTS: dict[str, str] = {
    "participants.Participant": BY_ORGANIZERS,
    "participants.Conference": BY_ORGANIZERS,
    "participants.Invitation": BY_ORGANIZERS,
    "participants.Occurrence": BY_ORGANIZERS,
    "participants.PeopleGroup": BY_ORGANIZERS,
    "participants.Team": BY_ADMINISTRATORS,
    "participants.Delivery": BY_NOBODY,
    "participants.DialInNumber": HIDDEN,
    "verification.Call": BY_NOBODY,
    "verification.Attempt": BY_NOBODY,
    "verification.Challenge": BY_NOBODY,
    "verification.Admission": BY_NOBODY,
    "verification.Vouch": BY_WHO_LETS_IN,
    "verification.Unlock": BY_WHO_UNLOCKS,
    "verification.Block": BY_ORGANIZERS,
    "auth.User": HIDDEN,  # from everybody but administrators
    "auth.Group": HIDDEN,
    "accounts.LoginInvitation": HIDDEN,
}

# Groups are made by make_groups, and an invitation is withdrawn instead.
NEVER: dict[type[Model] | None, tuple[str, ...]] = {
    Group: ("add", "change", "delete"),
    LoginInvitation: ("delete",),
    Occurrence: ("add", "delete"),  # they follow from the conference
}


@dataclass(frozen=True)
class Page:
    """What an address answers, where it is not one of the pages that Django's admin makes for a model.

    kind: "open" (to anybody; it shows nothing of a team), "staff" (to whoever is signed in; nothing of a team
    either), "webhook" (to Twilio, by its signature) or "loopback" (to this machine, beside the sandbox).
    A page is open that asks for something else than a login: a link from a mail, a token.
    """

    kind: str


OPEN, STAFF, WEBHOOK, LOOPBACK = (Page(kind) for kind in ("open", "staff", "webhook", "loopback"))
PAGES: dict[str, Page] = {
    "home": OPEN,
    "login": OPEN,
    "logout": OPEN,
    "admin_password_reset": OPEN,
    "password_reset_done": OPEN,
    "password_reset_confirm": OPEN,
    "password_reset_complete": OPEN,
    "password_link": OPEN,
    "welcome": OPEN,
    "authenticator": OPEN,
    "enter_code": OPEN,
    "metrics": OPEN,
    "healthz": OPEN,
    "readyz": OPEN,
    "account": STAFF,
    "enrol_authenticator": STAFF,
    "authenticator_picture": STAFF,
    "remove_authenticator": STAFF,
    "recovery_codes": STAFF,
    "jsi18n": OPEN,
    "index": STAFF,
    "app_list": STAFF,
    "password_change": STAFF,
    "password_change_done": STAFF,
    "autocomplete": STAFF,
    "participants_conference_dates": STAFF,  # only computes, from what is typed
    "verification_call_unusual": STAFF,  # administrators' own; others are refused
    "verification_challenge_cost": STAFF,
    "view_on_site": STAFF,
    "catch_all": STAFF,
    "voice": WEBHOOK,
    "voice-turn": WEBHOOK,
    "voice-status": WEBHOOK,
    "voice-trouble": WEBHOOK,
    "room-events": WEBHOOK,
    "room-waiting": WEBHOOK,
    "room-ending": WEBHOOK,
    "texts": WEBHOOK,
    "text-fate": WEBHOOK,
    "phones": LOOPBACK,
    "phone-desk": LOOPBACK,
    "phone-add": LOOPBACK,
    "phone-verify": LOOPBACK,
    "phone": LOOPBACK,
    "phone-remove": LOOPBACK,
    "phone-act": LOOPBACK,
}
ADDING_VIEWS = {
    "participants_participant_paste": "add",
    "participants_participant_import": "add",
}  # of no object, for whoever may add one
LOOKING_VIEWS = {"participants_conference_health": "change"}  # of an object, for whoever may look at it
ADMIN_VIEWS = ("changelist", "add", "change", "delete", "history", "export", "")  # "": the old address of a change
WRITING_VIEWS = {  # of an object, for whoever may change it
    "auth_user_password_change": "password",
    "participants_participant_test_code": "test_code",
    "participants_participant_authenticator": "authenticator",
    "participants_participant_still_theirs": "still_theirs",
    "participants_participant_privacy": "privacy",
    "participants_participant_everything": "everything",
    "participants_participant_erase": "erase",
    "participants_conference_passcode": "passcode",
    "participants_conference_paste": "paste",
    "participants_conference_group": "group",
    "participants_conference_import": "import",
    "participants_conference_again": "again",
    "participants_conference_invite": "invite",
}
VALUES = {
    "uidb64": "MQ",
    "token": "a-token",
    "turn": 1,
    "pk": 1,
    "action": "dial",
    "room": "00000000-0000-4000-8000-000000000000",
    "delivery": "00000000-0000-4000-8000-000000000000",
}


class UnknownAddressError(Exception):
    """Nobody has said who may open it, or how its parameters are filled."""


@dataclass(frozen=True)
class Address:
    """One address, for one object where it is that of one."""

    at: str
    name: str
    page: Page | None = None  # else it is the admin's own page of
    model: type[Model] | None = None
    view: str = ""
    missing: bool = False  # the model has no row that the tests know of

    @property
    def rights(self) -> str:
        assert self.model
        return RIGHTS[self.model._meta.label]

    def __str__(self) -> str:
        return f"{self.at} ({self.name})"


def addresses(objects: dict[type[Model], Any]) -> list[Address]:
    """Every address there is; those of an object for these. Raises UnknownAddressError."""
    return [address for path, entry in patterns(get_resolver()) for address in _of(path, entry.name or "", objects)]


def _of(path: str, name: str, objects: dict[type[Model], Any]) -> Iterator[Address]:
    for model in admin.site._registry:
        base = f"admin/{model._meta.app_label}/{model._meta.model_name}/"
        if path.startswith(base):
            named = WRITING_VIEWS | ADDING_VIEWS | LOOKING_VIEWS
            view = named.get(name, name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_"))
            if model._meta.label not in RIGHTS or view not in (*ADMIN_VIEWS, *WRITING_VIEWS.values()):
                break
            row = objects.get(model)
            yield Address(filled(path, row.pk if row else 999_999), name, model=model, view=view, missing=row is None)
            return
    if path == "admin/(?P<url>.*)$":
        name = "catch_all"
    if name not in PAGES:
        raise UnknownAddressError(f"/{path} ({name or 'without a name'}): who may open it? Say so in {__file__}.")
    yield Address(filled(path, 1), name, page=PAGES[name])


def filled(path: str, pk: int) -> str:
    if path.endswith("(?P<url>.*)$"):
        return "/admin/no-such-page"
    if path.endswith("$"):  # admin/^(?P<app_label>auth|participants|verification)/$
        return "/admin/participants/"
    values = {**VALUES, "object_id": pk, "id": pk, "content_type_id": 1}
    try:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), path)
    except KeyError as error:
        raise UnknownAddressError(f"/{path}: what is {error}? Say so in VALUES of {__file__}.") from error


def may_look(who: str, address: Address, ours: bool) -> bool:
    """Whether this user sees an object of Harbour (else of Quay) at an admin's page of a model."""
    rights = address.rights
    if who == ADMINISTRATOR:
        return True
    return rights != HIDDEN and (who in LOOKS if ours else who == NEIGHBOUR)


def may_write(who: str, address: Address, ours: bool) -> bool:
    rights = address.rights
    if rights == BY_NOBODY or address.view in NEVER.get(address.model, ()):
        return False
    if rights in ADDS_ONLY:
        return address.view == "add" and who in (ADDS_ONLY[rights] if ours else {NEIGHBOUR}) | {ADMINISTRATOR}
    return who == ADMINISTRATOR or (rights == BY_ORGANIZERS and who == (ORGANIZER if ours else NEIGHBOUR))


def expected(who: str, address: Address, ours: bool) -> set[int]:
    """With what a GET may be answered. 302 is to the login page for nobody, and as if it did not exist for others."""
    if who == NOBODY:
        return {302}
    rights = address.rights
    if rights == HIDDEN and who != ADMINISTRATOR:
        return {403} if address.view and not address.missing else {302, 403}
    if address.view == "":
        return {302}
    if address.view in ("changelist", "export"):
        return {200}
    if address.view == "add":
        if rights in ADDS_ONLY and who in ADDS_ONLY[rights] | {NEIGHBOUR, ADMINISTRATOR}:
            return {302}  # to the list of people: it is always asked for one of them
        return {200} if may_write(who, address, True) or may_write(who, address, False) else {403}
    if not may_look(who, address, ours) or address.missing:
        return {302, 403}
    if address.view in ("delete", *WRITING_VIEWS.values()):
        return {200, 302, 405} if may_write(who, address, ours) else {403}
    return {200}


def snapshot() -> dict[str, list]:
    """Every row that a stranger might change, whichever table it is in."""
    left_out = ("sessions", "sandbox", "admin", "contenttypes")
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label not in left_out
    }
