"""A bound to what all calls together can cost."""

from sandbox.models import Message
from tests import cast
from tests.calls.log import attempts
from tests.phone import Phone

REFUSED = "We cannot connect this call now. If you were invited, check the time and the number in your invitation."


def test_a_call_too_many_hears_the_one_refusal_and_is_sent_nothing(ana, bo, settings):
    settings.LIVE_CALLS_MOST = 1
    first, second = Phone(cast.ANA), Phone(cast.BO)
    first.dial()
    second.dial()

    assert second.heard == [REFUSED]
    assert second.is_over
    assert Message.objects.filter(to=cast.BO).count() == 0
    assert attempts() == ["code sent", "over limit"]
    first.press(first.text_code())
    assert first.in_room


def test_beyond_them_some_places_are_for_lines_on_file_for_which_the_carrier_vouches(ana, bo, settings):
    settings.LIVE_CALLS_MOST = settings.RESERVED_CALLS_MOST = 1
    for number, attestation, refused in (
        (cast.STRANGER, "A", False),
        (cast.STRANGER, "A", True),
        (cast.ANA, "B", True),
        (cast.ANA, "A", False),
        (cast.BO, "A", True),
    ):
        phone = Phone(number)
        phone.is_attested(attestation)
        phone.dial()
        assert (phone.heard == [REFUSED]) == refused


def test_when_somebody_hangs_up_there_is_a_place_again(ana, bo, settings):
    settings.LIVE_CALLS_MOST = 1
    first, second = Phone(cast.ANA), Phone(cast.BO)
    first.dial()
    first.hang_up()
    second.dial()
    second.press(second.text_code())

    assert second.in_room
