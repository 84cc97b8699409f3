"""The phone call, top to bottom.

    ring ─▶ Recognize ─▶ SendCode ─▶ EnterCode ─▶ ChooseRoom ─▶ admit() ─▶ the room ─▶ Farewell
               │  withheld, unlisted or ambiguous line ─▶ EnterRosterNumber ┘    │ ▲
               │  with the number of a conference that asks for no more ─▶ EnterPasscode
               │  no code comes ─▶ ChooseWay ─▶ (WaitToSend) ─▶ SendCode
               │  it is long in coming ─▶ StayOnLine ─▶ OfferNewCode ─▶ SendCode
               └─ nothing open, blocked, over a limit ─▶ one sentence ─▶ hang up ─▶ Goodbye

Read it from here to the end and you have heard the call. A step arrives, asks, and makes something of the keys;
what it returns is said to the caller, or is the step that comes next.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import PASSCODE_DIGITS, Contact, Invitation, Occurrence
from participants.models.rosters import ROSTER_NUMBER_DIGITS
from verification import comebacks, ladder, missed, recognition, throttle
from verification.dialogue import Later, Outcome, Step
from verification.door import Refusal, Wanted, admit
from verification.models import Admission, Attempt
from verification.passcodes import Passing, check_passcode, room_called
from verification.proof import check_code, perhaps_sent, send_code
from verification.replies import Ask, HangUp, Join
from verification.results import NOT_SENT_AT_ALL, Checking, Sending
from verification.wording import choices, wording_of

CHOICES_MOST = 5  # rooms in a menu: more than a caller can keep in mind are chosen by roster number
SECONDS_LEAST = 5  # to wait for keys, before one more code goes out
SECONDS_TO_STAY = 45  # between two words to somebody who is on the way to their code
STAYS_MOST = timedelta(minutes=30)  # after ringing: stars make codes new, and every call ends
RESENDS_MOST = 5  # stars in one call; fewer of them, if any, lead to a text: see the limits in settings
IN_FOR_SURE = timedelta(seconds=20)  # whoever comes back from the room later than this had been in it


class Recognize(Step):
    """Who may be calling? The line says who it might be, and proves nothing."""

    def arrive(self) -> Outcome:
        if throttle.too_many_live(self.call):
            return self.refuse(Attempt.Outcome.OVER_LIMIT, "live_calls")
        try:
            people = recognition.people_calling_from(self.call)
        except recognition.BlockedError as blocked:
            return self.blocked(blocked)
        except recognition.OtherTeamsError:
            return self.ask_who(Attempt.Outcome.LINE_OF_TEAMS)
        if not people:
            return self.stranger()
        if self.call.vouched:
            self.call.people = people
            return ChooseRoom
        try:
            ladder.ways(self.call, people)
        except ladder.DifferentContactsError:
            return self.ask_who(Attempt.Outcome.SHARED_LINE)
        self.call.people = people
        return self.back_from_a_drop() or self.welcome()

    def back_from_a_drop(self) -> Outcome | None:
        seat = comebacks.seat_to_come_back_to(self.call)
        outcome = admit(self.call, *seat, comes_back=True) if seat else None
        if outcome is None or isinstance(outcome, Join):
            return outcome
        return Later(SendCode, _("Welcome."))  # a look at the door and a code are too much for one turn

    def welcome(self) -> Outcome:
        self.say(_("Welcome."))
        return SendCode

    def stranger(self) -> Outcome:
        """A listed line with nothing open sounds like an unlisted one. Who is early or late is told after the call."""
        if recognition.is_blocked(self.call):
            return self.refuse(Attempt.Outcome.BLOCKED)
        missed.look_by_line(self.call)
        if not Occurrence.objects.open_to_moderators_at(timezone.now()).exists():
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
            words or _("Welcome. Please enter the roster number from your invitation, or a conference number."),
            digits=ROSTER_NUMBER_DIGITS,
        )

    def answer(self, keys: str) -> Outcome:
        if not keys:
            return self.silent(
                _("The roster number has 8 digits. You find it in your invitation. Please enter it."),
                _("To be connected, enter the roster number from your invitation now."),
            )
        if keys == "*":
            return self.once_more()
        if not keys.isdigit() or len(keys) != ROSTER_NUMBER_DIGITS:
            return self.stumbled(_("The roster number has 8 digits. Please enter them all."))
        self.call.roster_numbers += 1
        try:
            person = recognition.person_with_roster_number(self.call, keys)
        except recognition.BlockedError as blocked:
            return self.blocked(blocked)
        if person and self.call.vouched:  # whatever others have used up
            self.call.people = [person]
            return ChooseRoom
        try:
            room = None if person else room_called(self.call, keys)
            throttle.try_number(self.call, found=bool(person or room))
        except recognition.BlockedError:
            return self.refusal()
        except throttle.OverLimitError as over:
            return self.refuse(Attempt.Outcome.OVER_LIMIT, str(over))
        if person:
            self.call.people = [person]
            return SendCode
        if room:
            self.call.wanted = [None, room]
            return EnterPasscode
        missed.look_by_roster_number(self.call, keys)
        return self.wrong()

    def wrong(self) -> Outcome:
        if self.call.roster_numbers >= settings.ROSTER_NUMBERS_PER_CALL:
            return self.refuse(Attempt.Outcome.WRONG_ROSTER_NUMBER)
        self.note(Attempt.Outcome.WRONG_ROSTER_NUMBER)
        if self.call.roster_numbers == 1:
            return self.ask(_("We do not find that number. Please enter the 8 digits from your invitation again."))
        return self.ask(
            _("We do not find that one either. Please check the date in your invitation, and enter the number again.")
        )


class SendCode(Step):
    """Send a code to a contact on file, never to the calling line as such: by the first way that can work.

    An authenticator app shows its code by itself: then nothing is sent.
    """

    def arrive(self) -> Outcome:
        return ChooseRoom if self.call.vouched else self.tell(send_code(self.call, self.codes))

    def tell(self, sending: Sending) -> Outcome:
        words = wording_of(self.call)
        match sending:
            case Sending.SHOWN_BY_APP:
                return EnterCode
            case Sending.SENT:
                self.say(words.sent % self.code)
                return EnterCode
            case Sending.SENT_AGAIN:
                self.say(words.sent_again % self.code)
                return EnterCode
            case Sending.REUSED:
                self.say(words.reused % self.code)
                return EnterCode
            case Sending.PERHAPS_SENT:
                self.say(words.perhaps_sent % self.code)
                return EnterCode
            case Sending.NO_MORE_BUT_ONE_IN_HAND:
                self.say(words.no_more % self.code)
                return EnterCode
            case Sending.FELL_BACK:
                self.say(f"{_('We cannot send a code that way now.')} {words.where % self.code}")
                return EnterCode
            case Sending.NEXT_WAY:
                return Later(SendCode, f"{words.not_sent} {_('We try another way.')}")
            case Sending.WITHDRAWN:
                return Later(SendCode, _("One moment, please."))
            case Sending.BUSY:
                return Later(SendCode, _("One moment, please."), seconds=2)
            case _ if sending in NOT_SENT_AT_ALL and self.call.wanted:
                return self.keep_what_is_proved()
            case Sending.STILL_BUSY:
                return self.hang_up(_("We are sorry, the line is busy. Please call again in a minute. Goodbye."))
            case Sending.NO_MORE:
                return self.hang_up(
                    _("We are sorry. We can send no more codes now. Please call again in ten minutes. Goodbye.")
                )
            case Sending.UNDELIVERABLE:
                return self.hang_up(str(words.cannot))
            case Sending.OVER_LIMIT if self.call.challenge:  # they know already that codes are sent to them
                return self.hang_up(_("We can send no more codes now. Please call again later. Goodbye."))
            case Sending.OVER_LIMIT | Sending.NO_CONTACT:
                return self.refusal()

    def keep_what_is_proved(self) -> Outcome:
        """No stronger code is to be had: the room that asks for one stays shut, and the code of before opens others."""
        self.call.refused = [*self.call.refused, self.call.wanted]
        self.call.wanted = []
        self.call.challenge = recognition.right_code(self.call)
        self.say(_("We cannot send a code that way now."))
        return ChooseRoom

    def ask(self, words: str = "") -> Outcome:
        """Whoever asks again here cannot know whether the code went out."""
        code = self.call.challenge
        return self.tell(perhaps_sent(self.call, code)) if code and code.typeable else self.arrive()


class EnterCode(Step):
    """The proof: whoever types the code holds the phone that it was sent to. Or somebody lets them in by hand."""

    def ask(self, words: str = "") -> Outcome:
        wording = wording_of(self.call)
        question = wording.question_or_other if self.call.ways > 1 else wording.question
        return Ask(words or question % self.code, digits=self.call.code_length)

    def ask_again(self) -> Outcome:
        return ChooseRoom if self.needs_no_code else self.ask()

    @property
    def needs_no_code(self) -> bool:
        return self.call.vouched or recognition.proved_by_code(self.call)

    def answer(self, keys: str) -> Outcome:
        if self.needs_no_code:
            return ChooseRoom
        if not keys:
            return self.silence()
        if keys == "*":
            return self.send_again()
        if not keys.isdigit() or len(keys) != self.call.code_length:
            return self.stumbled(_("The code has %(length)s digits. Please enter them all.") % self.code)
        words = wording_of(self.call)
        match check_code(self.call, self.codes, keys):
            case Checking.RIGHT:
                return ChooseRoom
            case Checking.USED:
                return self.stumbled(
                    _("That code was used before. Wait until your app shows the next one, and enter that.")
                )
            case Checking.NEXT_WAY:
                return Later(SendCode, f"{words.not_sent} {_('We try another way.')}")
            case Checking.CANNOT:
                return self.hang_up(str(words.cannot))
            case Checking.WRONG:
                return self.wrong()
            case Checking.GONE:
                return Later(SendCode, _("That code has expired or was used before. We send you a new one."))
            case Checking.UNCONFIRMED:
                return Later(SendCode, _("We are sorry, we could not confirm that code. We send you a new one."))
            case Checking.NOT_CHECKED:
                return self.stumbled(str(words.not_checked))
            case Checking.TOO_MANY_HERE:
                return Later(SendCode, f"{_('We can check no more of those codes now.')} {_('We try another way.')}")
            case Checking.TOO_MANY:
                return self.hang_up(_("We can check no more codes now. Please call again in ten minutes. Goodbye."))

    def silence(self) -> Outcome:
        words = wording_of(self.call)
        then = None if self.call.asks_app else StayOnLine
        return self.silent(words.where % self.code, words.patience % self.code, str(words.again), then=then)

    def send_again(self) -> Outcome:
        self.call.resends += 1
        if self.call.resends > RESENDS_MOST:
            return self.give_up(_("Please call again in ten minutes. Goodbye."))
        ways = ladder.to_choose_from(self.call)
        if len(ways) > 1:
            return ChooseWay
        if self.call.asks_app:
            return self.leave_app(ways)
        return WaitToSend if ways and self.is_the_same(ways[0]) and not ways[0].rests else SendCode

    def is_the_same(self, way: ladder.Way) -> bool:
        """Whether the newest code came this way: another one has nothing to wait for."""
        code = self.call.challenge
        return code is not None and code.contact_id == way.contact.pk

    def leave_app(self, ways: list[ladder.Way]) -> Outcome:
        """By the other way, where there is one."""
        if not ways:
            return self.ask(_("No code is sent: your authenticator app shows it. Please enter it now."))
        self.call.contact = ways[0].contact
        return SendCode

    def wrong(self) -> Outcome:
        words = wording_of(self.call)
        self.call.wrong_codes += 1
        left = settings.WRONG_CODES_PER_CALL - self.call.wrong_codes
        if left <= 0:
            return self.hang_up(str(words.call_again))
        return self.ask(str(words.last_try) if left == 1 else words.newest % self.code)


class Menu(Step):
    """A question that one key answers: a star is one, and the pound that some press after it comes by itself."""

    def read_again(self) -> Outcome:
        """After a star. The pound after it would cut the choices off: nothing pressed then means the same again."""
        outcome = self.once_more()
        if isinstance(outcome, Ask) and outcome.digits == 1:
            self.call.menu[""] = None
        return outcome

    def is_pound_of_star(self, keys: str) -> bool:
        return not keys and "" in self.call.menu


class ChooseWay(Menu):
    """The same again, or another way. Only where there is a choice."""

    def ask(self, words: str = "") -> Outcome:
        """Reads out the ways, that of the newest code first. What each key means is kept: a menu is a promise."""
        ways = ladder.to_choose_from(self.call)
        ways = sorted(ways, key=lambda way: way.contact.pk != self.call.contact_id)[:CHOICES_MOST]
        self.call.menu = {str(key): way.contact.pk for key, way in enumerate(ways, start=1)}
        menu = choices([way.contact.channel for way in ways])
        return Ask(f"{words} {menu}".strip(), digits=1) if ways else EnterCode

    def answer(self, keys: str) -> Outcome:
        if self.call.vouched:
            return ChooseRoom
        if self.is_pound_of_star(keys):
            return self.ask()
        if not keys:
            return EnterCode
        if keys not in self.call.menu:
            return self.read_again() if keys == "*" else self.stumbled(_("That is not one of the choices."))
        same = self.call.menu[keys] == self.call.contact_id
        self.call.contact = Contact.objects.filter(pk=self.call.menu[keys]).first()
        return WaitToSend if same else SendCode


class WaitToSend(EnterCode):
    """The same again, a little later each time: what is on its way may only be slow. Meanwhile it may be typed."""

    def arrive(self) -> Outcome:
        return self.ask() if ladder.gap(self.call) else SendCode

    def ask(self, words: str = "") -> Outcome:
        seconds = ladder.gap(self.call) or SECONDS_LEAST
        later = _("The next one goes out in %(seconds)s seconds. If the code comes before, enter it.")
        return Ask(words or later % {"seconds": seconds}, digits=self.call.code_length, seconds=seconds)

    def silence(self) -> Outcome:
        return SendCode


class StayOnLine(EnterCode):
    """The reminders are over. A mailbox may be in another room: the line stays as long as the code can be typed."""

    def arrive(self) -> Outcome:
        if timezone.now() - self.call.rang_at > STAYS_MOST:
            return self.not_heard()
        code = self.call.challenge
        return self.ask() if code and code.typeable else OfferNewCode

    def ask(self, words: str = "") -> Outcome:
        stays = _("We stay on the line. Enter the code when you have it. For a new one, press star, then pound.")
        return Ask(words or stays, digits=self.call.code_length, seconds=SECONDS_TO_STAY)

    def silence(self) -> Outcome:
        return self.arrive()


class OfferNewCode(EnterCode):
    """The code is too old to be typed."""

    def ask(self, words: str = "") -> Outcome:
        return super().ask(words or _("The code has expired. For a new one, press star, then pound."))

    def silence(self) -> Outcome:
        return self.not_heard()


class EnterPasscode(Step):
    """For rooms that ask for one: after the code, or alone. From here nobody is told more than that it was right."""

    def ask(self, words: str = "") -> Outcome:
        return Ask(words or _("Please enter the passcode."), digits=PASSCODE_DIGITS)

    def answer(self, keys: str) -> Outcome:
        length = {"length": PASSCODE_DIGITS}
        if not keys:
            return self.silent(
                _("The passcode has %(length)s digits. You got it from whoever invited you. Please enter it.") % length,
                _("To be connected, enter the passcode now."),
            )
        if keys == "*":
            return self.once_more()
        if not keys.isdigit() or len(keys) != PASSCODE_DIGITS:
            return self.stumbled(_("The passcode has %(length)s digits. Please enter them all.") % length)
        match check_passcode(self.call, keys):
            case Passing.RIGHT:
                return ChooseRoom
            case Passing.WRONG:
                return self.wrong()
            case Passing.TOO_MANY if self.call.people:
                return self.hang_up(_("We can check no more passcodes now. Please call again later. Goodbye."))
            case Passing.TOO_MANY:
                return self.refusal()

    def wrong(self) -> Outcome:
        self.call.wrong_passcodes += 1
        left = settings.WRONG_PASSCODES_PER_CALL - self.call.wrong_passcodes
        if left <= 0:
            return self.hang_up(_("That is not the passcode. Please ask whoever invited you for it. Goodbye."))
        if left == 1:
            return self.ask(_("That is not right either. Please enter the passcode once more. This is the last try."))
        return self.ask(_("That is not the passcode. Please enter it again."))


class ChooseRoom(Menu):
    """With one open room there is nothing to ask. From here on the caller is known, and may be told things."""

    def arrive(self) -> Outcome:
        if self.call.wanted:
            return self.enter(*self.call.wanted)
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
            choices = _(
                "You are invited to %(number)s rooms. Please enter the roster number for the one that you want."
            ) % {"number": len(rooms)}
        else:
            keyed = {str(key): room for key, room in enumerate(rooms, start=1)}
            choices = " ".join(
                _("For %(room)s, press %(key)s.") % {"room": self.name_of(room, rooms), "key": key}
                for key, room in keyed.items()
            )
        self.call.menu = {key: [room.pk, room.occurrence_id] for key, room in keyed.items()}
        return Ask(f"{words} {choices}".strip(), digits=max(len(key) for key in keyed))

    def name_of(self, room: Any, rooms: list[Invitation]) -> str:
        if len({other.participant_id for other in rooms}) == 1:
            return room.conference.title
        names = {"room": room.conference.title, "person": room.participant.name}
        if len({other.conference.team_id for other in rooms}) == 1:
            return _("%(room)s as %(person)s") % names
        # Anybody may give a room of theirs the title of another, and enter its people. The team is not theirs to name.
        return _("%(room)s of %(team)s as %(person)s") % {**names, "team": room.team_name}

    def answer(self, keys: str) -> Outcome:
        if self.is_pound_of_star(keys):
            return self.ask()
        if not keys:
            return self.silent(_("Please choose a room."), _("To enter a room, please make your choice now."))
        if keys not in self.call.menu:
            return self.read_again() if keys == "*" else self.stumbled(_("That is not one of the choices."))
        return self.enter(*self.call.menu[keys])

    def enter(self, invitation: int | None, occurrence: int) -> Outcome:
        match admit(self.call, invitation, occurrence):
            case Refusal() as refusal:
                return self.turned_away(refusal, invitation, occurrence)
            case Wanted():
                self.call.wanted = [invitation, occurrence]
                return EnterPasscode
            case join:
                return join

    def turned_away(self, refusal: Refusal, invitation: int | None, occurrence: int) -> Outcome:
        """By a stronger way, where that would help; else the other rooms, without a new code."""
        self.call.wanted = []
        if refusal.contact_changed:
            return self.contact_changed(refusal.words)
        if refusal.least and ladder.insist(self.call, refusal.least, refusal.person):
            self.call.wanted = [invitation, occurrence]
            return self.another_code(refusal.words)
        self.call.refused = [*self.call.refused, [invitation, occurrence]]
        self.say(refusal.words)
        return self.offer(self.rooms())

    def contact_changed(self, words: str) -> Outcome:
        """The code went where the person is not reached any more. One at their contact of now lets them in."""
        ways = ladder.offered(ladder.left(self.call))
        if not ways:
            return self.hang_up(f"{words} {_('Please ask whoever invited you for help. Goodbye.')}")
        self.call.contact = ways[0].contact
        return self.another_code(words)

    def another_code(self, words: str) -> Later:
        is_app = self.call.contact is not None and self.call.contact.is_app
        return Later(SendCode, words if is_app else f"{words} {_('We send you another code.')}")

    def nothing_left(self) -> Outcome:
        if not self.call.refused:
            if recognition.contact_was_changed(self.call):
                self.note(Attempt.Outcome.CONTACT_CHANGED)
                return self.contact_changed(_("Your contact was changed during this call."))
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
        if self.has_become_longer(seat):
            goes_on = _("The conference goes on.")
            if seat.channel == seat.CAME_BACK:
                return Later(SendCode, goes_on)
            self.say(goes_on)
            self.call.wanted = [seat.invitation_id, seat.occurrence_id]
            return ChooseRoom
        if seat.entered_at or timezone.now() - seat.taken_at > IN_FOR_SURE:
            return self.hang_up(_("Your conference has ended. Thank you for calling. Goodbye."))
        self.note(Attempt.Outcome.NOT_IN_ROOM)
        if self.call.returns:
            return self.hang_up(_("We are sorry, we cannot bring you into the room. Please call again. Goodbye."))
        self.call.returns += 1
        sorry = _("We are sorry, that did not work. We try once more.")
        if seat.channel == seat.CAME_BACK:
            return Later(SendCode, sorry)
        self.say(sorry)
        return ChooseRoom

    def has_become_longer(self, seat: Admission) -> bool:
        """Whether the call only reached the time limit it came in with: the end was put later meanwhile."""
        now = timezone.now()
        if seat.entered_at is None or seat.until > now:
            return False
        return seat.occurrence is not None and now < seat.occurrence.overtime_until

    def ask(self, words: str = "") -> Outcome:
        return self.arrive()


class Goodbye(Step):
    """Everything has been said."""

    def ask(self, words: str = "") -> Outcome:
        return HangUp(_("Goodbye."))


STEPS = {
    step.__name__: step
    for step in (
        Recognize,
        EnterRosterNumber,
        SendCode,
        EnterCode,
        ChooseWay,
        WaitToSend,
        StayOnLine,
        OfferNewCode,
        EnterPasscode,
        ChooseRoom,
        Farewell,
        Goodbye,
    )
}
