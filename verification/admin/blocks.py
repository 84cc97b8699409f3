"""The block list: numbers that a team, or the whole installation, turns away."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.admin.walls import TeamWall
from verification.models import Block


@admin.register(Block)
class BlockAdmin(TeamWall, admin.ModelAdmin):
    """Organizers block for their team, and administrators for everybody too. A team does not see the others' lists."""

    list_display = ("what", "kind", "for_whom", "reason", "until", "is_in_force", "made_by", "made_at")
    list_filter = ("kind", "team")
    list_select_related = ("team", "made_by")
    search_fields = ("number", "reason")
    search_help_text = _("A number as it is on the list, or a word of the reason.")
    fields = ("kind", "number", "team", "reason", "until", "made_by", "made_at")
    readonly_fields = ("made_by", "made_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else self.fields[:5]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "team" in form.base_fields:
            form.base_fields["team"].required = not request.user.is_superuser
        if "number" in form.base_fields:
            field, more = form.base_fields["number"], gettext("A number without it is read as the team writes its own.")
            field.help_text = f"{field.help_text} {more}"
        if "until" in form.base_fields:
            boxes = form.base_fields["until"].widget.widgets
            for box, label in zip(boxes, (_("Until, date"), _("Until, time")), strict=True):
                box.attrs["aria-label"] = label
        return form

    def save_model(self, request: HttpRequest, obj: Block, form: Any, change: bool) -> None:
        if not change:
            obj.made_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        seats = obj.seats().live(timezone.now()).count() if obj.in_force else 0
        if seats:
            self.message_user(
                request,
                ngettext(
                    "%(n)s person from there is in a room now, and stays: a block keeps people out, and ends no call.",
                    "%(n)s people from there are in a room now, and stay: a block keeps people out, and ends no call.",
                    seats,
                )
                % {"n": seats},
                messages.WARNING,
            )

    @admin.display(description=_("number"), ordering="number")
    def what(self, block: Block) -> str:
        return str(block)

    @admin.display(description=_("for"), ordering="team")
    def for_whom(self, block: Block) -> str:
        return str(block.team) if block.team else gettext("everybody")

    @admin.display(description=_("in force"), boolean=True)
    def is_in_force(self, block: Block) -> bool:
        return block.in_force
