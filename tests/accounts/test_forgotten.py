"""A forgotten password is mended by mail, and tells nobody who has a login."""

import pytest

from tests.accounts.people import PASSWORD, Browser, organizer

MAIL = "harbourmaster@example.com"
NEW = "another horse battery"
pytestmark = pytest.mark.usefixtures("harbourmaster")


def ask(mail: str = MAIL, **headers: str) -> Browser:
    browser = Browser()
    browser.answer = browser.post("/account/forgotten/", {"email": mail}, follow=True, **headers)
    return browser


def link_in(mail) -> str:
    return next(line for line in mail.body.splitlines() if "://" in line)


def test_the_login_page_leads_to_it():
    assert 'href="/account/forgotten/"' in Browser().go("/admin/login/").sees


def test_a_link_in_a_mail_sets_a_new_password_once(mailoutbox):
    browser = ask()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([MAIL], "Set a new password for Conferenceline")
    assert mail.from_email == "Conferenceline <line@line.example.com>"
    assert "Your login name is harbourmaster." in mail.body
    assert PASSWORD not in mail.body

    link = link_in(mail).removeprefix("https://line.example.com")
    browser.go(link).fill_in(browser.is_at, new_password1=NEW, new_password2=NEW)

    assert browser.is_at == "/account/password/changed/"
    assert browser.log_in(password=NEW).is_in()
    assert not Browser().log_in().is_in()
    assert "This link does not work any more" in Browser().go(link).sees


def test_the_secret_is_in_no_path_that_an_access_log_keeps(mailoutbox):
    browser = ask()
    link = link_in(mailoutbox[0]).removeprefix("https://line.example.com")
    path, _question, query = link.partition("?")
    token = query.partition("token=")[2]

    chain = browser.go(link).answer.redirect_chain

    assert browser.answer.status_code == 200
    assert token
    assert not [address for address in (path, *(address for address, _status in chain)) if token in address]


@pytest.mark.parametrize(
    "query", ["", "?user=&token=", "?user=a/../b&token=x", "?user=MQ&token=x", "?user=%00&token=x"]
)
def test_an_invented_link_sets_nothing(query):
    browser = Browser().go(f"/account/password/{query}")

    assert "This link does not work any more" in browser.sees


def test_it_ends_the_sessions_of_whoever_knew_the_old_password(mailoutbox):
    thief = Browser().log_in()
    browser = ask()
    browser.go(link_in(mailoutbox[0]).removeprefix("https://line.example.com"))

    browser.fill_in(browser.is_at, new_password1=NEW, new_password2=NEW)

    assert not thief.is_in()


def test_it_does_not_get_round_the_second_factor(mailoutbox, required, clock):
    Browser().log_in().set_up()
    browser = ask()
    browser.go(link_in(mailoutbox[0]).removeprefix("https://line.example.com"))
    browser.fill_in(browser.is_at, new_password1=NEW, new_password2=NEW)

    assert not browser.is_in()
    assert browser.log_in(password=NEW).is_at == "/account/code/"


@pytest.mark.parametrize("mail", ["nobody@example.com", "former@example.com"])
def test_an_address_without_a_login_gets_the_same_answer_and_no_mail(mailoutbox, mail):
    organizer("former", is_active=False)
    known, unknown = ask(), ask(mail)

    assert known.sees == unknown.sees
    assert known.is_at == unknown.is_at == "/account/forgotten/sent/"
    assert [mail.to for mail in mailoutbox] == [[MAIL]]


def test_the_link_follows_public_url_and_no_header(mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]

    ask(HTTP_HOST="evil.example.com", HTTP_X_FORWARDED_HOST="evil.example.com")

    assert link_in(mailoutbox[0]).startswith("https://line.example.com/account/password/")


def test_a_weak_password_is_refused_in_words(mailoutbox):
    browser = ask()
    browser.go(link_in(mailoutbox[0]).removeprefix("https://line.example.com"))

    browser.fill_in(browser.is_at, new_password1="12345", new_password2="12345")

    assert "This password is too short." in browser.sees
    assert Browser().log_in().is_in()


def test_nobody_can_fill_a_mailbox(mailoutbox):
    answers = {ask(mail).is_at for mail in (MAIL, MAIL.upper(), MAIL, MAIL, MAIL)}

    assert answers == {"/account/forgotten/sent/"}
    assert len(mailoutbox) == 3


def test_a_mail_server_that_fails_changes_nothing_in_the_answer(settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody answers there

    assert ask().is_at == "/account/forgotten/sent/"
    assert "Failed to send password reset email" in caplog.text
    assert MAIL not in caplog.text
