"""The phone call, top to bottom.

    ring ─▶ Recognize ─▶ SendCode ─▶ EnterCode ─▶ ChooseRoom ─▶ admit() ─▶ the room ─▶ Farewell
               │  withheld, unlisted or ambiguous line ─▶ EnterRosterNumber ┘
               └─ nothing open, over a limit ─▶ one sentence ─▶ hang up

Read it from here to the end and you have heard the call. A step arrives, asks, and makes something of the keys;
what it returns is said to the caller, or is the step that comes next.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Invitation, Occurrence
from participants.models.rosters import ROSTER_NUMBER_DIGITS
from verification import recognition, throttle
from verification.dialogue import Later, Outcome, Step
from verification.door import Refusal, admit
from verification.models import Attempt
from verification.proof import Checking, Sending, check_code, perhaps_sent, send_code
from verification.replies import Ask, HangUp

CHOICES_MOST = 5  # rooms in a menu: more than a caller can keep in mind are chosen by roster number
RESENDS_MOST = 5  # stars in one call; fewer of them, if any, lead to a text: see the limits in settings
IN_FOR_SURE = timedelta(seconds=20)  # whoever comes back from the room later than this had been in it


class Recognize(Step):
    """Who may be calling? The line says who it might be, and proves nothing."""

    def arrive(self) -> Outcome:
        if throttle.too_many_live():
            return self.refuse(Attempt.Outcome.OVER_LIMIT, "live_calls")
        people = recognition.people_calling_from(self.call)
        if not people:
            return self.stranger()
        if self.call.vouched:
            self.call.people = people
            return ChooseRoom
        try:
            self.call.contact = recognition.contact_of(people)
        except recognition.DifferentContactsError:
            return self.ask_who(Attempt.Outcome.SHARED_LINE)
        self.call.people = people
        self.say(_("Welcome."))
        return SendCode

    def stranger(self) -> Outcome:
        """A listed line with nothing open sounds like an unlisted one."""
        if not Occurrence.objects.open_at(timezone.now()).exists():
            return self.refuse(Attempt.Outcome.NOTHING_OPEN)
        return self.ask_who(Attempt.Outcome.UNKNOWN_LINE if self.call.line else Attempt.Outcome.WITHHELD_LINE)

    def ask_who(self, why: str) -> Outcome:
        if not settings.LINE_OFFERS_ROSTER_NUMBER:
            return self.refuse(why)
        self.note(why)
        return EnterRosterNumber

    def ask(self, words: str = "") -> Outcome:
        return self.arrive()


class EnterRosterNumber(Step):
    """For a caller whose line does not say who they are. The number says it, and proves nothing either."""

    def ask(self, words: str = "") -> Outcome:
        return Ask(
            words or _("Welcome. Please enter the roster number from your invitation."),
            digits=ROSTER_NUMBER_DIGITS,
        )

    def answer(self, keys: str) -> Outcome:
        if not keys:
            return self.silent(
                _("The roster number has 8 digits. You find it in your invitation. Please enter it."),
                _("To be connected, enter the roster number from your invitation now."),
            )
        if not keys.isdigit() or len(keys) != ROSTER_NUMBER_DIGITS:
            return self.stumbled(_("The roster number has 8 digits. Please enter them all."))
        self.call.roster_numbers += 1
        try:
            throttle.take(roster_numbers_per_line=self.call.line, roster_numbers="")
        except throttle.OverLimitError as over:
            return self.refuse(Attempt.Outcome.OVER_LIMIT, str(over))
        person = recognition.person_with_roster_number(self.call, keys)
        if person is None:
            return self.wrong()
        self.call.people = [person]
        if self.call.vouched:
            return ChooseRoom
        self.call.contact = recognition.contact_of([person])
        return SendCode

    def wrong(self) -> Outcome:
        if self.call.roster_numbers >= settings.ROSTER_NUMBERS_PER_CALL:
            return self.refuse(Attempt.Outcome.WRONG_ROSTER_NUMBER)
        self.note(Attempt.Outcome.WRONG_ROSTER_NUMBER)
        if self.call.roster_numbers == 1:
            return self.ask(_("We do not find that number. Please enter the 8 digits from your invitation again."))
        return self.ask(_("We do not find that number either. Check the date in your invitation, and enter it again."))


class SendCode(Step):
    """Send a code to the contact on file, never to the calling line as such."""

    def arrive(self) -> Outcome:
        return ChooseRoom if self.call.vouched else self.tell(send_code(self.call, self.codes))

    def tell(self, sending: Sending) -> Outcome:
        match sending:
            case Sending.SENT:
                self.say(_("We have sent you a text with a %(length)s digit code.") % self.code)
                return EnterCode
            case Sending.SENT_AGAIN:
                self.say(_("We have sent you another text. Please use the newest."))
                return EnterCode
            case Sending.REUSED:
                self.say(_("A moment ago we sent you a text with a %(length)s digit code.") % self.code)
                return EnterCode
            case Sending.PERHAPS_SENT:
                self.say(_("We are sending you a text with a %(length)s digit code.") % self.code)
                return EnterCode
            case Sending.NO_MORE_BUT_ONE_IN_HAND:
                self.say(_("We cannot send another text now. Please use the newest that you have."))
                return EnterCode
            case Sending.WITHDRAWN:
                return Later(SendCode, _("One moment, please."))
            case Sending.BUSY:
                return Later(SendCode, _("One moment, please."), seconds=2)
            case Sending.STILL_BUSY:
                return self.hang_up(_("We are sorry, the line is busy. Please call again in a minute. Goodbye."))
            case Sending.NO_MORE:
                return self.hang_up(
                    _("We are sorry. We can send no more codes now. Please call again in ten minutes. Goodbye.")
                )
            case Sending.UNDELIVERABLE:
                return self.hang_up(
                    _("We are sorry. We cannot send you a text. Please ask whoever invited you for help. Goodbye.")
                )
            case Sending.OVER_LIMIT | Sending.NO_CONTACT:
                return self.refusal()

    def ask(self, words: str = "") -> Outcome:
        """Whoever asks again here cannot know whether the code went out."""
        code = self.call.challenge
        return self.tell(perhaps_sent(self.call, code)) if code and code.typeable else self.arrive()


class EnterCode(Step):
    """The proof: whoever types the code holds the phone that it was sent to. Or somebody lets them in by hand."""

    def ask(self, words: str = "") -> Outcome:
        return Ask(
            words or _("Enter the code. For a new one, press star, then pound."),
            digits=settings.CODE_LENGTH,
        )

    def ask_again(self) -> Outcome:
        return ChooseRoom if self.needs_no_code else self.ask()

    @property
    def needs_no_code(self) -> bool:
        return self.call.vouched or recognition.proved_by_code(self.call)

    def answer(self, keys: str) -> Outcome:
        if self.needs_no_code:
            return ChooseRoom
        if not keys:
            return self.silent(
                _("The code is in a text message from us. Please enter it when you have found it."),
                _("Take your time. The text message from us holds a %(length)s digit code.") % self.code,
                _("To have the text sent again, press star, then pound. Or enter the code now."),
            )
        if keys == "*":
            return self.send_again()
        if not keys.isdigit() or len(keys) != settings.CODE_LENGTH:
            return self.stumbled(_("The code has %(length)s digits. Please enter them all.") % self.code)
        match check_code(self.call, self.codes, keys):
            case Checking.RIGHT:
                return ChooseRoom
            case Checking.WRONG:
                return self.wrong()
            case Checking.GONE:
                return Later(SendCode, _("That code has expired or was used before. We send you a new one."))
            case Checking.UNCONFIRMED:
                return Later(SendCode, _("We are sorry, we could not confirm that code. We send you a new one."))
            case Checking.NOT_CHECKED:
                return self.stumbled(_("We are sorry, we could not check the code. Please enter it once more."))
            case Checking.TOO_MANY:
                return self.hang_up(_("We can check no more codes now. Please call again in ten minutes. Goodbye."))

    def send_again(self) -> Outcome:
        self.call.resends += 1
        if self.call.resends > RESENDS_MOST:
            return self.give_up(_("Please call again in ten minutes. Goodbye."))
        return SendCode

    def wrong(self) -> Outcome:
        self.call.wrong_codes += 1
        left = settings.WRONG_CODES_PER_CALL - self.call.wrong_codes
        if left <= 0:
            return self.hang_up(_("That is not right. Please call again when you have the newest text. Goodbye."))
        if left == 1:
            return self.ask(
                _("That is not right either. Please enter the newest code once more. This is the last try.")
            )
        return self.ask(_("That is not the code. Please enter the %(length)s digits of the newest text.") % self.code)


class ChooseRoom(Step):
    """With one open room there is nothing to ask. From here on the caller is known, and may be told things."""

    def arrive(self) -> Outcome:
        rooms = self.rooms()
        if len(rooms) == 1 and not self.call.refused:
            return self.enter(rooms[0].pk, rooms[0].occurrence_id)
        return self.offer(rooms)

    def rooms(self) -> list[Invitation]:
        rooms = recognition.rooms_open_to(self.call)
        return [room for room in rooms if [room.pk, room.occurrence_id] not in self.call.refused]

    def ask(self, words: str = "") -> Outcome:
        return self.offer(self.rooms(), words)

    def offer(self, rooms: list[Invitation], words: str = "") -> Outcome:
        """Reads out the rooms. What each key means is kept: a menu is a promise."""
        if not rooms:
            return self.nothing_left()
        if len(rooms) > CHOICES_MOST:
            keyed = {room.roster_number: room for room in rooms}
            choices = _("You are invited to %(number)s rooms. Enter the roster number of yours.") % {
                "number": len(rooms)
            }
        else:
            keyed = {str(key): room for key, room in enumerate(rooms, start=1)}
            choices = " ".join(
                _("For %(room)s, press %(key)s.") % {"room": self.name_of(room, rooms), "key": key}
                for key, room in keyed.items()
            )
        self.call.menu = {key: [room.pk, room.occurrence_id] for key, room in keyed.items()}
        return Ask(f"{words} {choices}".strip(), digits=max(len(key) for key in keyed))

    def name_of(self, room: Invitation, rooms: list[Invitation]) -> str:
        if len({other.participant_id for other in rooms}) == 1:
            return room.conference.title
        return _("%(room)s as %(person)s") % {"room": room.conference.title, "person": room.participant.name}

    def answer(self, keys: str) -> Outcome:
        if not keys:
            return self.silent(
                _("Please choose a room."), _("Please press the key of the room that you want to enter.")
            )
        if keys not in self.call.menu:
            return self.stumbled(_("That key is none of these."))
        return self.enter(*self.call.menu[keys])

    def enter(self, invitation: int, occurrence: int) -> Outcome:
        outcome = admit(self.call, invitation, occurrence)
        if not isinstance(outcome, Refusal):
            return outcome
        self.call.refused = [*self.call.refused, [invitation, occurrence]]
        self.say(outcome.words)
        return self.offer(self.rooms())

    def nothing_left(self) -> Outcome:
        if not self.call.refused:
            if not recognition.proved_by_code(self.call):
                return self.refuse(Attempt.Outcome.NO_ROOM)
            self.note(Attempt.Outcome.NO_ROOM)
            self.say(_("Thank you. No room is open to you any more."))
        return self.hang_up(_("If you have questions, ask whoever invited you. Goodbye."))


class Farewell(Step):
    """Back from the room: because it is over, or because the call never got in."""

    def arrive(self) -> Outcome:
        seat = self.call.admissions.latest("pk")
        if seat.is_replaced:
            return self.hang_up(_("You have joined from another phone, so this call ends. Goodbye."))
        seat.release()
        if seat.entered_at or timezone.now() - seat.taken_at > IN_FOR_SURE:
            return self.hang_up(_("Your conference has ended. Thank you for calling. Goodbye."))
        self.note(Attempt.Outcome.NOT_IN_ROOM)
        if self.call.returns:
            return self.hang_up(_("We are sorry, we cannot bring you into the room. Please call again. Goodbye."))
        self.call.returns += 1
        self.say(_("We are sorry, that did not work. We try once more."))
        return ChooseRoom

    def ask(self, words: str = "") -> Outcome:
        return self.arrive()


class Goodbye(Step):
    """Everything has been said."""

    def ask(self, words: str = "") -> Outcome:
        return HangUp(_("Goodbye."))


STEPS = {
    step.__name__: step for step in (Recognize, EnterRosterNumber, SendCode, EnterCode, ChooseRoom, Farewell, Goodbye)
}
