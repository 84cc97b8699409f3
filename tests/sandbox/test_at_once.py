"""Requests that meet: real connections, real transactions."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from twilio.base.exceptions import TwilioRestException

from sandbox.models import Leg, Message, Room, Verification
from tests.phone import Phone

ANA = "+12025550101"

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, do):
    """What `count` threads got for do(number), with a connection of their own each."""

    def one(number):
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_one_code_is_right_once(verify):
    verify.send(ANA)
    code = Message.objects.get().code

    def check(_number):
        try:
            return verify.check(code, to=ANA).status
        except TwilioRestException as problem:
            return problem.code

    assert Counter(at_once(4, check)) == {"approved": 1, 20404: 3}


def test_sends_that_meet_join_one_verification(verify):
    sids = at_once(4, lambda _number: verify.send(ANA).sid)
    assert len(set(sids)) == 1
    assert len(Verification.objects.get().sends) == 4


def test_callers_who_meet_at_the_door_are_in_one_room(line):
    line["/voice/"] = "<Dial><Conference>line-1</Conference></Dial>"

    def call(number):
        phone = Phone(f"+1202555010{number}")
        phone.dial()
        return phone.sid

    sids = at_once(4, call)
    room = Room.objects.get()
    assert {member.leg.sid for member in room.present.select_related("leg")} == set(sids)
    assert room.has_started
    assert Leg.objects.filter(state=Leg.State.IN_ROOM).count() == 4
