"""A number's incoming texts: pointed at the line with its calls, or left to whoever has them; the check looks."""

import pytest

from participants.models import DialInNumber
from sandbox.models import OwnedNumber
from tests.provisioning.run import run

NUMBER, SENDER = "+12025550100", "+12025550140"


@pytest.mark.parametrize(
    ("theirs", "whose"),
    [
        ({"sms_url": "https://shop.example.com/texts"}, "https://shop.example.com/texts"),
        ({"sms_application_sid": "AP" + "1" * 32}, "the application AP" + "1" * 32),
    ],
)
def test_texts_that_go_elsewhere_are_not_taken_unasked(number, theirs, whose):
    OwnedNumber.objects.update(**theirs)

    refused = run("provision_number")

    assert (refused.code, OwnedNumber.objects.filter(**theirs).count()) == (1, 1)
    assert refused.trouble.startswith(f"{NUMBER} is in use: its texts go to {whose}. Nothing was changed.")
    assert run("provision_number", "--take-over").code == 0
    number.refresh_from_db()
    assert number.sms_url.startswith("https://line.example.com/texts/#")
    assert number.sms_application_sid == ""


def test_what_came_with_the_number_is_nobody_s(number):
    OwnedNumber.objects.update(sms_url="https://demo.twilio.com/welcome/sms/reply/")
    assert run("provision_number").code == 0


def test_a_number_that_takes_no_texts_keeps_its_address_for_them(number):
    OwnedNumber.objects.update(takes_texts=False, sms_url="https://old.example.com/texts")
    assert run("provision_number").code == 0
    number.refresh_from_db()
    assert number.sms_url == "https://old.example.com/texts"


def test_releasing_leaves_texts_that_are_somebody_else_s(number):
    run("provision_number")
    OwnedNumber.objects.update(sms_url="https://shop.example.com/texts")
    released = run("release_number", NUMBER)
    assert "Its texts go to https://shop.example.com/texts, which is left as it is.\n" in released.said
    number.refresh_from_db()
    assert number.sms_url == "https://shop.example.com/texts"


def test_the_check_says_where_answers_to_texts_go(number, line, settings):
    run("provision_number")
    looked = run("check_line").said
    assert "from which texts are sent" not in looked
    settings.TWILIO_MESSAGES_FROM = SENDER
    OwnedNumber.objects.create(number=SENDER)
    looked = run("check_line").said
    assert f"WRONG {SENDER}, from which texts are sent, does not send here what is answered to them, such as STOP." in (
        looked
    )
    assert f"Webhook, {line}/texts/, HTTP POST." in looked
    OwnedNumber.objects.filter(number=SENDER).update(sms_url=f"{line}/texts/")
    assert "from which texts are sent" not in run("check_line").said
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG" + "1" * 32
    assert f"Texts go by the Messaging Service MG{'1' * 32}: see that it sends" in run("check_line").said
    assert DialInNumber.objects.count() == 1
