"""manage.py release_number: what is this line's comes off the number, and the number stays."""

from participants.models import DialInNumber
from sandbox.models import OwnedNumber
from tests import cast
from tests.phone import Phone
from tests.provisioning.run import run

NUMBER = "+12025550100"
HERE = "https://line.example.com/voice"
OVERRIDES = "#rc=2&rp=ct,rt,5xx&rt=6000"


def test_a_number_is_released_once(number):
    run("provision_number")
    diff = (
        f"The number {NUMBER}\n"
        f"  - voice_url: {HERE}/{OVERRIDES}\n"
        f"  - voice_fallback_url: {HERE}/trouble/{OVERRIDES}\n"
        f"  - status_callback: {HERE}/status/{OVERRIDES}\n"
        f"  - sms_url: https://line.example.com/texts/{OVERRIDES}\n"
        f"The list of dial-in numbers\n  - {NUMBER}\n"
    )
    looked = run("release_number", NUMBER, "--dry-run")
    assert (looked.code, looked.said) == (1, diff)
    assert DialInNumber.objects.count() == 1

    released = run("release_number", NUMBER)
    assert (released.code, released.said) == (0, f"{diff}Done. The account keeps the number.\n")
    number.refresh_from_db()
    assert (number.voice_url, number.voice_fallback_url, number.status_callback) == ("", "", "")
    assert DialInNumber.objects.count() == 0

    for arguments in ([NUMBER], [NUMBER, "--dry-run"]):
        again = run("release_number", *arguments)
        assert (again.code, again.said) == (0, f"Nothing of this line is on {NUMBER}.\n")
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.heard == ["The number you have dialed is not in service."]


def test_what_is_somebody_elses_stays(number):
    run("provision_number")
    OwnedNumber.objects.update(voice_url="https://shop.example.com/ivr", status_callback="https://shop.example.com/end")
    released = run("release_number", NUMBER)
    assert released.code == 0
    assert "Its calls go to https://shop.example.com/ivr, which is left as it is.\n" in released.said
    number.refresh_from_db()
    assert (number.voice_url, number.voice_fallback_url, number.status_callback) == (
        "https://shop.example.com/ivr",
        "",
        "https://shop.example.com/end",
    )


def test_a_number_that_is_not_the_accounts_is_named(number):
    foreign = run("release_number", "+12025550177")
    assert foreign.code == 2
    assert foreign.trouble.startswith(f"The account AC{'0' * 32} has no number +12025550177. It has these:")
