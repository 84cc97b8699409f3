"""Lists as tables: what a row of an exported file says. Who may export which rows, the admin's wall decides."""

from __future__ import annotations

from typing import Any

from import_export import fields, resources

from participants.models import Conference, Invitation, Participant


def numbers_of(person: Participant) -> str:
    return ", ".join(str(line.number) for line in person.lines.all())


def contacts_of(person: Participant) -> str:
    return ", ".join(str(contact) for contact in person.contacts.all())


class Table(resources.ModelResource):
    """Columns are named for who reads them; every value is text, so that a spreadsheet takes it as it is."""

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls._meta.model._meta.verbose_name_plural)


class ConferenceResource(Table):
    title = fields.Field("title", column_name="title")
    team = fields.Field("team__name", column_name="team")
    status = fields.Field("get_status_display", column_name="status")
    starts_at = fields.Field(column_name="starts at")
    repeats = fields.Field("repeats", column_name="repeats")
    time_zone = fields.Field("time_zone__key", column_name="time zone")
    duration = fields.Field("duration", column_name="minutes long")
    doors = fields.Field("doors", column_name="doors open, minutes before")
    moderator_doors = fields.Field("moderator_doors", column_name="for moderators, minutes before")
    overtime = fields.Field("overtime", column_name="minutes of overtime")
    seats = fields.Field("seats", column_name="seats")
    moderators = fields.Field(column_name="moderators")
    roster = fields.Field(column_name="others on the roster")

    class Meta:
        model = Conference
        fields = (
            "title",
            "team",
            "status",
            "starts_at",
            "repeats",
            "time_zone",
            "duration",
            "doors",
            "moderator_doors",
            "overtime",
            "seats",
            "moderators",
            "roster",
        )

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("team").prefetch_related("invitations__participant")

    def dehydrate_starts_at(self, conference: Conference) -> str:
        return f"{conference.local(conference.starts_at):%Y-%m-%d %H:%M}"

    def dehydrate_moderators(self, conference: Conference) -> str:
        return self.people(conference, moderate=True)

    def dehydrate_roster(self, conference: Conference) -> str:
        return self.people(conference, moderate=False)

    def people(self, conference: Conference, moderate: bool) -> str:
        """Those of its own team: a stray invitation names nobody."""
        rows = [each for each in conference.invitations.all() if each.participant.team_id == conference.team_id]
        return ", ".join(each.participant.name for each in rows if (each.role == Invitation.Role.MODERATOR) == moderate)


class ParticipantResource(Table):
    name = fields.Field("name", column_name="name")
    team = fields.Field("team__name", column_name="team")
    lines = fields.Field(column_name="calls from")
    contacts = fields.Field(column_name="gets codes at")

    class Meta:
        model = Participant
        fields = ("name", "team", "lines", "contacts")

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("team").prefetch_related("lines", "contacts")

    def dehydrate_lines(self, person: Participant) -> str:
        return numbers_of(person)

    def dehydrate_contacts(self, person: Participant) -> str:
        return contacts_of(person)


class InvitationResource(Table):
    conference = fields.Field("conference__title", column_name="conference")
    participant = fields.Field("participant__name", column_name="name")
    role = fields.Field("get_role_display", column_name="role")
    roster_number = fields.Field("roster_number", column_name="roster number")
    lines = fields.Field(column_name="calls from")
    contacts = fields.Field(column_name="gets codes at")

    class Meta:
        model = Invitation
        fields = ("conference", "participant", "role", "roster_number", "lines", "contacts")

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        rows = queryset.select_related("conference", "participant")
        return rows.prefetch_related("participant__lines", "participant__contacts")

    def dehydrate_lines(self, invitation: Invitation) -> str:
        return numbers_of(invitation.participant)

    def dehydrate_contacts(self, invitation: Invitation) -> str:
        return contacts_of(invitation.participant)
