"""A file of people is uploaded, looked at and saved. The work is the worker's; these pages say how far it is."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.work_pages import WorkPages
from participants.importing import row_of
from participants.intake import Fate, Plan, plan
from participants.models import Conference, ImportRow, Invitation, PeopleImport, Team
from participants.tables import BYTES_MOST, ROWS_MOST

PER_PAGE = 100
SHOWN_FIRST = (Fate.ASK, Fate.WRONG, Fate.CHANGED, Fate.NEW, Fate.SAME, Fate.OUT)


class UploadForm(forms.Form):
    """A file, for which team and in which role. `token` tells one press of the button from another."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, with headings in its first line: name, mobile, phone, mail, role, language."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Invitation.Role,
        initial=Invitation.Role.PARTICIPANT,
        help_text=_("Of whom the file gives none."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, teams: Any, conference: Conference | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conference = conference
        self.initial = {"token": uuid.uuid4()}
        if conference:
            del self.fields["team"]
        else:
            del self.fields["role"]
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]
            first = teams[:2]
            self.initial["team"] = first[0] if len(first) == 1 else None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > BYTES_MOST:
            raise ValidationError(
                _("This file is larger than %(most)s. Save the list of people alone, as CSV."),
                params={"most": filesizeformat(BYTES_MOST)},
            )
        return file

    def begin(self, user: Any) -> uuid.UUID:
        """Has the file read. The same form sent once more is the same import; with another file in it, another."""
        typed = self.cleaned_data
        team = self.conference.team if self.conference else typed["team"]
        role = typed.get("role") or Invitation.Role.PARTICIPANT
        content = typed["file"].read()
        what = f"import by {user.pk} for {team.pk} as {role} of {hashlib.sha256(content).hexdigest()}"
        key = uuid.uuid5(typed["token"], what)
        PeopleImport.begin(key, content, team=team, conference=self.conference, role=role, made_by=user)
        return key


class ImportsPeople(WorkPages):
    """Both pages: of the address book, and of a conference."""

    def import_people(
        self, request: HttpRequest, conference: Conference | None, teams: Any, here: str, back: str
    ) -> HttpResponse:
        imported = self._wanted(request, conference, teams)
        if "of" in request.GET and imported is None:
            words = gettext("This file is not here any more: it was forgotten. What was saved of it before stays.")
            messages.warning(request, words)
            return HttpResponseRedirect(here)
        if request.method == "POST" and imported:
            return self._answered(request, imported, here, back)
        form = UploadForm(request.POST or None, request.FILES or None, teams=teams, conference=conference)
        if form.is_bound and form.is_valid():
            return HttpResponseRedirect(f"{here}?of={form.begin(request.user)}")
        return self.work_page(
            request,
            "import",
            gettext("Import people from a file"),
            conference=conference,
            form=form,
            most=ROWS_MOST,
            here=here,
            back=back,
            region=(imported.team if imported else conference.team if conference else Team()).number_region,
            **(self._shown(request, imported) if imported else {}),
        )

    def _wanted(self, request: HttpRequest, conference: Conference | None, teams: Any) -> PeopleImport | None:
        """The import that the address names; None where there is none for this user at this page."""
        try:
            key = uuid.UUID(request.GET.get("of", ""))
        except ValueError:
            return None
        rows = PeopleImport.objects.defer("content").select_related("team", "conference")
        place = {"conference": conference} if conference else {"conference": None, "team__in": teams}
        return rows.filter(uuid=key, **place).first()

    def _answered(self, request: HttpRequest, imported: PeopleImport, here: str, back: str) -> HttpResponse:
        if "forget" in request.POST:
            if not imported.is_at_work:
                imported.delete()
                messages.success(request, gettext("The file is forgotten. What was saved of it before stays."))
            return HttpResponseRedirect(back)
        for row in imported.rows.filter(fate=Fate.ASK, saved_at=None, pk__in=asked_about(request)):
            answer = request.POST.get(f"row-{row.pk}", "")[:20]
            ImportRow.objects.filter(pk=row.pk, imported__state=PeopleImport.State.SHOWN).update(answer=answer)
        if "save" in request.POST:
            imported.save_shown()
            return HttpResponseRedirect(f"{here}?of={imported.uuid}")
        return HttpResponseRedirect(f"{here}?{rows_to_show(request, imported)}")

    def _shown(self, request: HttpRequest, imported: PeopleImport) -> dict[str, Any]:
        counts = [(fate, imported.counts[fate.value]) for fate in SHOWN_FIRST if imported.counts.get(fate.value)]
        there = set(imported.rows.order_by().values_list("fate", flat=True).distinct())
        chosen = request.GET.get("fate")
        rows = imported.rows.select_related("participant")
        rows = rows.filter(fate=chosen) if chosen in there else rows
        is_shown = imported.state == PeopleImport.State.SHOWN
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
        told_more = [row for row in page if row.fate in (Fate.ASK, Fate.CHANGED)] if is_shown else []
        plans = plan(imported.team, map(row_of, told_more))
        more = {row.pk: each for row, each in zip(told_more, plans, strict=True)}
        return {
            "imported": imported,
            "counts": [(fate, n, fate.value in there) for fate, n in counts],
            "chosen": chosen if chosen in there else "",
            "page": page,
            "rows": [(row, more.get(row.pk, Plan(row_of(row), Fate(row.fate), row.participant))) for row in page],
            "on_roster": on_roster(imported.conference, page) if is_shown else set(),
            "saved": sum(n for fate, n in counts if fate in (Fate.NEW, Fate.CHANGED, Fate.SAME)),
            "unanswered": imported.rows.filter(fate=Fate.ASK, answer="").count(),
        }


def on_roster(conference: Conference | None, rows: Any) -> set[int]:
    """The keys of those people of these rows who are on it."""
    people = [row.participant_id for row in rows if row.participant_id]
    there = conference.invitations.filter(participant__in=people) if conference else Invitation.objects.none()
    return set(there.values_list("participant", flat=True))


def rows_to_show(request: HttpRequest, imported: PeopleImport) -> str:
    """Those of the button that was pressed: other rows (`only` of one fate), another page of them, or the same."""
    if "only" in request.POST:
        return urlencode({"of": imported.uuid, "fate": request.POST["only"]})
    page = request.POST.get("go", request.GET.get("p", ""))
    return urlencode({"of": imported.uuid, "fate": request.GET.get("fate", ""), "p": page})


def asked_about(request: HttpRequest) -> list[int]:
    names = (name.removeprefix("row-") for name in request.POST if name.startswith("row-"))
    return [int(name) for name in names if name.isdecimal() and len(name) < 19]


class ImportsIntoBook(ImportsPeople):
    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.import_view)
        return [path("import/", page, name="participants_participant_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        page = {"import_url": reverse("admin:participants_participant_import")}
        return super().changelist_view(request, {**(extra_context or {}), **page})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        here, back = (reverse(f"admin:participants_participant_{name}") for name in ("import", "changelist"))
        return self.import_people(request, None, Team.objects.organized_by(request.user), here, back)


class ImportsOntoRoster(ImportsPeople):
    def get_urls(self) -> list[Any]:
        return [self.path_of_conference("import", self.import_view), *super().get_urls()]

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference = self.conference_to_change(request, object_id)
        here, back = (
            reverse(f"admin:participants_conference_{name}", args=[conference.pk]) for name in ("import", "change")
        )
        return self.import_people(request, conference, Team.objects.none(), here, back)
