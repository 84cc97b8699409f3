"""Who may enter a conference, and as what."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from participants.history import History
from participants.models.conferences import CALLED_NUMBER_DIGITS, OPEN_MOST, Conference, eight_digits
from participants.models.contacts import Contact
from participants.models.people import CallingLine, Participant
from participants.models.teams import Team
from participants.names import likeness, plain

ROSTER_NUMBER_DIGITS = CALLED_NUMBER_DIGITS


def new_roster_number() -> str:
    """Eight random digits."""
    return eight_digits()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, moment: datetime) -> "InvitationQuerySet":
        """Those to conferences whose doors are open to them at this moment (aware), each with its `occurrence_id`.

        Moderators' doors may open earlier. An invitation whose person belongs to another team than its conference
        counts for nothing.
        """
        return (
            self.filter(
                models.Q(conference__occurrences__opens_at__lte=moment) | models.Q(role=Invitation.Role.MODERATOR),
                participant__team=models.F("conference__team"),
                conference__status=Conference.Status.SCHEDULED,
                conference__occurrences__moderators_open_at__lte=moment,
                conference__occurrences__moderators_open_at__gt=moment - OPEN_MOST,
                conference__occurrences__closes_at__gt=moment,
                conference__occurrences__cancelled=False,
            )
            .annotate(occurrence_id=models.F("conference__occurrences"))
            .select_related("conference", "participant")
            .order_by("conference__occurrences__starts_at", "pk")
        )

    def missed_at(self, moment: datetime, within: timedelta) -> "InvitationQuerySet":
        """Those to conferences whose doors open so soon after this moment (aware), or closed so lately before it.

        Also to what was called off, up to the time at which its doors would have closed.

        Each has its `occurrence_id`, `opens_at` and `closes_at`, and is as valid as for open_at().
        """
        late = models.Q(conference__occurrences__closes_at__lte=moment)
        early = models.Q(conference__occurrences__moderators_open_at__gt=moment) | (
            models.Q(conference__occurrences__opens_at__gt=moment) & ~models.Q(role=Invitation.Role.MODERATOR)
        )
        scheduled = models.Q(conference__status=Conference.Status.SCHEDULED)
        held = scheduled & models.Q(conference__occurrences__cancelled=False)
        cancelled = models.Q(conference__occurrences__cancelled=True)
        off = (scheduled & cancelled | models.Q(conference__status=Conference.Status.CANCELLED)) & models.Q(
            conference__occurrences__closes_at__gt=moment
        )
        return self.filter(
            off | held & (early | late),
            participant__team=models.F("conference__team"),
            conference__occurrences__closes_at__gt=moment - within,
            conference__occurrences__moderators_open_at__gt=moment - within - OPEN_MOST,
            conference__occurrences__moderators_open_at__lte=moment + within,
        ).annotate(
            occurrence_id=models.F("conference__occurrences"),
            opens_at=models.F("conference__occurrences__opens_at"),
            closes_at=models.F("conference__occurrences__closes_at"),
        )


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):  # type: ignore[misc]
    def invite(self, conference: Conference, number: str, name: str, role: str) -> "Invitation":
        """Puts whoever has this number (E.164) and name in the team's address book on the roster, in this role.

        Where nobody has the number, the person is made, and texted at it. Who is on the roster already changes
        their role. Raises ValidationError as `find` does, and where the name or the number is none.
        """
        with transaction.atomic():
            person = self.find(conference.team, number, name) or self._enter(conference.team, number, name)
            invitation, _made = Invitation.objects.update_or_create(
                conference=conference, participant=person, defaults={"role": role}
            )
        return invitation

    def find(self, team: Team, number: str, name: str) -> Participant | None:
        """Whoever has this number (E.164) and name in the team's address book; None where nobody has it.

        Raises ValidationError where the number is somebody else's, or that of two people of this name: a slip
        of the pen must not let the wrong person in.
        """
        sharing = list(team.participants.calling_from(number).order_by("pk"))
        named = [person for person in sharing if person.likeness == likeness(plain(name))]
        if sharing and not named:
            raise ValidationError(
                _("In this team's address book this number is that of %(names)s. Give that name."),
                code="other_name",
                params={"names": ", ".join(person.name for person in sharing)},
            )
        if len(named) > 1:
            raise ValidationError(
                _("Two people of this name have this number. Choose the right one from the address book."),
                code="two_people",
            )
        return named[0] if named else None

    def _enter(self, team: Team, number: str, name: str) -> Participant:
        person = Participant(team=team, name=name)
        person.full_clean()
        person.save()
        for row in (
            CallingLine(participant=person, number=number),
            Contact(participant=person, channel=Contact.Channel.SMS, address=number),
        ):
            row.full_clean()
            row.save()
        return person


class Invitation(models.Model):
    """A participant on the roster of a conference, with a role."""

    class Role(models.TextChoices):
        MODERATOR = "moderator", _("moderator")
        PARTICIPANT = "participant", _("participant")
        LISTENER = "listener", _("listener")

    conference = models.ForeignKey(Conference, models.CASCADE, related_name="invitations", verbose_name=_("conference"))
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="invitations", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PARTICIPANT)
    roster_number = models.CharField(
        _("roster number"),
        max_length=ROSTER_NUMBER_DIGITS,
        unique=True,
        editable=False,
        default=new_roster_number,
        help_text=_("Keyed by a caller whose line does not say who they are."),
    )

    objects = InvitationManager()
    history = History()

    occurrence_id: int  # on those that open_at() found
    last: Any  # on those of participants.invitations.roster_of(): the invitation that was owed them last

    class Meta:
        ordering = ("conference", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("conference", "participant"),
                name="one_invitation_per_person",
                violation_error_message=_("This person is already on the roster."),
            )
        ]
        verbose_name = _("place on a roster")
        verbose_name_plural = _("rosters")

    def __str__(self) -> str:
        return f"{self.participant} ({self.get_role_display()})"

    def save(self, *args, **kwargs) -> None:
        """Saves the invitation. A new one whose number is taken draws another."""
        while self._state.adding and self._number_is_taken():
            self.roster_number = new_roster_number()
        super().save(*args, **kwargs)

    @property
    def way_of_the_code(self) -> Contact | None:
        """Where the code for this conference goes first, of contacts that were fetched with the person.

        That which proves enough; where none does, the first that can work, for all that it is worth.
        """
        working = [each for each in self.participant.contacts.all() if each.can_work]
        enough = (each for each in working if each.proves(self.conference.least_grade))
        return next(enough, None) or next(iter(working), None)

    def _number_is_taken(self) -> bool:
        conferences = Conference.objects.filter(number=self.roster_number)
        return Invitation.objects.filter(roster_number=self.roster_number).exists() or conferences.exists()

    def clean(self) -> None:
        """Raises ValidationError where the person is in another team's address book."""
        # On the page of a new conference both are known, but the conference has no key yet.
        conference, participant = getattr(self, "conference", None), getattr(self, "participant", None)
        if conference and participant and conference.team_id != participant.team_id:
            raise ValidationError({"participant": _("This person is not in this team's address book.")})


class ModeratorNumberManager(InvitationManager):
    def get_queryset(self) -> models.QuerySet["ModeratorNumber"]:
        return super().get_queryset().filter(role=Invitation.Role.MODERATOR)

    def add(self, conference: Conference, number: str, name: str) -> "ModeratorNumber":
        """Makes whoever has this number (E.164) and name a moderator, as `invite` says."""
        return self.get(pk=self.invite(conference, number, name, Invitation.Role.MODERATOR).pk)


class ModeratorNumber(Invitation):
    """The invitations that moderate, as an organizer types them: a number and a name."""

    objects = ModeratorNumberManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("moderator")
        verbose_name_plural = _("moderators")

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        """Deletes the invitation that it is: the history is kept of those."""
        return Invitation.objects.get(pk=self.pk).delete(*args, **kwargs)
