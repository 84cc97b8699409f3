"""Administrators invite by mail whoever shall work in the admin. A link makes one login, once."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection

from conferenceline.accounts.models import LoginInvitation
from participants.models import Membership, Team
from tests.accounts.people import PASSWORD, Browser

pytestmark = pytest.mark.django_db(transaction=True)  # mail goes out after the commit

MAIL = "nell@example.com"
ADD = "/admin/accounts/logininvitation/add/"
LIST = "/admin/accounts/logininvitation/"


class OutsideOfTransactions(EmailBackend):
    """A mail server that is slow in principle: nobody may wait for it with a transaction open."""

    def send_messages(self, messages: list) -> int:
        assert not connection.in_atomic_block
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def mail_server(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.OutsideOfTransactions"


@pytest.fixture
def quay(db) -> Team:
    call_command("make_groups", verbosity=0)
    return Team.objects.create(name="Quay")


@pytest.fixture
def administrator(harbourmaster) -> Browser:
    return Browser().log_in()


def invite(administrator: Browser, team: Team, **other: str) -> Browser:
    fields = {"name": "Nell Moor", "mail": "Nell@example.com", "team": str(team.pk), "role": "moderator"}
    return administrator.fill_in(ADD, **fields | other)


def act(administrator: Browser, action: str) -> Browser:
    chosen = LoginInvitation.objects.values_list("pk", flat=True)
    return administrator.fill_in(LIST, action=action, _selected_action=[str(pk) for pk in chosen])


def link(mailoutbox) -> str:
    """The link in the newest mail."""
    line = next(line for line in mailoutbox[-1].body.splitlines() if "://" in line)
    assert line.startswith("https://line.example.com/account/welcome/?invitation=")
    return line.removeprefix("https://line.example.com")


def accept(address: str, password: str = PASSWORD) -> Browser:
    browser = Browser("203.0.113.7").go(address)
    return browser.fill_in("/account/welcome/", new_password1=password, new_password2=password)


def state() -> str:
    return LoginInvitation.objects.get().state()


def test_an_invited_person_sets_a_password_and_is_in_the_team_with_its_role(administrator, quay, mailoutbox):
    invite(administrator, quay)
    address = link(mailoutbox)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([MAIL], "You are invited to Conferenceline")
    assert "for the team Quay, as moderator" in mail.body
    assert state() == "not accepted yet"

    browser = Browser().go(address)
    assert browser.is_at == "/account/welcome/"
    assert "Hello Nell Moor. You will work for the team Quay, as moderator." in browser.sees
    browser.fill_in("/account/welcome/", new_password1=PASSWORD, new_password2=PASSWORD)

    assert browser.is_at == "/admin/"
    nell = User.objects.get(username=MAIL)
    assert (nell.email, nell.first_name, nell.is_staff, nell.is_superuser) == (MAIL, "Nell Moor", True, False)
    assert [(each.team, each.role) for each in Membership.objects.all()] == [(quay, "moderator")]
    assert list(nell.groups.all()) == [Group.objects.get(name="Moderators")]
    assert state().startswith("accepted on ")
    assert Browser().log_in(MAIL).is_in()


def test_where_it_is_required_the_second_factor_comes_next(administrator, quay, mailoutbox, settings, clock):
    invite(administrator, quay)
    address = link(mailoutbox)
    settings.REQUIRE_SECOND_FACTOR = True

    browser = accept(address)

    assert browser.is_at == "/account/authenticator/"
    assert not browser.is_in()
    browser.set_up()
    assert browser.is_in()


def test_a_link_works_once(administrator, quay, mailoutbox):
    invite(administrator, quay)
    address = link(mailoutbox)
    other = Browser().go(address)
    accept(address)

    other.fill_in("/account/welcome/", new_password1="another horse battery", new_password2="another horse battery")

    assert other.answer.status_code == 410
    assert "This link does not work any more" in Browser().go(address).sees
    assert not Browser().log_in(MAIL, "another horse battery").is_in()
    assert User.objects.filter(username=MAIL).count() == 1


def test_two_who_hold_the_link_at_once_make_one_login(administrator, quay, mailoutbox):
    invite(administrator, quay)
    first, second = LoginInvitation.objects.get(), LoginInvitation.objects.get()

    another = second.newcomer()
    another.username = "another name"

    assert (first.accept(first.newcomer()), second.accept(another)) == (True, False)
    assert not User.objects.filter(username="another name").exists()


def test_the_link_of_an_earlier_mail_is_dead(administrator, quay, mailoutbox):
    invite(administrator, quay)
    old = link(mailoutbox)
    LoginInvitation.objects.update(mailed_at=None)
    act(administrator, "send_again")

    assert Browser().go(old).answer.status_code == 410
    assert accept(link(mailoutbox)).is_at == "/admin/"


@pytest.mark.parametrize("forged", ["", "nonsense", "WyJ4IiwgMV0:1w:forged"])
def test_an_invented_link_opens_nothing(administrator, quay, forged):
    invite(administrator, quay)

    assert Browser().go(f"/account/welcome/?invitation={forged}").answer.status_code == 410


def test_after_a_week_the_link_is_dead_and_a_new_one_can_be_sent(quay, harbourmaster, mailoutbox, clock):
    administrator = Browser().log_in()
    invite(administrator, quay)
    old = link(mailoutbox)
    clock.shift(7 * 24 * 3600 + 1)
    assert Browser().go(old).answer.status_code == 410
    assert state() == "not accepted in time: send it again"

    administrator.log_in()
    assert "1 mail is sent." in act(administrator, "send_again").sees

    new = link(mailoutbox)
    assert Browser().go(old).answer.status_code == 410
    assert accept(new).is_at == "/admin/"


def test_a_double_click_sends_one_mail(administrator, quay, mailoutbox):
    invite(administrator, quay)
    assert "This address is invited already." in invite(administrator, quay).sees
    assert "was sent within the last minute" in act(administrator, "send_again").sees
    assert len(mailoutbox) == 1

    LoginInvitation.objects.update(mailed_at=None)
    first, second = LoginInvitation.objects.get(), LoginInvitation.objects.get()
    assert (first.claim_mail(), second.claim_mail()) == (True, False)


def test_a_withdrawn_invitation_opens_nothing_and_makes_room_for_another(administrator, quay, mailoutbox):
    invite(administrator, quay)
    address = link(mailoutbox)

    assert "1 invitation is withdrawn." in act(administrator, "withdraw").sees
    assert state().startswith("withdrawn on ")
    assert Browser().go(address).answer.status_code == 410
    act(administrator, "send_again")
    assert "left alone" in administrator.sees
    invite(administrator, quay)
    assert accept(link(mailoutbox)).is_at == "/admin/"


def test_a_mail_server_that_fails_is_said_so_and_the_invitation_can_be_sent_again(
    administrator, quay, mailoutbox, settings
):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody answers there
    fault = "The mail server did not take the mail. Send it again in a while."
    assert f"Nell Moor, Quay: {fault}" in invite(administrator, quay).sees
    assert state() == fault
    assert fault in administrator.go(LIST).sees

    settings.EMAIL_BACKEND = works
    assert "1 mail is sent." in act(administrator, "send_again").sees

    assert state() == "not accepted yet"
    assert accept(link(mailoutbox)).is_at == "/admin/"


def test_somebody_who_has_a_login_is_not_invited_to_a_second(administrator, quay):
    invite(administrator, quay, mail="HARBOURMASTER@example.com")

    assert "harbourmaster has this address already." in administrator.sees
    assert not LoginInvitation.objects.exists()


def test_a_login_made_meanwhile_is_not_taken_over(administrator, quay, mailoutbox):
    invite(administrator, quay)
    address = link(mailoutbox)
    User.objects.create_user(MAIL, MAIL, "their own password")

    assert accept(address).answer.status_code == 410
    assert User.objects.get(username=MAIL).check_password("their own password")
    assert not Membership.objects.exists()


def test_a_weak_password_is_refused_in_words_and_the_link_stays_good(administrator, quay, mailoutbox):
    invite(administrator, quay)
    address = link(mailoutbox)

    assert "This password is too short." in accept(address, "12345").sees
    assert accept(address).is_at == "/admin/"


def test_only_administrators_invite(quay):
    organizer = User.objects.create_user("organizer", "organizer@example.com", PASSWORD, is_staff=True)
    quay.add(organizer, Membership.Role.ORGANIZER)
    browser = Browser().log_in("organizer")

    assert invite(browser, quay).answer.status_code == 403
    assert browser.get(LIST).status_code == 403
    assert act(browser, "send_again").answer.status_code == 403
    assert not LoginInvitation.objects.exists()


def test_an_administrator_takes_the_authenticator_off_whoever_lost_the_phone(administrator, clock, required):
    keeper = User.objects.create_user("keeper", "keeper@example.com", PASSWORD, is_staff=True)
    theirs = Browser().log_in("keeper")
    theirs.set_up()
    chief = Browser().log_in()
    chief.set_up()

    chief.fill_in("/admin/auth/user/", action="remove_authenticator", _selected_action=str(keeper.pk))

    assert "The authenticator of keeper is off." in chief.sees
    assert not theirs.is_in()
    assert theirs.log_in("keeper").is_at == "/account/authenticator/"
    assert "Took the authenticator off." in chief.go(f"/admin/auth/user/{keeper.pk}/history/").sees
