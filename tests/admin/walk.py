"""Every page of the admin, taken from the URL configuration, and what may not be on it."""

import re
from collections.abc import Iterator

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from conferenceline.accounts.models import LoginInvitation
from participants.models import Conference, Delivery, Invitation, Membership, Participant, PeopleGroup, Team
from tests.admin.conftest import FOREIGN_WORDS
from verification.models import Admission, Attempt, Block, Call, Challenge, Unlock, Vouch

READ_ONLY = (
    "verification_call",
    "verification_attempt",
    "verification_challenge",
    "verification_admission",
    "verification_vouch",
    "verification_unlock",
    "participants_delivery",
    "auth_group",
)  # the names of pages that begin so
OPEN_TO_ALL = {"login", "logout", "jsi18n"}
MODELS = (
    Team,
    Participant,
    Conference,
    Invitation,
    PeopleGroup,
    Delivery,
    Call,
    Attempt,
    Challenge,
    Admission,
    Vouch,
    Block,
    Unlock,
)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def admin_pages() -> list[tuple[str, str]]:
    """Every address under /admin/ with its name, as they are in the URL configuration."""
    return [(path, entry.name or "") for path, entry in patterns(get_resolver()) if path.startswith("admin/")]


def filled(path: str, obj: Model | None) -> str:
    """The address with its parameters filled in; those of an object from this one."""
    if path.endswith("(?P<url>.*)$"):
        return "/admin/no-such-page"
    if path.endswith("$"):  # admin/^(?P<app_label>auth|participants|verification)/$
        return "/admin/participants/"
    kind = ContentType.objects.get_for_model(obj) if obj else None
    values = {"object_id": obj and obj.pk, "id": obj and obj.pk, "content_type_id": kind and kind.pk}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), path)


def pages_for(objects: dict[type[Model], Model]) -> Iterator[tuple[str, str]]:
    """Every admin page with its address, those of an object for these objects."""
    for path, name in admin_pages():
        if "<path:object_id>" not in path and "<id>" not in path and "content_type_id" not in path:
            yield filled(path, None), name
            continue
        for model, obj in objects.items():
            meta = model._meta
            if "content_type_id" in path or path.startswith(f"admin/{meta.app_label}/{meta.model_name}/"):
                yield filled(path, obj), name


def everything_of(conference: Conference) -> dict[type[Model], Model]:
    team = conference.team
    return {
        Team: team,
        Participant: team.participants.order_by("pk")[0],
        Conference: conference,
        Invitation: conference.invitations.order_by("pk")[0],
        PeopleGroup: team.groups.get(),
        Delivery: Delivery.objects.get(team=team),
        Call: Call.objects.get(attempts__participant__team=team),
        Attempt: Attempt.objects.get(participant__team=team),
        Challenge: Challenge.objects.get(contact__participant__team=team),
        Admission: Admission.objects.get(participant__team=team),
        Vouch: Vouch.objects.get(participant__team=team),
        Block: Block.objects.get(team=team),
        Unlock: Unlock.objects.get(participant__team=team),
        LoginInvitation: LoginInvitation.objects.get(team=team),
        User: User.objects.filter(teams=team)[0],
        Group: Group.objects.get(name="Organizers"),
    }


def snapshot() -> list:
    """All that a stranger might change."""
    return [list(model._default_manager.order_by("pk").values()) for model in (*MODELS, User, Group)] + [
        list(Membership.objects.order_by("pk").values())
    ]


def assert_nothing_foreign(body: str, where: str) -> None:
    leaked = [word for word in FOREIGN_WORDS if word in body]
    assert not leaked, f"{where} shows {leaked}"
