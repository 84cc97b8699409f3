"""A call in the caller's language: the person's, or the conference's, or that of the number dialled."""

import pytest
import time_machine
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from conferenceline.telephony.voices import VOICES
from participants.models import Conference, DialInNumber, Invitation, Participant
from sandbox.models import OwnedNumber, Utterance
from sandbox.twiml import read
from tests import cast
from tests.calls.log import wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Call

LINE, SPANISH_LINE = "+12025550100", "+12025550140"
LUZ = "+12025550112"


@pytest.fixture
def luz(room: Conference) -> Participant:
    """Invited to the room, and speaks Spanish."""
    person = cast.person(room.team, "Luz", LUZ)
    Participant.objects.filter(pk=person.pk).update(language="es")
    cast.invite(room, person)
    return person


@pytest.fixture
def spanish_line(db) -> str:
    DialInNumber.objects.create(number=SPANISH_LINE, language="es")
    OwnedNumber.objects.create(number=SPANISH_LINE, voice_url=OwnedNumber.objects.named(LINE).voice_url)
    return SPANISH_LINE


def spoken(phone: Phone) -> list[tuple[str, str]]:
    """Language and voice of what was said, each change of them once."""
    pairs = [(each.language, each.voice) for each in phone.utterances() if each.kind == Utterance.Kind.SAY]
    return [pair for index, pair in enumerate(pairs) if index == 0 or pair != pairs[index - 1]]


ENGLISH, SPANISH = (("en-US", "Polly.Joanna-Neural"), ("es-US", "Polly.Lupe-Neural"))


def down(*_args):
    raise OperationalError("the database is down")


def test_somebody_who_speaks_spanish_is_spoken_and_written_to_in_spanish_from_the_first_word(luz):
    phone = Phone(LUZ)
    phone.dial()
    [welcome] = phone.heard
    assert welcome == (
        "Le damos la bienvenida. Le enviamos un mensaje de texto con un código de 6 dígitos. "
        "Marque el código. Para recibir uno nuevo, oprima asterisco y luego numeral."
    )
    assert phone.messages[-1].body.startswith("Su código de verificación de Conferenceline es: ")

    phone.press(wrong(phone.text_code()))
    assert phone.hears("Ese no es el código. Marque los 6 dígitos del mensaje de texto más reciente, por favor.")
    phone.stay_silent()
    assert phone.hears("El código está en un mensaje de texto nuestro.")
    phone.press(phone.text_code())
    assert phone.hears("Gracias, Luz. Es la primera persona en llegar.")
    assert phone.in_room
    assert spoken(phone) == [SPANISH]
    assert Call.objects.get().language == "es"


def test_each_wait_for_one_more_code_is_told_in_spanish(luz, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "5/600"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        phone = Phone(LUZ, clock=clock)
        phone.dial()
        phone.press("*#")
        for seconds in (20, 40, 60):
            phone.press("*#")
            assert phone.heard == [f"El próximo sale en {seconds} segundos. Si el código le llega antes, márquelo."]
            phone.wait(seconds)
            assert phone.hears("Le enviamos otro mensaje de texto. Use el más reciente, por favor.")


def test_who_is_in_already_is_counted_in_the_callers_own_language(luz, ana, bo):
    for number in (cast.ANA, cast.BO):
        phone = Phone(number)
        phone.dial()
        phone.press(phone.text_code())
    last = Phone(LUZ)
    last.dial()
    last.press(last.text_code())
    assert last.hears("Gracias, Luz. Hay 2 personas presentes.")


def test_the_farewell_is_in_the_callers_language_too(luz, room):
    phone = Phone(LUZ)
    phone.dial()
    phone.press(phone.text_code())
    again = Phone(LUZ)
    again.dial()
    again.press(again.text_code())
    assert again.in_room
    phone.go_on()
    assert phone.hears("Usted entró desde otro teléfono, así que esta llamada termina. Hasta luego.")


def test_a_person_without_a_wish_is_spoken_to_in_the_language_of_the_conference(ana, room):
    Conference.objects.update(language="es")
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.hears("Le damos la bienvenida.")


def test_a_persons_wish_goes_before_that_of_the_conference_and_both_before_the_number(luz, ana, bo, room, spanish_line):
    Conference.objects.update(language="en")
    for number, line, words in (
        (LUZ, LINE, "Le damos la bienvenida."),
        (cast.ANA, spanish_line, "Welcome."),
        (cast.STRANGER, spanish_line, "Marque, por favor, el número de participante"),
        (cast.STRANGER, LINE, "Please enter the roster number"),
    ):
        phone = Phone(number, line=line)
        phone.dial()
        assert phone.hears(words)
    Conference.objects.update(language="")
    phone = Phone(cast.BO, line=spanish_line)
    phone.dial()
    assert phone.hears("Le damos la bienvenida.")


def test_a_roster_number_brings_the_language_of_whoever_has_it(luz, bo, room):
    phone = Phone(cast.STRANGER, texts=LUZ)
    phone.dial()
    assert phone.hears("Welcome.")
    phone.press(Invitation.objects.get(participant=luz).roster_number)
    assert phone.hears("Le enviamos un mensaje de texto")
    assert spoken(phone) == [ENGLISH, SPANISH]


def test_people_of_one_line_who_speak_different_languages_are_told_apart_only_after_the_code(room):
    """Before it, the language of one of them would say who of them is on the roster."""
    anna = cast.person(room.team, "Anna", "+12025550150")
    luis = cast.person(room.team, "Luis", "+12025550150")
    Participant.objects.filter(pk=luis.pk).update(language="es", slow_pace=True)
    for person in (anna, luis):
        cast.invite(room, person)
    phone = Phone("+12025550150")
    phone.dial()
    assert phone.hears("Welcome.")
    assert "Your Conferenceline verification code is" in phone.messages[-1].body
    phone.press(phone.text_code())
    assert phone.hears("For Board meeting as Anna, press 1. For Board meeting as Luis, press 2.")
    phone.press("2")
    assert phone.hears("Gracias, Luis.")
    assert Call.objects.get().slow_pace


def test_the_room_that_is_chosen_says_what_is_spoken_where_the_person_has_no_wish(ana, room):
    choir = cast.conference(room.team, "Coro", language="es")
    cast.invite(choir, ana)
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.hears("Welcome.")
    phone.press(phone.text_code())
    assert phone.hears("For Board meeting, press 1. For Coro, press 2.")
    phone.press("2")
    assert phone.hears("Gracias, Ana. Es la primera persona en llegar.")


def test_a_refusal_after_the_choice_is_in_the_language_of_that_room_with_the_menu_that_follows(ana, room):
    choir = cast.conference(room.team, "Coro", language="es")
    cast.invite(choir, ana)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    choir.occurrences.update(locked=True)
    phone.press("2")
    assert phone.hears("La sala Coro está bloqueada. Ya no se admite a nadie más. Para Board meeting, oprima 1.")
    assert spoken(phone) == [ENGLISH, SPANISH]


def test_a_language_that_the_line_does_not_speak_is_no_language(luz):
    Participant.objects.update(language="xx")
    phone = Phone(LUZ)
    phone.dial()
    assert phone.hears("Welcome.")


@pytest.mark.django_db(transaction=True)
def test_when_the_database_is_down_the_apology_is_in_the_language_that_the_address_says(luz):
    phone = Phone(LUZ)
    phone.dial()
    assert f"{reverse('voice-turn', args=[1])}?language=es#" in Call.objects.get().reply
    with connection.execute_wrapper(down):
        sorry = read(post("/voice/turn/1/?language=es", call_fields(Digits="123456")).content.decode())
        fallback = call_fields(ErrorCode="11205", ErrorUrl="https://line.example.com/voice/turn/1/?language=es")
        from_twilio = read(post("/voice/trouble/", fallback).content.decode())
    assert sorry[0].text == from_twilio[0].text == "Lo sentimos, algo salió mal. Un momento, por favor."
    assert sorry[0].language == from_twilio[0].language == "es-US"
    assert "/voice/trouble/?try=1&turn=1&language=es#" in sorry[-1].url

    with connection.execute_wrapper(down):
        unknown = read(post("/voice/turn/1/?language=xx", call_fields()).content.decode())
    assert unknown[0].language == "en-US"


def test_a_late_webhook_of_a_call_that_has_ended_is_answered_in_its_language(luz):
    phone = Phone(LUZ)
    phone.dial()
    phone.hang_up()
    late = post("/voice/turn/1/?language=es", call_fields(CallSid=Call.objects.get().sid, From=LUZ))
    assert "Esta llamada ha terminado." in late.content.decode()


@pytest.mark.parametrize("code", VOICES)
def test_a_call_that_nobody_knows_ends_in_the_language_of_its_number(db, code):
    DialInNumber.objects.create(number=LINE, language=code)
    said = post("/voice/turn/7/", call_fields(CallSid="CA" + "9" * 32)).content.decode()
    assert VOICES[code].language in said
    assert {"en": "This call has ended.", "es": "Esta llamada ha terminado."}[code] in said
