"""What an organizer schedules, and each date on which it is held."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from participants import schedule
from participants.history import History
from participants.models.admission import LEAST, Grade, Policy
from participants.models.languages import languages
from participants.models.teams import Team
from participants.recurrence import DAILY, Rule, is_rule

SEATS_MOST = 250  # Twilio's maxParticipants: https://www.twilio.com/docs/voice/twiml/conference

CALLED_NUMBER_DIGITS = 8
WARN_MOST = 60  # minutes
WORDS_MOST = 200  # characters of an organizer's own words: some 15 seconds


def eight_digits() -> str:
    """Random, for a caller to key. The first is never zero: some carriers swallow a leading one."""
    first = secrets.randbelow(9) + 1
    return f"{first}{secrets.randbelow(10 ** (CALLED_NUMBER_DIGITS - 1)):0{CALLED_NUMBER_DIGITS - 1}}"


class Conference(models.Model):
    """What an organizer schedules: when, who starts it, and what happens in the room."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        CANCELLED = "cancelled", _("cancelled")

    class StartsWith(models.TextChoices):
        MODERATOR = "moderator", _("the first moderator")
        ANYONE = "anyone", _("the first person")

    class ModeratorExit(models.TextChoices):
        GOES_ON = "goes on", _("the room goes on")
        ENDS = "ends", _("the room ends for everyone")

    class WaitingMusic(models.TextChoices):
        MUSIC = "music", _("music")
        SILENCE = "silence", _("silence")

    class Announcements(models.TextChoices):
        NONE = "none", _("nothing")
        ENTRY = "entry", _("a tone when somebody enters")
        BOTH = "both", _("a tone when somebody enters or leaves")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="conferences", verbose_name=_("team"))
    title = models.CharField(_("title"), max_length=100)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SCHEDULED)

    time_zone = TimeZoneField(_("time zone"), default="UTC")
    starts_at = models.DateTimeField(_("starts at"))
    duration = models.PositiveSmallIntegerField(
        _("minutes long"), default=60, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    doors = models.PositiveSmallIntegerField(
        _("doors open, minutes before"), default=15, validators=[MaxValueValidator(24 * 60)]
    )
    moderator_doors = models.PositiveSmallIntegerField(
        _("for moderators, minutes before"),
        default=0,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("Where that is earlier than for the others."),
    )
    overtime = models.PositiveSmallIntegerField(
        _("minutes of overtime"),
        default=30,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("How long people who are in may stay after the end; nobody new is let in. Then the room ends."),
    )
    warn_before = models.PositiveSmallIntegerField(
        _("say so, minutes before"),
        default=5,
        validators=[MaxValueValidator(WARN_MOST)],
        help_text=_(
            "Everybody in the room hears once that it ends, so many minutes before it does. 0: nobody is told."
        ),
    )
    recurrence = models.CharField(_("repeats"), max_length=200, blank=True, editable=False, validators=[is_rule])
    always_open = models.BooleanField(_("always open"), default=False, editable=False)

    remind_hours = models.PositiveSmallIntegerField(
        _("remind, hours before"),
        default=24,
        validators=[MaxValueValidator(14 * 24)],
        help_text=_("Whoever was invited gets a mail or text then. 0: none."),
    )
    remind_at_doors = models.BooleanField(_("remind when the doors open"), default=True)

    language = models.CharField(
        _("language"),
        max_length=10,
        choices=languages,
        blank=True,
        help_text=_(
            "What the line speaks to people who have no language of their own. Empty: the language of the number that "
            "they dial."
        ),
    )
    starts_with = models.CharField(
        _("the room starts with"), max_length=10, choices=StartsWith, default=StartsWith.MODERATOR
    )
    moderator_exit = models.CharField(
        _("when a moderator leaves"), max_length=10, choices=ModeratorExit, default=ModeratorExit.GOES_ON
    )
    codes_per_day = models.PositiveIntegerField(
        _("codes a day, at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "After the last one nobody gets a code for this conference for the rest of the 24 hours since the first: "
            "their authenticator app or somebody of the team lets them in. Empty: as many as the team may have."
        ),
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"),
        default=50,
        validators=[MinValueValidator(2), MaxValueValidator(SEATS_MOST)],
        help_text=_("One seat is kept for a moderator."),
    )
    waiting_music = models.CharField(
        _("while waiting"), max_length=10, choices=WaitingMusic, default=WaitingMusic.MUSIC
    )
    announcements = models.CharField(
        _("the room hears"), max_length=10, choices=Announcements, default=Announcements.ENTRY
    )

    greeting = models.CharField(
        _("words of welcome"),
        max_length=WORDS_MOST,
        blank=True,
        help_text=_(
            "Said to everybody who is let in, on the way into the room, in the voice of the conference's language "
            "(where it has none, that of the number they dial): write it in that language."
        ),
    )
    privacy_notice = models.CharField(
        _("privacy notice"),
        max_length=WORDS_MOST,
        blank=True,
        help_text=_(
            "Said before that, once to each person, and once more when it is changed. Whoever comes in by the passcode "
            "alone hears it each time."
        ),
    )

    admission = models.CharField(
        _("what lets a caller in"),
        max_length=20,
        choices=Policy,
        default=Policy.CODE,
        help_text=_(
            "The passcode is asked for after the code, once the room is known. With the passcode alone anybody who "
            "knows it gets in, as a participant: they key the conference number and the passcode. Who is on the "
            "roster still gets in by code, with their role."
        ),
    )
    least_grade = models.PositiveSmallIntegerField(
        _("at least"),
        choices=LEAST,
        default=Grade.NOTHING,
        help_text=_(
            "Whoever was proved by less is offered a stronger way, where they have one, and is else turned away, with "
            "words. A call whose number may be forged counts as one grade less."
        ),
    )
    comes_back = models.BooleanField(
        _("back in after a drop without a second code"),
        default=False,
        help_text=_(
            "For whoever came in by code and whose call broke off: from the same line, within some minutes, and only "
            "where the carrier vouches for the number. It is less than a code: whoever else can call from that line "
            "then gets in as this person."
        ),
    )
    checks_numbers = models.BooleanField(
        _("no code to a number that may be in other hands"),
        default=False,
        help_text=_(
            "For rosters that somebody may want to get onto: the carriers are asked within the day before each date "
            "whether the SIM was changed lately, whether the number was given to somebody else (United States) and "
            "whether its calls are forwarded (United Kingdom), as far as whoever runs the line has that asked. The "
            "code then goes another way, to a mailbox or an authenticator app; who has none can be let in by hand, "
            "where no proof is asked for at least. “Who can get in?” says whom it concerns. Each question costs money."
        ),
    )
    number = models.CharField(
        _("conference number"), max_length=CALLED_NUMBER_DIGITS, unique=True, null=True, blank=True, editable=False
    )

    history = History(excluded_fields=("uuid",))

    class Meta:
        ordering = ("-starts_at", "pk")
        indexes = [models.Index(fields=("team", "starts_at"))]
        verbose_name = _("conference")
        verbose_name_plural = _("conferences")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        """Saves the conference, and with it the dates that follow from it, or neither."""
        if self.admission == Policy.PASSCODE and not self.number:
            self.number = self.free_number()
        with transaction.atomic():
            super().save(*args, **kwargs)
            schedule.lay_out(self, timezone.now())

    def held_as(self, date: "Occurrence") -> None:
        """Takes over the times that its only date was just given, and saves itself: the stored date follows it."""
        minute = timedelta(minutes=1)
        self.starts_at = date.starts_at
        self.duration = (date.closes_at - date.starts_at) // minute
        self.doors = (date.starts_at - date.opens_at) // minute
        moderator_doors = (date.starts_at - date.moderators_open_at) // minute
        if moderator_doors != max(self.doors, self.moderator_doors):
            self.moderator_doors = moderator_doors
        date.recurrence_id = schedule.first_id(self)
        with transaction.atomic():
            self.occurrences.filter(pk=date.pk).update(recurrence_id=date.recurrence_id)
            self.save()

    def clean(self) -> None:
        """Raises ValidationError where a conference with a roster would leave for another team, and where what lets
        a caller in contradicts itself.
        """
        moves = self.pk and not Conference.objects.filter(pk=self.pk, team=self.team_id).exists()
        if moves and self.invitations.exists():
            raise ValidationError({"team": _("The people on the roster belong to the team. Empty the roster first.")})
        if self.admission == Policy.PASSCODE and self.least_grade > Grade.PASSCODE:
            raise ValidationError({"least_grade": _("With the passcode alone nobody can be proved by that much.")})
        if self.comes_back and not self.lets_come_back:
            raise ValidationError(
                {"comes_back": _("This cannot go with a passcode, or with a proof that is asked for at least.")}
            )

    @property
    def rule(self) -> Rule | None:
        """By which it repeats; None where it is held once. What is always open has a new date each day."""
        if self.always_open:
            return Rule(DAILY)
        return Rule.read(self.recurrence) if self.recurrence else None

    @property
    def repeats(self) -> str:
        """In words, whether and how it repeats."""
        if self.always_open:
            clock = f"{self.local(self.starts_at):%H:%M}"
            return gettext("Always open: a new day begins at %(time)s") % {"time": clock}
        return self.rule.words() if self.rule else gettext("Once")

    @property
    def lets_come_back(self) -> bool:
        """Whether a dropped caller gets back in without a code: never where more than a code was asked for."""
        return self.comes_back and self.admission == Policy.CODE and self.least_grade == Grade.NOTHING

    @property
    def asks_passcode(self) -> bool:
        return self.admission in (Policy.PASSCODE, Policy.CODE_AND_PASSCODE)

    @staticmethod
    def free_number() -> str:
        """A number that no conference and no roster has: callers key both at the same question."""
        invitations = apps.get_model("participants", "Invitation").objects
        while True:
            number = eight_digits()
            taken = Conference.objects.filter(number=number).exists()
            if not taken and not invitations.filter(roster_number=number).exists():
                return number

    def local(self, moment: datetime) -> datetime:
        """This moment (aware) as clocks in the conference's own zone show it."""
        return moment.astimezone(self.time_zone)


# From the doors for moderators to the end no date takes longer: so many days of dates are looked at, of all there are.
OPEN_MOST = timedelta(days=3)


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def open_at(self, moment: datetime) -> "OccurrenceQuerySet":
        """Those whose doors are open to everybody at this moment (aware)."""
        return self.open_to_moderators_at(moment).filter(opens_at__lte=moment)

    def open_to_moderators_at(self, moment: datetime) -> "OccurrenceQuerySet":
        """Those whose doors are open at this moment (aware), if only to moderators."""
        return self.filter(
            moderators_open_at__lte=moment,
            moderators_open_at__gt=moment - OPEN_MOST,
            closes_at__gt=moment,
            cancelled=False,
            conference__status=Conference.Status.SCHEDULED,
        )


class Occurrence(models.Model):
    """One date of a conference, and what is really held then. All times are UTC.

    `recurrence_id` is the time on the wall at which the series has it (as RFC 5545 writes a RECURRENCE-ID), whatever
    time it was moved to: by it a date keeps its identity, and so its room, when the series is changed.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conference = models.ForeignKey(Conference, models.CASCADE, related_name="occurrences")
    recurrence_id = models.CharField(max_length=15, editable=False)
    own_times = models.BooleanField(_("has times of its own"), default=False, editable=False)
    moderators_open_at = models.DateTimeField(_("doors open for moderators"))
    opens_at = models.DateTimeField(_("doors open"))
    starts_at = models.DateTimeField(_("starts"))
    closes_at = models.DateTimeField(_("doors close"))
    overtime_until = models.DateTimeField(_("overtime until"))
    locked = models.BooleanField(
        _("locked"), default=False, help_text=_("Nobody new is let in, though the doors are open.")
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)

    objects = OccurrenceQuerySet.as_manager()
    history = History(excluded_fields=("uuid", "recurrence_id", "moderators_open_at", "opens_at", "overtime_until"))

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("conference", "recurrence_id"), name="one_occurrence_per_start"),
            models.CheckConstraint(
                condition=models.Q(
                    moderators_open_at__lte=models.F("opens_at"),
                    opens_at__lte=models.F("starts_at"),
                    starts_at__lt=models.F("closes_at"),
                    closes_at__lte=models.F("overtime_until"),
                ),
                name="occurrence_times_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=("moderators_open_at", "closes_at"), name="occurrence_open"),
            models.Index(fields=("conference", "starts_at"), name="occurrence_of_conference"),
        ]
        verbose_name = _("date")
        verbose_name_plural = _("dates")

    def __str__(self) -> str:
        return f"{self.conference}, {self.conference.local(self.starts_at):%Y-%m-%d %H:%M %Z}"

    @property
    def is_held_once(self) -> bool:
        """Whether it is the date of a conference that is held once, and no other that stayed beside it."""
        return self.conference.rule is None and self.recurrence_id == schedule.first_id(self.conference)

    @property
    def is_exception(self) -> bool:
        """Whether it was changed by itself: whoever changes the series is told what becomes of it."""
        return self.own_times or self.cancelled or self.locked
