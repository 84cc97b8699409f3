"""People of one team who are invited together, such as the board."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.history import History
from participants.models.people import Participant
from participants.models.teams import Team


class PeopleGroup(models.Model):
    """A named set of people of one team. Who leaves it stays on the rosters that it was put on."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="groups", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=100)
    people = models.ManyToManyField(Participant, through="GroupMember", related_name="groups", verbose_name=_("people"))

    history = History()

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("team", "name"),
                name="one_group_per_team_and_name",
                violation_error_message=_("This team has a group of this name."),
            )
        ]
        verbose_name = _("group of people")
        verbose_name_plural = _("groups of people")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for a name that the team has, and where a group with people would change teams."""
        if PeopleGroup.objects.filter(team=self.team_id, name__iexact=self.name).exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("This team has a group of this name.")})
        moves = self.pk and not PeopleGroup.objects.filter(pk=self.pk, team=self.team_id).exists()
        if moves and self.members.exists():
            raise ValidationError({"team": _("These people are of their team. Take them out of the group first.")})

    def current(self) -> Any:
        """Those of its people who are of its team: a stray row counts for nothing."""
        return self.people.filter(team=self.team_id)


class GroupMember(models.Model):
    """Somebody in a group."""

    group = models.ForeignKey(PeopleGroup, models.CASCADE, related_name="members", verbose_name=_("group"))
    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="places_in_groups", verbose_name=_("person")
    )

    history = History()

    class Meta:
        ordering = ("participant__name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("group", "participant"),
                name="once_in_a_group",
                violation_error_message=_("This person is in the group already."),
            )
        ]
        verbose_name = _("person in a group")
        verbose_name_plural = _("people in groups")

    def __str__(self) -> str:
        return str(self.participant)

    def clean(self) -> None:
        """Raises ValidationError where the person is in another team's address book."""
        group, participant = getattr(self, "group", None), getattr(self, "participant", None)
        if group and participant and group.team_id != participant.team_id:
            raise ValidationError({"participant": _("This person is not in this team's address book.")})
