"""A team, and who does what in it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.countries import COUNTRIES, as_list, listed
from participants.history import History


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: Any) -> "TeamQuerySet":
        """The teams whose conferences, address book and log this user may see: those they have any role in."""
        return self._where(user, *Membership.Role)

    def organized_by(self, user: Any) -> "TeamQuerySet":
        """The teams in which this user may change everything."""
        return self._where(user, Membership.Role.ORGANIZER)

    def letting_in(self, user: Any) -> "TeamQuerySet":
        """The teams into whose conferences this user may let somebody by hand."""
        return self._where(user, *Membership.LET_IN)

    def _where(self, user: Any, *roles: str) -> "TeamQuerySet":
        if user.is_superuser:
            return self
        return self.filter(pk__in=Membership.objects.filter(user=user.pk, role__in=roles).values("team"))


class Team(models.Model):
    """People who share conferences and an address book. Nobody else sees or touches them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="teams", verbose_name=_("members")
    )

    countries = models.CharField(
        _("codes go to"),
        max_length=900,
        blank=True,
        help_text=_(
            "Countries, as two letters each, such as DE, US. One is added by itself when somebody's calling line of it "
            "is entered. ALLOWED_COUNTRIES, where it is set, holds instead."
        ),
    )

    region = models.CharField(
        _("country of its numbers"),
        max_length=2,
        blank=True,
        help_text=_(
            "Two letters, such as DE: numbers that are typed, pasted or imported may leave out its country code. "
            "Empty: PHONE_REGION."
        ),
    )

    codes_per_day = models.PositiveIntegerField(
        _("codes a day, at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For all its conferences together. Empty: as many as the installation may send."),
    )

    objects = TeamQuerySet.as_manager()
    history = History()

    class Meta:
        ordering = ("name",)
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    def add(self, user: Any, role: "Membership.Role") -> "Membership":
        """Gives this user this role in the team, instead of the one they may have had."""
        return Membership.objects.update_or_create(team=self, user=user, defaults={"role": role})[0]

    def clean(self) -> None:
        """Writes the countries in capitals and in order. Raises ValidationError where one is none."""
        unknown = [each for each in listed(self.countries) if each not in COUNTRIES]
        if unknown:
            raise ValidationError(
                {"countries": _("No country: %(unknown)s. Two letters each, such as DE, US.") % {"unknown": unknown[0]}}
            )
        self.countries = as_list(listed(self.countries))
        self.region = self.region.strip().upper()
        if self.region and self.region not in COUNTRIES:
            raise ValidationError({"region": _("No country: two letters, such as DE.")})

    def calls_from(self, country: str) -> None:
        """Somebody of the team calls from there: its codes go there too."""
        if country and country not in listed(self.countries):
            self.countries = as_list([*listed(self.countries), country])
            Team.objects.filter(pk=self.pk).update(countries=self.countries)

    @property
    def number_region(self) -> str:
        """The country (ISO 3166, two letters) whose numbers are those without a country code."""
        return self.region or settings.PHONENUMBER_DEFAULT_REGION

    @property
    def allowed_countries(self) -> list[str]:
        """The countries to whose numbers this team's codes may go."""
        return settings.ALLOWED_COUNTRIES or listed(self.countries)

    def lets_in(self, user: Any) -> bool:
        """Whether this user may let somebody into a conference of this team by hand."""
        return user.is_superuser or self.memberships.filter(user=user.pk, role__in=Membership.LET_IN).exists()


def region_of(owned: Any) -> str:
    """Team.number_region of what belongs to a team; before one is chosen, that of the installation."""
    return (getattr(owned, "team", None) or Team()).number_region


class Membership(models.Model):
    """A user's role in one team. The same user may have another one elsewhere; administrators need none."""

    class Role(models.TextChoices):
        ORGANIZER = "organizer", _("organizer")
        MODERATOR = "moderator", _("moderator")
        AUDITOR = "auditor", _("auditor")

        @property
        def group(self) -> str:
            """The group whose permissions the role needs: `manage.py make_groups` makes them."""
            return f"{self.value.capitalize()}s"

    LET_IN = (Role.ORGANIZER, Role.MODERATOR)  # who may let somebody in by hand

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role,
        help_text=_("Organizers change everything; moderators look, and let somebody in by hand; auditors only look."),
    )

    history = History()

    class Meta:
        ordering = ("team__name", "user__username")
        constraints = [
            models.UniqueConstraint(
                fields=("team", "user"),
                name="one_role_per_user_and_team",
                violation_error_message=_("This user already has a role in this team."),
            )
        ]
        verbose_name = _("role in a team")
        verbose_name_plural = _("roles in teams")

    def __str__(self) -> str:
        return f"{self.user.get_username()}: {self.get_role_display()}, {self.team}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Puts the user into the role's group too: a role without its permissions could do nothing."""
        super().save(*args, **kwargs)
        self.user.groups.add(*Group.objects.filter(name=self.Role(self.role).group))
