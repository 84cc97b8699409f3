"""The second factor: nothing opens to a password alone, and no code works twice."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from conferenceline.accounts import second_factor
from tests.accounts.people import PASSWORD, App, Browser, organizer

EVERYWHERE = ("/admin/", "/admin/participants/conference/", "/admin/password_change/", "/account/")


@pytest.fixture
def enrolled(harbourmaster, required, clock) -> tuple[App, list[str]]:
    """The harbourmaster has an authenticator, from a browser of that day."""
    app, codes = Browser().log_in().set_up()
    clock.shift(60)
    return app, codes


def test_whoever_has_no_authenticator_is_led_to_one_after_the_password(harbourmaster, required, clock):
    browser = Browser().log_in()

    assert browser.is_at == "/account/authenticator/"
    for address in EVERYWHERE:
        assert browser.get(address).headers["Location"].startswith("/admin/login/"), address

    _app, codes = browser.set_up()

    assert len(set(codes)) == 10
    assert 'href="/admin/"' in browser.sees
    assert browser.is_in()
    assert str(LogEntry.objects.get()) == "Changed “harbourmaster” — Set up an authenticator."


def test_a_wrong_code_sets_up_nothing(harbourmaster, required, clock):
    browser = Browser().log_in()
    browser.go("/account/authenticator/").fill_in("/account/authenticator/", code="000000")

    assert "This code is not right. Look at the app again." in browser.sees
    assert not browser.is_in()
    assert not TOTPDevice.objects.filter(confirmed=True).exists()

    browser.fill_in("/account/authenticator/", code="000000")

    assert "Try again in 1 second." in browser.sees


def test_password_and_code_open_the_admin(enrolled):
    app, _codes = enrolled
    browser = Browser().log_in()
    assert browser.is_at == "/account/code/"
    assert not browser.is_in()

    browser.fill_in("/account/code/", code=f"{app.code()[:3]} {app.code()[3:]}")

    assert browser.is_at == "/admin/"
    assert browser.is_in()


def test_a_code_works_once(enrolled):
    app, _codes = enrolled
    Browser().log_in().fill_in("/account/code/", code=app.code())

    second = Browser().log_in().fill_in("/account/code/", code=app.code())

    assert "it was used before" in second.sees
    assert not second.is_in()


def test_wrong_codes_are_slowed_down_right_ones_too(enrolled, clock):
    app, _codes = enrolled
    browser = Browser().log_in()
    for _try in range(3):
        browser.fill_in("/account/code/", code="000000")
        clock.shift(60)
    browser.fill_in("/account/code/", code="000000")
    browser.fill_in("/account/code/", code=app.code())

    assert "Try again in 8 seconds." in browser.sees
    assert not browser.is_in()

    clock.shift(9)
    assert browser.fill_in("/account/code/", code=app.code()).is_at == "/admin/"


def test_a_recovery_code_stands_in_for_the_phone_once(enrolled):
    _app, codes = enrolled

    assert Browser().log_in().fill_in("/account/code/", code=codes[3].upper()).is_in()
    assert not Browser().log_in().fill_in("/account/code/", code=codes[3]).is_in()
    assert StaticToken.objects.count() == 9


def test_somebody_elses_codes_open_nothing(enrolled, clock):
    _app, codes = enrolled
    organizer("neighbour", is_superuser=True)
    theirs, _codes = Browser().log_in("neighbour").set_up()
    clock.shift(60)

    for code in (theirs.code(), codes[0]):
        browser = Browser().log_in("harbourmaster" if code == theirs.code() else "neighbour")
        assert not browser.fill_in("/account/code/", code=code).is_in()


def test_a_password_alone_brings_no_second_authenticator(enrolled):
    browser = Browser().log_in()

    assert browser.go("/account/authenticator/").is_at == "/account/code/"
    browser.fill_in("/account/authenticator/", code="000000")
    assert browser.is_at == "/account/code/"
    assert browser.get("/account/authenticator/picture.svg").status_code == 404
    assert TOTPDevice.objects.count() == 1


def test_of_two_who_set_up_at_once_the_first_keeps_the_login(harbourmaster, required, clock):
    """Whatever the page let through a moment ago, the second is refused where it would count."""
    mine = TOTPDevice.objects.create(user=harbourmaster, confirmed=False)
    theirs = TOTPDevice.objects.create(user=harbourmaster, confirmed=False)
    code = App(second_factor.key_of(mine)).code(), App(second_factor.key_of(theirs)).code()
    TOTPDevice.objects.filter(pk=mine.pk).update(confirmed=True)

    assert second_factor.confirm(theirs, code[1]) is None
    assert second_factor.authenticator_of(harbourmaster) == mine


def test_a_secret_that_another_browser_has_seen_does_not_count(harbourmaster, required, clock):
    stranger, owner = Browser("198.51.100.7").log_in(), Browser().log_in()
    seen = stranger.go("/account/authenticator/").sees
    owner.set_up()

    assert not stranger.is_in()
    assert seen.partition('class="key">')[2][:39] not in owner.sees
    assert stranger.fill_in("/account/authenticator/", code="123456").is_at == "/account/code/"


def test_the_secret_is_shown_only_while_it_is_set_up(harbourmaster, required, clock):
    browser = Browser().log_in()
    picture = browser.get("/account/authenticator/picture.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture.headers["Cache-Control"]
    assert b"style=" not in picture.content

    browser.set_up()

    assert browser.get("/account/authenticator/picture.svg").status_code == 404
    assert browser.go("/account/authenticator/").is_at == "/account/"


def test_half_a_sign_in_is_over_after_ten_minutes(enrolled, clock):
    app, _codes = enrolled
    browser = Browser().log_in()
    clock.shift(601)

    browser.fill_in("/account/code/", code=app.code())

    assert browser.is_at == "/admin/login/"
    assert "That took too long. Please log in again." in browser.sees
    assert not browser.is_in()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "changed"}])
def test_half_a_sign_in_is_over_when_the_login_changes(enrolled, change):
    app, _codes = enrolled
    browser = Browser().log_in()
    User.objects.update(**change)

    assert not browser.fill_in("/account/code/", code=app.code()).is_in()
    assert browser.is_at == "/admin/login/"


def test_a_session_from_before_it_was_required_is_over(harbourmaster, settings):
    browser = Browser().log_in()
    assert browser.is_in()

    settings.REQUIRE_SECOND_FACTOR = True

    assert not browser.is_in()


def test_where_it_is_not_required_a_password_will_do_until_one_has_an_authenticator(harbourmaster, clock):
    other, browser = Browser().log_in(), Browser().log_in()
    assert browser.is_in()

    browser.set_up()

    assert browser.is_in()
    assert not other.is_in()
    assert Browser().log_in().is_at == "/account/code/"


def test_the_owner_moves_to_another_phone(enrolled, clock):
    app, _codes = enrolled
    browser = Browser().log_in().fill_in("/account/code/", code=app.code())
    clock.shift(60)

    browser.fill_in("/account/authenticator/remove/", code=app.code(), password="wrong")
    assert "This is not your password." in browser.sees
    browser.fill_in("/account/authenticator/remove/", code="000000", password=PASSWORD)
    assert "This code is not right" in browser.sees
    assert TOTPDevice.objects.filter(confirmed=True).exists()

    clock.shift(60)
    browser.fill_in("/account/authenticator/remove/", code=app.code(), password=PASSWORD)

    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert not browser.is_in()
    assert browser.log_in().is_at == "/account/authenticator/"
    assert [each.get_change_message() for each in LogEntry.objects.order_by("pk")] == [
        "Set up an authenticator.",
        "Removed their authenticator.",
    ]


def test_new_recovery_codes_replace_the_old(enrolled, clock):
    app, codes = enrolled
    browser = Browser().log_in().fill_in("/account/code/", code=codes[0])
    assert "You have 9 recovery codes left." in browser.go("/account/").sees

    browser.fill_in("/account/recovery-codes/", code=app.code(), password=PASSWORD)

    assert "They are not shown again." in browser.sees
    assert browser.is_in()
    assert "You have 10 recovery codes left." in browser.go("/account/").sees
    assert not Browser().log_in().fill_in("/account/code/", code=codes[1]).is_in()


def test_neither_secrets_nor_codes_are_in_the_admin_or_the_log(enrolled, caplog):
    app, codes = enrolled
    browser = Browser().log_in().fill_in("/account/code/", code="000000").fill_in("/account/code/", code=codes[0])

    assert browser.is_in()
    assert "otp" not in browser.go("/admin/").sees
    assert browser.get("/admin/otp_totp/totpdevice/").status_code == 404
    for secret in (PASSWORD, "000000", codes[0], codes[0].replace("-", ""), app.secret.hex()):
        assert secret not in caplog.text
