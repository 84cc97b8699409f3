"""What a person does with a phone on the page, and what one can let go wrong for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string

from participants.models import Contact
from sandbox import mishaps
from sandbox.exchange import legs, texts
from sandbox.exchange.fields import VERSTATS, sip_fields, verstat_fields
from sandbox.management.commands.dial import e164
from sandbox.models import Forwarding, Handset, Message, Reassignment, SimSwap, Verification
from sandbox.models.verify import LIFETIME
from sandbox.page import callers
from sandbox.phone import WITHHELD, Phone, PhoneError
from sandbox.rest.answers import iso

LOOKS = 20  # at a call that another request has in its hands
BETWEEN_LOOKS = 0.1  # seconds


class RefusedError(Exception):
    """What was asked for cannot be done; the words are for whoever asked."""


def phone_of(handset: Handset) -> Phone:
    """The telephone in its call. Raises RefusedError where it has made none."""
    if handset.leg is None:
        raise RefusedError("This phone has not dialled.")
    phone = Phone(handset.leg.from_number, texts=handset.texts_at, wire=import_string(settings.SANDBOX_TRANSPORT)())
    phone.pick_up(handset.leg.sid)
    return phone


def phone_in_call(handset: Handset) -> Phone:
    if not handset.is_calling:
        raise RefusedError("This phone is in no call. Press Dial first.")
    return phone_of(handset)


def choose(handset: Handset, form: QueryDict) -> None:
    """Who holds the phone, which number it shows to the line, and whose texts are read beside it."""
    if handset.is_calling:
        raise RefusedError("Hang up first: a phone changes hands between calls.")
    who = form.get("who", "")
    try:
        handset.person = UUID(who) if who else None
    except ValueError:
        raise RefusedError("There is no such person.") from None
    if handset.person and callers.person(handset.person) is None:
        raise RefusedError("There is no such person.")
    number = number_in(form, "number", "Type the number that the phone calls from.")
    texts_at = number_in(form, "texts_at", "Type the number whose text messages you read.")
    attestation = form.get("attestation", "")
    if attestation not in ("", *VERSTATS):
        raise RefusedError("No carrier says that of a number.")
    Handset.objects.filter(pk=handset.pk).update(
        person=handset.person,
        number=number,
        texts_at=texts_at,
        withheld=form.get("withheld") == "on",
        attestation=attestation,
        leg=None,
    )


def number_in(form: QueryDict, name: str, missing: str) -> str:
    written = form.get(name, "").strip()
    if not written or len(written) > 100:
        raise RefusedError(missing)
    try:
        return e164(written)
    except CommandError as problem:
        raise RefusedError(str(problem)) from problem


def dial(handset: Handset, form: QueryDict) -> None:
    """Places the call. It rings until the phone is looked at."""
    if handset.is_calling:
        raise RefusedError("This phone is in a call already.")
    leg = legs.place(
        WITHHELD if handset.withheld else handset.number,
        settings.SANDBOX_LINE,
        extra_fields={
            **(sip_fields(handset.number) if handset.number.startswith("sip:") else {}),
            **verstat_fields(handset.attestation),
        },
        delivers_twice=handset.delivers_twice,
    )
    if not Handset.objects.filter(pk=handset.pk, leg=handset.leg).update(leg=leg, loses_answer=False):
        leg.delete()
        raise RefusedError("This phone is in a call already.")
    if handset.loses_answer:
        leg.store(answers_to_lose=1)


def press(handset: Handset, form: QueryDict) -> None:
    keys = form.get("keys", "")
    if not re.fullmatch(r"[0-9*#]{1,20}", keys):
        raise RefusedError("A phone has the keys 0 to 9, * and #.")
    phone = phone_in_call(handset)
    for key in keys:
        try:
            patiently(phone.press, key)
        except PhoneError:
            return  # the line hung up meanwhile


def hang_up(handset: Handset, form: QueryDict) -> None:
    end(phone_in_call(handset))


def end(phone: Phone) -> None:
    try:
        phone.hang_up()
    except legs.LegBusyError:
        return  # it is over for the caller; what remains to be told, whoever holds the leg tells


def battery(handset: Handset, form: QueryDict) -> None:
    """The phone is gone, and the line is never told that the call ended."""
    phone = phone_in_call(handset)
    phone.send_no_status()
    end(phone)


def silence(handset: Handset, form: QueryDict) -> None:
    """Presses nothing until the line has waited long enough, and waits no real time for it."""
    phone = phone_in_call(handset)
    if phone.in_room:
        raise RefusedError("In the room nobody waits for keys.")
    patiently(phone.stay_silent)


def twice(handset: Handset, form: QueryDict) -> None:
    on = form.get("on") == "on"
    Handset.objects.filter(pk=handset.pk).update(delivers_twice=on)
    if handset.is_calling:
        phone_of(handset).deliver_twice(on=on)


def lose(handset: Handset, form: QueryDict) -> None:
    """The line's next answer never reaches Twilio: in this call, or at the start of the next."""
    on = form.get("on") == "on"
    if handset.is_calling:
        phone_of(handset).lose_answers(int(on))
    else:
        Handset.objects.filter(pk=handset.pk).update(loses_answer=on)


def key(handset: Handset, form: QueryDict) -> None:
    """A key is pressed on the other phone, which rings with a code."""
    ringing = Message.objects.filter(to__in=callers.addresses_of(handset), waits_for_key=True)
    if not ringing.update(waits_for_key=False):
        raise RefusedError("No other phone rings.")


def text(handset: Handset, form: QueryDict) -> None:
    """Texts the line, such as STOP."""
    body = form.get("body", "").strip()
    if not body or len(body) > texts.LONGEST:
        raise RefusedError("Type what the text shall say.")
    if not handset.texts_at.startswith("+"):
        raise RefusedError("Texts are sent from a telephone: choose a number under “Reads the texts of”.")
    texts.send(handset.texts_at, body, import_string(settings.SANDBOX_TRANSPORT)())


def swap(handset: Handset, form: QueryDict) -> None:
    """The number gets another SIM now. The line asks of it anew, though it may have asked for today's date already."""
    number = number_of(handset)
    SimSwap.objects.update_or_create(number=number, defaults={"at": timezone.now()})
    Contact.objects.filter(address=number).update(sim_asked_at=None)


def reassign(handset: Handset, form: QueryDict) -> None:
    """A year passes for the number, in which nobody proves to have it, and it is somebody else's since yesterday."""
    number, now = number_of(handset), timezone.now()
    Reassignment.objects.update_or_create(number=number, defaults={"on": now - timedelta(days=1)})
    long_ago = now - timedelta(days=365)
    Contact.objects.filter(address=number).update(succeeded_at=long_ago, confirmed_at=None, reassigned_asked_at=None)


def forward(handset: Handset, form: QueryDict) -> None:
    """The calls to the number are forwarded from now on, or no more."""
    number = number_of(handset)
    forwarded, is_new = Forwarding.objects.get_or_create(number=number)
    if not is_new:
        forwarded.delete()
    Contact.objects.filter(address=number).update(forwarding_asked_at=None)


def number_of(handset: Handset) -> str:
    if not handset.texts_at.startswith("+"):
        raise RefusedError("A mailbox has none of that: choose a number under “Reads the texts of”.")
    return handset.texts_at


def mishap(handset: Handset, form: QueryDict) -> None:
    """What Twilio answers to the next code, instead of sending or checking it. It is one service for all phones."""
    try:
        mishaps.choose(form.get("next", ""))
    except KeyError:
        raise RefusedError("There is no such answer.") from None


def expire(handset: Handset, form: QueryDict) -> None:
    """Ten minutes pass for the code alone: for the line, and for every clock, it is as late as it is."""
    pending = Verification.objects.filter(to__in=callers.addresses_of(handset), status=Verification.Status.PENDING)
    young = [verification for verification in pending if not verification.is_expired]
    if not young:
        raise RefusedError("No code is waiting to be typed here.")
    for verification in young:
        sends = [
            send | {"time": iso(at - LIFETIME)} for send in verification.sends if (at := parse_datetime(send["time"]))
        ]
        pending.filter(pk=verification.pk).update(created_at=verification.created_at - LIFETIME, sends=sends)


def patiently(act: Callable[..., None], *arguments: str) -> None:
    """Does it as soon as no other request moves this call."""
    for _look in range(LOOKS):
        try:
            return act(*arguments)
        except legs.LegBusyError:
            time.sleep(BETWEEN_LOOKS)
    raise RefusedError("The line has not answered yet. Try again.")


ACTS: dict[str, Callable[[Handset, QueryDict], None]] = {
    "choose": choose,
    "dial": dial,
    "press": press,
    "hang-up": hang_up,
    "battery": battery,
    "silence": silence,
    "twice": twice,
    "lose": lose,
    "expire": expire,
    "key": key,
    "mishap": mishap,
    "text": text,
    "swap": swap,
    "reassign": reassign,
    "forward": forward,
}
