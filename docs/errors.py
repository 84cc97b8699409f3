#!/usr/bin/env python3
"""What follows each error of Twilio's, from the code into the page of the call.

    .venv/bin/python docs/errors.py            writes it
    .venv/bin/python docs/errors.py --check    says what is missing or out of date, and changes nothing

Which answer means what is asked of the code itself (conferenceline/telephony). What follows is told here, with the
words of a text; tests/calls/test_error_table.py makes the calls and holds the line to it.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import django
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
if not apps.ready:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from conferenceline.telephony import authenticators, lookups, messages, verify  # noqa: E402
from conferenceline.telephony.client import meaning  # noqa: E402
from conferenceline.telephony.errors import (  # noqa: E402
    AlreadyConfirmedError,
    AuthenticatorGoneError,
    ChannelDownError,
    CodeUsedError,
    MisconfiguredError,
    NoSuchCodeError,
    OutcomeUnknownError,
    RefusedError,
    TooBusyError,
    TooManyChecksError,
    TooManySendsError,
    TwilioFaultError,
    UndeliverableError,
    WrongCodeError,
)
from docs.words import PAGE, Mark, all_spoken, readable  # noqa: E402
from sandbox.mishaps import APP, CHECK, CONFIRM, DELIVERY, LOOKUP, MISHAPS, NEW_APP, SEND, TEXT  # noqa: E402

Fault = type[TwilioFaultError]
MARK = Mark("the errors", "docs/errors.py")
NO_ANSWER = "nothing in time, a broken connection, 5xx"


@dataclass(frozen=True)
class Asked:
    """Something that the line asks of Twilio: how its answers are understood, and who is told what follows, if any."""

    title: str
    known: Mapping[int, Fault]
    otherwise: Fault
    told: str = "the caller hears"


ASKED = {
    SEND: Asked("To send a code", verify.SEND_ERRORS, UndeliverableError),
    CHECK: Asked("To check a code", verify.CHECK_ERRORS, MisconfiguredError),
    APP: Asked("To check the code of an authenticator app", authenticators.CHECK_ERRORS, MisconfiguredError),
    NEW_APP: Asked("To make the secret of an app", authenticators.CREATE_ERRORS, RefusedError, "the page says"),
    CONFIRM: Asked("To confirm the first code of an app", authenticators.CONFIRM_ERRORS, RefusedError, "the page says"),
    LOOKUP: Asked(
        "To learn what kind of line a number has, or whether it is in other hands",
        lookups.ERRORS,
        MisconfiguredError,
        "",
    ),
    TEXT: Asked("To send a text that is no code", messages.ERRORS, UndeliverableError, ""),
}
TOLD_LATER = {DELIVERY: TEXT}  # by the carriers, of what Twilio had taken


@dataclass(frozen=True)
class Follows:
    """What comes of an answer, and the words in which it is told, in their order."""

    what: str
    words: tuple[str, ...] = ()


FAULT_OF_THE_LINE = "We are sorry. The line has a fault and cannot take your call. Please try again later. Goodbye."
NO_TEXT, ANOTHER_WAY = "We could not send a text.", "We try another way."
NO_APP = "We cannot check the codes of your authenticator app now."
ENTER_AGAIN = "We are sorry, we could not check the code. Please enter it once more."
ENTER_NEXT = "We are sorry, we could not check the code. Please enter the one that your app shows now."
LOUD = "the call ends. Logged as critical: nobody can get in until it is mended"
NO_MORE_HERE = "We can check no more of those codes now."
BY_NEXT_WAY = "it is sent by the next way; where none is left the call ends, with whom to ask for help"
OTHER_WAY_THAN_APP = "a code goes by the next way; where none is left the call ends, with whom to ask for help"

FOLLOWS: dict[tuple[str, Fault], Follows] = {
    (SEND, OutcomeUnknownError): Follows(
        "it is taken for sent: never twice on a guess. Star sends again",
        ("We are sending you a text with a %(length)s digit code.",),
    ),
    (SEND, TooBusyError): Follows(
        "it is sent once more after 2 s; then by the next way, or the line is busy", ("One moment, please.",)
    ),
    (SEND, TooManySendsError): Follows(
        "the newest code may be typed; star leads to another way",
        ("We cannot send another text now. Please use the newest that you have.",),
    ),
    (SEND, TooManyChecksError): Follows(BY_NEXT_WAY, (NO_TEXT, ANOTHER_WAY)),
    (SEND, UndeliverableError): Follows(BY_NEXT_WAY, (NO_TEXT, ANOTHER_WAY)),
    (SEND, ChannelDownError): Follows(
        f"{BY_NEXT_WAY}. Logged as an error; the channel is then tried last by everybody for a while",
        (NO_TEXT, ANOTHER_WAY),
    ),
    (SEND, MisconfiguredError): Follows(LOUD, (FAULT_OF_THE_LINE,)),
    (CHECK, OutcomeUnknownError): Follows(
        "it is asked for again. If it is gone then it may have been right: that admits nobody, and a new one is sent",
        (ENTER_AGAIN,),
    ),
    (CHECK, TooBusyError): Follows("it is asked for again", (ENTER_AGAIN,)),
    (CHECK, NoSuchCodeError): Follows(
        "a new one is sent", ("That code has expired or was used before. We send you a new one.",)
    ),
    (CHECK, TooManyChecksError): Follows(
        "a code goes to another address; where there is none the call ends, with when to call again",
        (NO_MORE_HERE, ANOTHER_WAY),
    ),
    (CHECK, MisconfiguredError): Follows(LOUD, (FAULT_OF_THE_LINE,)),
    (APP, OutcomeUnknownError): Follows("it is asked for again", (ENTER_NEXT,)),
    (APP, TooBusyError): Follows("it is asked for again", (ENTER_NEXT,)),
    (APP, WrongCodeError): Follows(
        "it is a wrong code", ("That is not the code. Please enter the %(length)s digits that your app shows now.",)
    ),
    (APP, CodeUsedError): Follows(
        "no try is spent",
        ("That code was used before. Wait until your app shows the next one, and enter that.",),
    ),
    (APP, TooManyChecksError): Follows(OTHER_WAY_THAN_APP, (NO_APP, ANOTHER_WAY)),
    (APP, AuthenticatorGoneError): Follows(OTHER_WAY_THAN_APP, (NO_APP, ANOTHER_WAY)),
    (APP, MisconfiguredError): Follows(LOUD, (FAULT_OF_THE_LINE,)),
    (NEW_APP, OutcomeUnknownError): Follows(
        "the link is as good as before", ("This did not work just now. Please try again in a minute.",)
    ),
    (NEW_APP, TooBusyError): Follows(
        "the link is as good as before", ("This did not work just now. Please try again in a minute.",)
    ),
    (NEW_APP, RefusedError): Follows(
        "the link is as good as before", ("No authenticator app can be set up now. Please try again tomorrow.",)
    ),
    (NEW_APP, MisconfiguredError): Follows(
        "logged as critical", ("This line has a fault. Please tell whoever invites you to your conferences.",)
    ),
    (CONFIRM, OutcomeUnknownError): Follows("it is asked for again", (ENTER_NEXT,)),
    (CONFIRM, TooBusyError): Follows("it is asked for again", (ENTER_NEXT,)),
    (CONFIRM, RefusedError): Follows("it is asked for again", (ENTER_NEXT,)),
    (CONFIRM, MisconfiguredError): Follows("it is asked for again. Logged as critical", (ENTER_NEXT,)),
    (CONFIRM, WrongCodeError): Follows(
        "it is a wrong code", ("That is not the code. Please enter the %(length)s digits that your app shows now.",)
    ),
    (CONFIRM, AlreadyConfirmedError): Follows(
        "the answer to an earlier try was lost: the app counts", ("Your authenticator app is set up",)
    ),
    (CONFIRM, TooManyChecksError): Follows("the app does not count", ("This link does not work any more",)),
    (CONFIRM, AuthenticatorGoneError): Follows("the app does not count", ("This link does not work any more",)),
    (LOOKUP, OutcomeUnknownError): Follows("it is asked for again a minute later"),
    (LOOKUP, TooBusyError): Follows("it is asked for again a minute later"),
    (LOOKUP, UndeliverableError): Follows("nothing is known of the number, and codes go there as before"),
    (LOOKUP, MisconfiguredError): Follows("logged as critical. It is asked for again a minute later"),
    (TEXT, OutcomeUnknownError): Follows("it is looked for at Twilio, and sent again where it is not there"),
    (TEXT, TooBusyError): Follows("it is tried again, a little later each time"),
    (TEXT, UndeliverableError): Follows("it has failed. The list of mail and texts says why, and offers it once more"),
    (TEXT, MisconfiguredError): Follows("logged as critical. It is tried again, a little later each time"),
}


def answers() -> dict[tuple[str, Fault], list[str]]:
    """What Twilio may answer, by what was asked and what the code makes of it."""
    found: dict[tuple[str, Fault], list[str]] = {(each, OutcomeUnknownError): [NO_ANSWER] for each in ASKED}
    for mishap in MISHAPS:
        if not mishap.code:
            continue
        operation = TOLD_LATER.get(mishap.operation, mishap.operation)
        asked = ASKED[operation]
        fault = meaning(mishap.code, mishap.status, asked.known, asked.otherwise)
        found.setdefault((operation, fault), []).append(f"{mishap.code} {mishap.words}")
    for operation, asked in ASKED.items():
        for status in (404, 429):
            fault = meaning(status, status, asked.known, asked.otherwise)
            if fault is not asked.otherwise:
                found.setdefault((operation, fault), []).append(f"any other {status}")
        found.setdefault((operation, asked.otherwise), []).append("anything else")
    return found


def tables() -> str:
    parts = []
    for operation, asked in ASKED.items():
        rows = [[*("Twilio says", "then"), *([asked.told] if asked.told else [])]]
        for key, said in answers().items():
            if key[0] == operation:
                told = [readable(" ".join(FOLLOWS[key].words))] if asked.told else []
                rows.append(["; ".join(said), FOLLOWS[key].what, *told])
        head, *lines = (f"| {' | '.join(row)} |\n" for row in rows)
        parts.append(f"**{asked.title}**\n\n{head}|{'---|' * len(rows[0])}\n{''.join(lines)}")
    return "\n".join(parts)


def problems() -> list[str]:
    spoken = {sentence for said in all_spoken().values() for each in said for sentence in each}
    unsaid = {sentence for follows in FOLLOWS.values() for sentence in follows.words} - spoken
    found = [f"no answer leads there, or what follows is not told: {each}" for each in set(answers()) ^ set(FOLLOWS)]
    found += [f"the line says nowhere: {sentence}" for sentence in sorted(unsaid)]
    return found or MARK.problems(tables())


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if not sys.argv[1:]:
        PAGE.write_text(MARK.page(tables()))
    if complaints := problems():
        sys.exit("\n".join([*complaints, "", "Mend what it names, then: .venv/bin/python docs/errors.py"]))
