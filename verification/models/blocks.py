"""Calling lines that the line does not serve."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Team
from participants.models.teams import region_of
from participants.numbers import read_number
from verification.models.admissions import Admission, AdmissionQuerySet
from verification.models.calls import LONGEST

OF_LIST = Coalesce("team", 0)  # whose list an entry is on: a team's, or that of the installation

PREFIX = re.compile(r"\+[1-9]\d{0,13}")


def prefixes_of(line: str) -> list[str]:
    """Every beginning of this number (E.164), the number itself included: one lookup in an index for each kind."""
    return [line[:length] for length in range(2, len(line) + 1)]


class BlockQuerySet(models.QuerySet["Block"]):
    def in_force(self, moment: datetime) -> BlockQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=moment))

    def of_line(self, line: str, moment: datetime) -> BlockQuerySet:
        """Those that are in force at this moment (aware) for this calling line (E.164, "" where withheld)."""
        if not line:
            return self.in_force(moment).filter(kind=Block.Kind.WITHHELD)
        beginnings = self.in_force(moment).filter(number__in=prefixes_of(line))
        spared = Block.objects.in_force(moment).filter(kind=Block.Kind.SPARED, number=line)
        lifted = Exists(spared.annotate(list=OF_LIST).filter(list=OuterRef("list")))
        prefix = Q(kind=Block.Kind.PREFIX) & ~Q(lifted)
        return beginnings.annotate(list=OF_LIST).filter(prefix | Q(kind=Block.Kind.NUMBER, number=line))

    def that_close(self, team: Team, moment: datetime) -> list[Block]:
        """Those in force for this team's rooms, each knowing which numbers its own list spares."""
        found = list(self.in_force(moment).for_team(team))
        for block in found:
            block.spares = frozenset(
                each.number for each in found if each.kind == Block.Kind.SPARED and each.team_id == block.team_id
            )
        return [block for block in found if block.kind != Block.Kind.SPARED]

    def of_installation(self) -> BlockQuerySet:
        return self.filter(team=None)

    def for_team(self, team: Any) -> BlockQuerySet:
        """Those that close this team's rooms (an OuterRef or a team): its own, and the installation's."""
        return self.filter(Q(team=None) | Q(team=team))


class Block(models.Model):
    """A number, a beginning of numbers, or every withheld number, that a team or the whole installation turns away.

    Or a number that blocks of beginnings spare: those on the same list, and no others, so that no team lifts what the
    installation blocks. A block closes doors and clears no room: who is in has proved to be who they are, and stays.
    """

    class Kind(models.TextChoices):
        NUMBER = "number", _("this number")
        PREFIX = "prefix", _("all numbers that begin so")
        WITHHELD = "withheld", _("withheld numbers")
        SPARED = "spared", _("never block this number, however it begins")

    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="blocks",
        verbose_name=_("team"),
        help_text=_("Empty: for every team of this installation."),
    )
    OF_ONE_NUMBER = (Kind.NUMBER, Kind.SPARED)

    spares: frozenset[str] = frozenset()  # numbers that its list spares, where that was looked up

    kind = models.CharField(
        _("what is blocked"),
        max_length=10,
        choices=Kind,
        default=Kind.NUMBER,
        help_text=_(
            "A number that is never blocked gets past blocks of beginnings on the same list: a team's do not lift what "
            "is blocked for everybody. It proves nobody, and may be forged like any other."
        ),
    )
    number = models.CharField(
        _("number"),
        max_length=20,
        blank=True,
        db_index=True,
        help_text=_(
            "With country code, such as +12025550199, or a beginning such as +1900. Empty for withheld numbers."
        ),
    )
    reason = models.CharField(_("reason"), max_length=200, help_text=_("For those who come after you."))
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("UTC. Empty: until somebody takes it away.")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("block")
        verbose_name_plural = _("block list")

    def __str__(self) -> str:
        return f"{self.number}…" if self.kind == self.Kind.PREFIX else self.number or str(self.get_kind_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever has a seat from there, or had, comes back to it only by a code, also once the block is lifted."""
        super().save(*args, **kwargs)
        if self.in_force:
            self.seats().update(barred=True)

    def clean(self) -> None:
        """Writes the number as it is compared. Raises ValidationError where it is none."""
        number = re.sub(r"[\s().-]", "", self.number)
        if self.kind in self.OF_ONE_NUMBER and number and not number.startswith("+"):
            try:
                number = read_number(self.number, region_of(self))
            except ValidationError as problem:
                raise ValidationError({"number": problem}) from None
        if self.kind == self.Kind.WITHHELD:
            if number:
                raise ValidationError({"number": _("A withheld number is not known: leave this empty.")})
        elif not PREFIX.fullmatch(number):
            raise ValidationError({"number": _("Enter a number with its country code, such as +12025550199.")})
        elif self.kind in self.OF_ONE_NUMBER and len(number) < len("+1234567"):
            raise ValidationError({"number": _("This is too short for a number. For all that begin so, say so above.")})
        self.number = number

    def seats(self) -> AdmissionQuerySet:
        """The seats of the last day that calls from the blocked lines took in the rooms that it closes."""
        seats = Admission.objects.filter(call__rang_at__gt=timezone.now() - LONGEST)
        if self.team_id:
            seats = seats.filter(occurrence__conference__team=self.team_id)
        if self.kind == self.Kind.SPARED:
            return seats.none()
        if self.kind == self.Kind.PREFIX:
            spared = Block.objects.in_force(timezone.now()).filter(kind=self.Kind.SPARED, team=self.team)
            lines = seats.filter(call__line__startswith=self.number)
            return lines.exclude(call__line__in=spared.values("number"))
        return seats.filter(call__line=self.number)

    @property
    def in_force(self) -> bool:
        return self.until is None or self.until > timezone.now()

    def covers(self, line: str) -> bool:
        """Whether it turns this line (E.164, "" where withheld) away, in force or not, but for what `spares` has."""
        if self.kind == self.Kind.WITHHELD:
            return not line
        if self.kind == self.Kind.PREFIX:
            return line.startswith(self.number) and line not in self.spares
        return self.kind == self.Kind.NUMBER and line == self.number
