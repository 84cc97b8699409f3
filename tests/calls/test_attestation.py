"""What the carriers say of the calling number is kept with the call, as its first webhook said it."""

import pytest

from tests import cast
from tests.phone import Phone
from verification.models import Attestation, Call

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("verstat", "kept"),
    [
        ("TN-Validation-Passed-A", Attestation.FULL),
        ("TN-Validation-Passed-B-Diverted", Attestation.PARTIAL),
        ("TN-Validation-Passed-C-Passthrough", Attestation.GATEWAY),
        ("TN-Validation-Failed-A", Attestation.FAILED),
        ("No-TN-Validation", Attestation.NONE),
        ("Something-New-A", Attestation.NONE),
    ],
)
def test_a_call_keeps_what_the_carriers_say_of_its_number(ana, verstat, kept):
    phone = Phone(cast.ANA)
    phone.extra_fields = {"StirVerstat": verstat}
    phone.dial()
    assert phone.hears("We have sent you a text")
    assert Call.objects.get().attestation == kept


def test_where_the_carriers_say_nothing_nothing_is_kept(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    assert Call.objects.get().attestation == Attestation.NONE


def test_what_a_later_webhook_says_does_not_count(ana):
    phone = Phone(cast.ANA)
    phone.extra_fields = {"StirVerstat": "TN-Validation-Failed"}
    phone.dial()
    phone.leg.store(extra_fields={"StirVerstat": "TN-Validation-Passed-A"})
    phone.press(phone.text_code())
    assert phone.in_room
    assert Call.objects.get().attestation == Attestation.FAILED
