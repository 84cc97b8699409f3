"""What the page of a person or a conference offers where somebody cannot get in."""

from typing import Any

from django import template

from participants.models import Participant
from verification import unlocking
from verification.admin.privacy import may_erase

register = template.Library()


@register.simple_tag
def lets_in(user: Any, obj: Any) -> bool:
    """Whether this user may let somebody of this person's or conference's team in by hand."""
    team = getattr(obj, "team", None)
    return team is not None and user.has_perm("verification.add_vouch") and team.lets_in(user)


@register.simple_tag
def unlocks(user: Any, obj: Any) -> bool:
    """Whether this user may unlock this person: organizers of their team may."""
    if not isinstance(obj, Participant) or not user.has_perm("verification.add_unlock"):
        return False
    return obj.team in type(obj.team).objects.organized_by(user)


@register.simple_tag
def has_privacy(user: Any, obj: Any) -> bool:
    """Whether this user may see and erase all that is stored of this person: organizers of their team may."""
    return isinstance(obj, Participant) and may_erase(user, obj)


@register.simple_tag
def used_up_of(obj: Any) -> list[unlocking.UsedUp]:
    """The limits that this person's calls would run into now."""
    return unlocking.used_up(obj) if isinstance(obj, Participant) else []
