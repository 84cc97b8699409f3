"""The numbers that people dial to be connected."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from participants.models.languages import languages
from participants.numbers import refuse_extension


class DialInNumberQuerySet(models.QuerySet["DialInNumber"]):
    def languages_of(self, number: str) -> models.QuerySet:
        """The language in which a call to this number (E.164) begins; nothing where the number is not listed."""
        listed = self.filter(number=number) if number else self.none()
        return listed.values_list("language", flat=True)


class DialInNumber(models.Model):
    """A number that people dial to be connected. Every team's invitations name the same ones."""

    number = PhoneNumberField(_("number"), unique=True, validators=[refuse_extension])
    label = models.CharField(
        _("label"), max_length=60, blank=True, help_text=_("Who should dial it, such as a country: United States.")
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=languages,
        default="en",
        help_text=_("What the line speaks to whoever dials this number."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DialInNumberQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("dial-in number")
        verbose_name_plural = _("dial-in numbers")

    def __str__(self) -> str:
        return f"{self.number} ({self.label})" if self.label else str(self.number)
