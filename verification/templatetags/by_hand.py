"""Whether a page of the admin offers to let somebody in by hand."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def lets_in(user: Any, obj: Any) -> bool:
    """Whether this user may let somebody of this person's or conference's team in by hand."""
    team = getattr(obj, "team", None)
    return team is not None and user.has_perm("verification.add_vouch") and team.lets_in(user)
