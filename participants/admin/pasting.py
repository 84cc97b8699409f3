"""A list of people is pasted, looked at and saved: into the address book, and onto the roster of a conference."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.admin.next_steps import next_step
from participants.admin.work_pages import WorkPages
from participants.intake import Fate, Plan, carry_out, fingerprint, plan, put_on_roster
from participants.lists import headings_of, read_list
from participants.models import Conference, Invitation, Team
from participants.pasted import Row

LINES_MOST = 300  # of a pasted list: each may need an answer, and all are saved while somebody waits
EXAMPLE = "Ana Bell, 202-555-0101, ana@example.com\nBo Cole <bo@example.com>"


class PasteForm(forms.Form):
    """What is pasted, for which team and in which role."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    text = forms.CharField(
        label=_("People, one a line"),
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80, "placeholder": EXAMPLE, "spellcheck": "false"}),
        help_text=_("A name with numbers and mail addresses, in any order, as they stand in a mail or a spreadsheet."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Invitation.Role,
        initial=Invitation.Role.PARTICIPANT,
        help_text=_("Of whom the list gives none."),
    )

    def __init__(self, *args: Any, teams: Any, conference: Conference | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conference = conference
        if conference:
            del self.fields["team"]
        else:
            del self.fields["role"]
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]
            first = teams[:2]
            self.fields["team"].initial = first[0] if len(first) == 1 else None

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text.splitlines()) > LINES_MOST:
            raise ValidationError(
                _("These are more than %(most)s lines. Paste them in parts."), params={"most": LINES_MOST}
            )
        return text

    @property
    def chosen_team(self) -> Team:
        return self.conference.team if self.conference else self.cleaned_data["team"]

    @property
    def rows(self) -> list[Row]:
        return read_list(self.cleaned_data["text"], self.chosen_team.number_region)


class PastesPeople(WorkPages):
    """Both pages: of the address book, and of a conference. Only the button that saves saves."""

    def paste(self, request: HttpRequest, conference: Conference | None, teams: Any, back: str) -> HttpResponse:
        form = PasteForm(request.POST or None, teams=teams, conference=conference)
        plans: list[Plan] = []
        if form.is_bound and form.is_valid():
            if "save" in request.POST:
                plans, saved = self._save_as_shown(request, form)
                if saved is not None:
                    wrong = [each.row.text for each in plans if each.fate == Fate.WRONG]
                    if not wrong:
                        return HttpResponseRedirect(back)
                    messages.warning(request, gettext("These lines were not saved. Mend them, or leave."))
                    left = "\n".join(filter(None, (headings_of(form.cleaned_data["text"]), *wrong)))
                    form = PasteForm({**request.POST.dict(), "text": left}, teams=teams, conference=conference)
                    form.is_valid()
            plans = plan(form.chosen_team, form.rows, request.POST)
            if not plans:
                form.add_error("text", _("There is nobody in this list."))
        return self.work_page(
            request,
            "paste",
            gettext("Add people from a list"),
            conference=conference,
            form=form,
            plans=plans,
            shown=fingerprint(plan(form.chosen_team, form.rows)) if plans else "",
            counts=[(fate.label, n) for fate in Fate if (n := sum(each.fate == fate for each in plans))],
            on_roster=set(conference.invitations.values_list("participant", flat=True)) if conference else set(),
            region=(form.chosen_team if conference or plans else Team()).number_region,
            back=back,
        )

    def _save_as_shown(self, request: HttpRequest, form: PasteForm) -> tuple[list[Plan], int | None]:
        """The plans, and how many were saved: None where it would not be what was shown, or a row waits for an answer.

        One at a time for a team: a second press finds everybody there already, and is shown that.
        """
        with transaction.atomic():
            list(Team.objects.select_for_update().filter(pk=form.chosen_team.pk).values_list("pk"))
            plans = plan(form.chosen_team, form.rows, request.POST)
            # An answer changes what becomes of its row, and nothing else: it was given to what was shown.
            if fingerprint(plan(form.chosen_team, form.rows)) != request.POST.get("shown"):
                messages.warning(
                    request, gettext("Look at it first: this is not what was shown before. Nothing is saved.")
                )
                return plans, None
            if any(each.fate == Fate.ASK for each in plans):
                messages.warning(request, gettext("Nothing is saved yet. Say who is meant, in each row that asks."))
                return plans, None
            people = carry_out(form.chosen_team, plans, request.user.get_username())
            words = ngettext("%(n)s person of a list.", "%(n)s people of a list.", len(people)) % {"n": len(people)}
            if form.conference:
                roles = [each.row.role or form.cleaned_data["role"] for each in plans if each.is_saved]
                added = 0
                for role in Invitation.Role.values:
                    theirs = [person for person, has in zip(people, roles, strict=True) if has == role]
                    added += put_on_roster(form.conference, theirs, role)
                self.log_change(request, form.conference, words)
                words = ngettext(
                    "%(n)s person of the list is on the roster, %(new)s of them new on it.",
                    "%(n)s people of the list are on the roster, %(new)s of them new on it.",
                    len(people),
                ) % {"n": len(people), "new": added}
                messages.success(request, format_html("{} {}", words, next_step(form.conference)))
            else:
                messages.success(request, words + " " + gettext("Nobody was sent an invitation or a code."))
        return plans, len(people)


class PastesIntoBook(PastesPeople):
    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.paste_view)
        return [path("paste/", page, name="participants_participant_paste"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        paste = {"paste_url": reverse("admin:participants_participant_paste")}
        return super().changelist_view(request, {**(extra_context or {}), **paste})

    def paste_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        teams = Team.objects.organized_by(request.user)
        return self.paste(request, None, teams, reverse("admin:participants_participant_changelist"))


class PastesOntoRoster(PastesPeople):
    def get_urls(self) -> list[Any]:
        return [self.path_of_conference("paste", self.paste_view), *super().get_urls()]

    def paste_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference = self.conference_to_change(request, object_id)
        back = reverse("admin:participants_conference_change", args=[conference.pk])
        return self.paste(request, conference, Team.objects.none(), back)
