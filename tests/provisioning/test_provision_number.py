"""manage.py provision_number: from a number as it was bought to one whose calls come here."""

import pytest

from conferenceline.telephony import numbers
from conferenceline.telephony.errors import NotThereError
from participants.models import DialInNumber
from sandbox.models import Bucket, OwnedNumber, RestRequest, VerifyService
from sandbox.models.verify_services import FIRST_SERVICE
from tests import cast
from tests.phone import Phone
from tests.provisioning.conftest import NEW
from tests.provisioning.run import run

NUMBER, OTHER = "+12025550100", "+12025550140"
OVERRIDES = "#rc=2&rp=ct,rt,5xx&rt=6000"
HERE = "https://line.example.com/voice"
WRITES = ("numbers.update", "services.create", "services.update", "rate_limits.create", "buckets.create")

DIFF = f"""\
The number {NUMBER}
  - voice_url: {NEW}
  + voice_url: {HERE}/{OVERRIDES}
  + voice_fallback_url: {HERE}/trouble/{OVERRIDES}
  + status_callback: {HERE}/status/{OVERRIDES}
  + sms_url: https://line.example.com/texts/{OVERRIDES}
The Verify service Conferenceline ({FIRST_SERVICE})
  - lookup_enabled: off
  + lookup_enabled: on
  - skip_sms_to_landlines: off
  + skip_sms_to_landlines: on
  + rate limit conferenceline-installation, 3600 s: 500 sends
  + rate limit conferenceline-installation, 86400 s: 2000 sends
  + rate limit conferenceline-calling-line, 3600 s: 100 sends
The list of dial-in numbers
  + {NUMBER}
"""
TELL = "Now put this into the environment of the line, and restart it:\n  VERIFY_RATE_LIMITS=on\n"
UNCHANGED = f"""\
The number {NUMBER}: as it should be
The Verify service Conferenceline ({FIRST_SERVICE}): as it should be
Nothing to change.
"""


def writes() -> list[str]:
    return list(RestRequest.objects.filter(operation__in=WRITES).values_list("operation", flat=True))


def test_a_number_is_looked_at_then_pointed_here_then_left_alone(number, settings):
    looked = run("provision_number", "--dry-run")
    assert (looked.code, looked.said) == (1, DIFF)
    assert looked.trouble == "Nothing was changed. To change it, run this without --dry-run."
    assert (writes(), DialInNumber.objects.count()) == ([], 0)

    made = run("provision_number")
    assert (made.code, made.said) == (0, f"{DIFF}Done.\n{TELL}")
    number.refresh_from_db()
    assert number.voice_url == f"{HERE}/{OVERRIDES}"
    assert [str(each) for each in DialInNumber.objects.all()] == [NUMBER]

    done = writes()
    settings.VERIFY_RATE_LIMITS = True
    for arguments in ([], ["--dry-run"], [NUMBER], ["(202) 555-0100"]):
        again = run("provision_number", *arguments)
        assert (again.code, again.said) == (0, UNCHANGED)
    assert writes() == done


def test_drift_is_mended_and_nothing_else_touched(number):
    run("provision_number", "--label", "United States")
    OwnedNumber.objects.update(voice_method="GET", status_callback="")
    VerifyService.objects.update(code_length=4, friendly_name="Harbour")
    Bucket.objects.filter(max=500).update(max=9_999)
    Bucket.objects.filter(max=100).update(interval=60)

    mended = run("provision_number")
    assert mended.said == (
        f"The number {NUMBER}\n"
        "  - voice_method: GET\n"
        "  + voice_method: POST\n"
        f"  + status_callback: {HERE}/status/{OVERRIDES}\n"
        f"The Verify service Harbour ({FIRST_SERVICE})\n"
        "  - code_length: 4\n"
        "  + code_length: 6\n"
        "  - rate limit conferenceline-installation, 3600 s: 9999 sends\n"
        "  + rate limit conferenceline-installation, 3600 s: 500 sends\n"
        "  + rate limit conferenceline-calling-line, 3600 s: 100 sends\n"
        "  - rate limit conferenceline-calling-line, 60 s: 100 sends\n"
        f"Done.\n{TELL}"
    )
    service = VerifyService.objects.get()
    assert (service.code_length, service.friendly_name) == (6, "Harbour")
    assert [str(bucket) for bucket in Bucket.objects.order_by("interval", "max")] == [
        "100 in 3600 s",
        "500 in 3600 s",
        "2000 in 86400 s",
    ]
    assert DialInNumber.objects.get().label == "United States"
    assert run("provision_number").said.endswith(f"Nothing to change.\n{TELL}")


def test_a_call_to_the_number_gets_in(number, ana):
    """Before, Twilio's greeting; after, a code and the room."""
    run("provision_number")
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize(
    ("theirs", "whose"),
    [
        ({"voice_url": "https://shop.example.com/ivr"}, "https://shop.example.com/ivr"),
        ({"voice_url": "https://old.example.com/voice/"}, "https://old.example.com/voice/"),
        ({"voice_application_sid": "AP" + "1" * 32}, "the application AP" + "1" * 32),
        ({"trunk_sid": "TK" + "1" * 32}, "the trunk TK" + "1" * 32),
        ({"voice_receive_mode": "fax"}, "a fax"),
    ],
)
def test_a_number_that_something_else_uses_is_taken_only_when_told(number, theirs, whose):
    OwnedNumber.objects.update(**theirs)
    refused = run("provision_number")
    assert (refused.code, refused.said, writes()) == (1, "", [])
    assert refused.trouble == (
        f"{NUMBER} is in use: its calls go to {whose}. Nothing was changed. If this line shall have them: "
        f"manage.py provision_number {NUMBER} --take-over"
    )

    assert run("provision_number", NUMBER, "--take-over").code == 0
    number.refresh_from_db()
    assert (number.voice_url, number.voice_application_sid, number.trunk_sid, number.voice_receive_mode) == (
        f"{HERE}/{OVERRIDES}",
        "",
        "",
        "voice",
    )


def test_of_several_numbers_the_one_that_is_meant_is_taken_or_all_are_listed(number):
    OwnedNumber.objects.create(number=OTHER)
    OwnedNumber.objects.create(number="+12025550141", voice_url="https://shop.example.com/ivr")
    OwnedNumber.objects.create(number="+12025550142", takes_calls=False)
    which = run("provision_number")
    assert (which.code, writes()) == (2, [])
    assert which.trouble == (
        "Which number of the account AC00000000000000000000000000000000 shall it be? It has these:\n"
        f"  {NUMBER}  not in use\n"
        f"  {OTHER}  not in use\n"
        "  +12025550141  in use: its calls go to https://shop.example.com/ivr\n"
        f"Run this again with one of them: manage.py provision_number {NUMBER}"
    )

    assert run("provision_number", OTHER, "--language", "en").code == 0
    assert run("provision_number").said.startswith(f"The number {OTHER}: as it should be\n")
    assert run("provision_number", NUMBER).code == 0
    assert [str(each) for each in DialInNumber.objects.all()] == [OTHER, NUMBER]


def test_what_cannot_be_pointed_is_named(number):
    for typed in ("+12025550177", "(202) 555-0177"):
        foreign = run("provision_number", typed)
        assert foreign.code == 2
        assert foreign.trouble == (
            "The account AC00000000000000000000000000000000 has no number +12025550177. It has these:\n"
            f"  {NUMBER}  not in use\nRun this again with one of them: manage.py provision_number {NUMBER}"
        )
    with pytest.raises(NotThereError):
        numbers.find("+1202555010")  # a part of one that is the account's
    typo = run("provision_number", "harbour")
    assert (typo.code, typo.trouble) == (2, "harbour is not a telephone number. Give it as +12025550100.")

    OwnedNumber.objects.update(takes_calls=False)
    mute = run("provision_number", NUMBER)
    assert (mute.code, mute.trouble) == (2, f"{NUMBER} cannot take voice calls. Choose another number.")
    none = run("provision_number")
    assert none.code == 2
    assert none.trouble == (
        "Which number of the account AC00000000000000000000000000000000 shall it be? It has none that takes voice "
        "calls, and this command buys none: buy one in the Twilio console (Phone Numbers, Buy a number, with Voice), "
        "then run this again."
    )
    assert writes() == []


@pytest.mark.usefixtures("number", "no_service")
def test_a_service_is_made_once_and_told_to_the_operator():
    looked = run("provision_number", "--service-name", "Harbour", "--dry-run")
    assert (looked.code, writes()) == (1, [])
    assert "The Verify service Harbour (to be made)\n  + code_length: 6\n" in looked.said

    made = run("provision_number", "--service-name", "Harbour")
    service = VerifyService.objects.get(friendly_name="Harbour")
    assert made.said.endswith(f"  TWILIO_VERIFY_SERVICE_SID={service.sid}\n  VERIFY_RATE_LIMITS=on\n")
    wanted = ("do_not_share_warning_enabled", "lookup_enabled", "skip_sms_to_landlines", "dtmf_input_required")
    assert all(getattr(service, name) for name in wanted)
    assert (service.code_length, service.custom_code_enabled, service.rate_limits.count()) == (6, False, 2)

    again = run("provision_number", "--service-name", "Harbour")
    assert (again.code, VerifyService.objects.filter(friendly_name="Harbour").count()) == (0, 1)
    assert f"TWILIO_VERIFY_SERVICE_SID={service.sid}" in again.said


@pytest.mark.usefixtures("number", "no_service")
def test_of_two_services_of_one_name_none_is_chosen():
    sids = [VerifyService.objects.create(friendly_name="Harbour").sid for _ in range(2)]
    refused = run("provision_number", "--service-name", "Harbour")
    assert (refused.code, writes()) == (2, [])
    assert refused.trouble == (
        "The account has 2 Verify services named Harbour. Put the right one into the environment, and run this again:\n"
        f"  TWILIO_VERIFY_SERVICE_SID={sids[0]}\n  TWILIO_VERIFY_SERVICE_SID={sids[1]}"
    )


def test_a_service_that_is_not_there_is_named(number, settings):
    settings.TWILIO_VERIFY_SERVICE_SID = "VA" + "9" * 32
    refused = run("provision_number")
    assert (refused.code, writes()) == (2, [])
    assert refused.trouble.startswith(f"The account has no Verify service VA{'9' * 32}. Correct")


def test_a_fallback_that_is_hosted_elsewhere_is_a_file(number, settings):
    settings.VOICE_FALLBACK_URL = "https://elsewhere.example.com/trouble.xml"
    run("provision_number")
    number.refresh_from_db()
    assert (number.voice_fallback_url, number.voice_fallback_method) == (settings.VOICE_FALLBACK_URL, "GET")


def test_a_wrong_configuration_is_told_before_twilio_is_asked(number, settings):
    settings.CODE_LENGTH = 99
    refused = run("provision_number")
    assert (refused.code, RestRequest.objects.count()) == (2, 0)
    assert refused.trouble.startswith("The configuration is wrong.\nCODE_LENGTH is 99;")
