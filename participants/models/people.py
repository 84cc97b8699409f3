"""A team's address book: its people, and the lines they call from."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from timezone_field import TimeZoneField

from participants.countries import country_of
from participants.history import History
from participants.models.languages import languages
from participants.models.teams import Team
from participants.names import LONGEST, LikenessField, NameField
from participants.numbers import refuse_extension


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def calling_from(self, number: str) -> "ParticipantQuerySet":
        """The people who call from this number (E.164). Several may share one line."""
        return self.filter(lines__number=number)


class Participant(models.Model):
    """A person in one team's address book."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="participants", verbose_name=_("team"))
    name = NameField(_("name"), max_length=LONGEST)
    likeness = LikenessField(max_length=LONGEST, editable=False, default="")
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=languages,
        blank=True,
        help_text=_("What the line speaks and writes to this person. Empty: the language of the conference."),
    )
    time_zone = TimeZoneField(
        _("time zone"),
        blank=True,
        default="",
        help_text=_("In which they are written the time of a conference. Empty: that of the conference."),
    )
    slow_pace = models.BooleanField(
        _("slow pace"),
        default=False,
        help_text=_("The line speaks more slowly, waits twice as long for keys, and reminds once more."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ParticipantQuerySet.as_manager()
    history = History(excluded_fields=("uuid", "likeness", "created_at"))

    class Meta:
        ordering = ("name", "pk")
        indexes = [models.Index(fields=("team", "name")), models.Index(fields=("team", "likeness"))]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError where a person on a roster, or in a group, would leave for another team's book."""
        moves = self.pk and not Participant.objects.filter(pk=self.pk, team=self.team_id).exists()
        if moves and self.invitations.exists():
            raise ValidationError({"team": _("This person is on a roster of their team. Take them off it first.")})
        if moves and self.places_in_groups.exists():
            raise ValidationError({"team": _("This person is in a group of their team. Take them out of it first.")})


class CallingLine(models.Model):
    """A number a person calls from. It finds the person and proves nothing."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="lines", verbose_name=_("person"))
    number = PhoneNumberField(_("number"), db_index=True, validators=[refuse_extension])

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("participant", "number"),
                name="one_line_per_person_and_number",
                violation_error_message=_("This person already has this number."),
            )
        ]
        verbose_name = _("calling line")
        verbose_name_plural = _("calling lines")

    def __str__(self) -> str:
        return str(self.number)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the line. Codes of its team may go to its country from then on."""
        super().save(*args, **kwargs)
        self.participant.team.calls_from(country_of(str(self.number)))
