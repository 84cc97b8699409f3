"""To which countries codes go: those from which a team's people call, or those that the installation names."""

import pytest
from django.core.exceptions import ValidationError

from participants.countries import country_of
from participants.models import CallingLine, Contact, DialInNumber, Team
from sandbox.models import Fault
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Attempt

pytestmark = pytest.mark.django_db

LATVIAN, GERMAN, SATELLITE = "+37121234567", "+491701234567", "+881651234567"
MAIL = "ana@example.com"


def contact(person, channel: str, address: str, position: int = 0) -> Contact:
    return Contact.objects.create(participant=person, channel=channel, address=address, position=position)


@pytest.fixture
def lia(room):
    """Calls from the number of her team's country, and gets texts in another."""
    person = cast.person(room.team, "Lia", cast.ANA, texts=LATVIAN)
    cast.invite(room, person)
    return person


def dialled(number: str = cast.ANA, *, line: str = "", texts: str = "") -> Phone:
    phone = Phone(number, line=line, texts=texts)
    phone.dial()
    return phone


def countries() -> str:
    return Team.objects.get().countries


def test_the_countries_of_a_team_are_those_from_which_its_people_call(harbour):
    assert countries() == ""
    ana = cast.person(harbour, "Ana", cast.ANA, texts=None)
    assert countries() == "US"
    CallingLine.objects.create(participant=ana, number=GERMAN)
    assert countries() == "DE, US"


def test_a_contact_adds_no_country_or_whoever_types_one_could_send_anywhere(harbour):
    cast.person(harbour, "Ana", cast.ANA, texts=LATVIAN)
    assert countries() == "US"


def test_a_code_to_another_country_is_never_sent_and_the_caller_hears_the_one_sentence(lia):
    assert dialled().heard == [REFUSAL]
    assert asked_of_twilio() == []
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail, attempt.participant) == ("no contact", "country", lia)


def test_no_other_way_is_promised_where_the_only_other_is_there(lia):
    contact(lia, "email", MAIL, position=1)
    Fault.objects.inject("verify.send", 60237)
    phone = dialled()
    assert phone.heard == [
        "Welcome. We are sorry. We cannot send you an e-mail. Please ask whoever invited you for help. Goodbye."
    ]


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "call"])
def test_no_channel_to_a_telephone_goes_there(lia, channel):
    lia.contacts.update(channel=channel)
    assert dialled().heard == [REFUSAL]
    assert asked_of_twilio() == []


def test_the_next_contact_is_taken_where_there_is_one(lia):
    contact(lia, "email", MAIL, position=1)
    phone = dialled(texts=MAIL)
    assert phone.hears("We have sent you an e-mail")
    assert asked_of_twilio() == [("verify.send", MAIL)]
    phone.press("*#")
    assert "text" not in " ".join(phone.heard)  # nor is it offered
    phone.press(phone.text_code())
    assert phone.in_room


def test_by_roster_number_it_goes_nowhere_else(lia):
    phone = dialled(cast.STRANGER)
    phone.press(lia.invitations.get().roster_number)
    assert (phone.heard, phone.is_over, asked_of_twilio()) == ([REFUSAL], True, [])


def test_once_the_team_allows_the_country_it_is_sent(lia):
    Team.objects.update(countries="LV, US")
    assert dialled().heard == [ASKED_FOR_CODE]
    assert asked_of_twilio() == [("verify.send", LATVIAN)]


def test_what_the_installation_names_holds_for_every_team_and_against_it(lia, ana_of_another_team, settings):
    settings.ALLOWED_COUNTRIES = ["LV"]
    assert dialled().heard == [ASKED_FOR_CODE]
    assert dialled(cast.BO).heard == [REFUSAL]
    assert asked_of_twilio() == [("verify.send", LATVIAN)]


@pytest.fixture
def ana_of_another_team(db):
    quay = cast.team("Quay")
    cast.invite(cast.conference(quay, "Quay plans"), cast.person(quay, "Ben", cast.BO))


def test_codes_go_to_the_country_of_the_number_that_was_dialled(lia):
    """Whoever runs a number there has people there, though none of them has a line on file."""
    DialInNumber.objects.create(number="+37167123456", language="en")
    lia.contacts.update(address=LATVIAN)
    assert lia.contacts.get().is_allowed("+37167123456")
    assert not lia.contacts.get().is_allowed("+12025550100")


def test_but_not_where_the_installation_names_its_countries(lia, settings):
    settings.ALLOWED_COUNTRIES = ["US"]
    assert not lia.contacts.get().is_allowed("+37167123456")


def test_the_number_must_also_begin_as_the_installation_says(ana, settings):
    settings.ALLOWED_PREFIXES = ["+1301", "+371"]
    assert dialled().heard == [REFUSAL]
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail) == ("no contact", "prefix")
    settings.ALLOWED_PREFIXES.append("+1202")
    assert dialled().heard == [ASKED_FOR_CODE]
    ana.contacts.update(address=LATVIAN)
    assert not ana.contacts.get().is_allowed()  # it narrows the countries, and adds none
    assert contact(ana, "email", MAIL, position=1).is_allowed()


def test_a_country_taken_away_in_mid_call_gets_no_second_code(lia):
    Team.objects.update(countries="LV, US")
    phone = dialled(texts=LATVIAN)
    Team.objects.update(countries="US")
    phone.press("*#")
    assert asked_of_twilio() == [("verify.send", LATVIAN)]
    phone.press(phone.text_code())
    assert phone.in_room  # the code in hand stays good
    assert "code sent" in attempts()


@pytest.mark.parametrize(
    ("address", "country"),
    [
        (cast.ANA, "US"),
        (LATVIAN, "LV"),
        ("+442079460000", "GB"),
        ("+447911123456", "GG"),
        (SATELLITE, "001"),
        (MAIL, ""),
        ("+999123456", ""),
    ],
)
def test_which_country_a_number_is_of(address, country):
    assert country_of(address) == country


def test_a_mailbox_is_of_no_country_and_always_allowed(ana, settings):
    settings.ALLOWED_COUNTRIES = ["LV"]
    assert contact(ana, "email", MAIL, position=1).is_allowed()


@pytest.mark.parametrize(("typed", "kept"), [("us, de,DE", "DE, US"), ("", ""), (" lv ,", "LV")])
def test_a_teams_list_is_kept_in_order(harbour, typed, kept):
    harbour.countries = typed
    harbour.full_clean(exclude=["uuid"])
    assert harbour.countries == kept


@pytest.mark.parametrize("typed", ["Germany", "XX", "DE; US"])
def test_what_is_no_country_is_refused(harbour, typed):
    harbour.countries = typed
    with pytest.raises(ValidationError, match="No country"):
        harbour.full_clean()
