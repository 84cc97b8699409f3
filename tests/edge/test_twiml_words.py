"""Whatever words a reply has, its document can be read, says them, and does nothing else because of them."""

import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from conferenceline.telephony.twiml import WORDS_MOST, render, speakable
from conferenceline.telephony.voices import VOICES
from sandbox.rest.verifications import LOCALES
from sandbox.twiml import Say, read
from verification.replies import Ask, HangUp, Join, Reply, Wait

JOIN = Join(
    words="Thank you.",
    own_words=(),
    room="line-1",
    label="call-1-2",
    starts_room=True,
    ends_room=False,
    muted=False,
    tones="entry",
    waiting_path="/rooms/1/waiting/",
    events_path="/rooms/1/events/",
    seconds=3600,
)
REPLIES = [Ask("Enter the code.", digits=6), Wait("One moment."), HangUp("Goodbye."), JOIN]


def rendered(reply: Reply, words: str) -> str:
    return render(replace(reply, words=words), next_path="/voice/turn/2/", language="en")


def said(document: str) -> str:
    (say,) = ET.fromstring(document).iter("Say")  # noqa: S314 (our own document)
    return "".join(say.itertext())


def unsaid(document: str) -> str:
    """All of it but the words."""
    root = ET.fromstring(document)  # noqa: S314 (our own document)
    (pause,) = root.iter("break")
    pause.tail = ""
    return ET.tostring(root, encoding="unicode")


@given(words=st.text(st.characters()), reply=st.sampled_from(REPLIES))
@example(words="\x00\x0b\x1f\x7f\x85\ud800\ufffe\uffff", reply=JOIN)
@example(words="]]>", reply=JOIN)
@example(words="</Say><Dial>+12025550199</Dial><Say>", reply=JOIN)
@example(words="<!-- &lt; &#0; <![CDATA[", reply=JOIN)
def test_whatever_is_said_the_document_differs_in_the_words_alone(words, reply):
    document = rendered(reply, f"Hello {words}")
    assert read(document)
    assert not [character for character in document if unicodedata.category(character) in ("Cc", "Cs")]
    assert len(said(document)) <= WORDS_MOST
    assert unsaid(document) == unsaid(rendered(reply, "Hello"))


@given(words=st.text(st.characters(exclude_categories=("C", "Z"))))
@example(words="""<b>&"it's"</b>""")
@example(words="Grüße 💥")
def test_what_can_be_said_is_said_as_it_is(words):
    assert said(rendered(HangUp(""), f"Hello {words}.")) == f"Hello {words}."


@pytest.mark.parametrize("letter", ["x", "&", "💥", "\x0b"])
@pytest.mark.parametrize("reply", REPLIES)
def test_a_title_of_ten_thousand_characters_is_cut_to_what_one_say_takes(reply, letter):
    document = rendered(reply, "Welcome to " + letter * 10_000)
    assert read(document)
    assert len(said(document)) == WORDS_MOST == 4096


def test_control_characters_become_spaces_so_that_words_stay_apart():
    assert speakable("Board\nmeeting\x00at\x85ten\ud800") == "Board meeting at ten "


def test_every_language_has_a_voice_and_a_locale_that_verify_takes():
    assert VOICES.keys() == dict(settings.LANGUAGES).keys()
    assert {voice.verify_locale for voice in VOICES.values()} <= LOCALES
    assert settings.LINE_LANGUAGE in VOICES


@pytest.mark.parametrize("language", VOICES)
def test_every_language_is_spoken_by_its_voice(language):
    say = read(render(HangUp("Goodbye."), language=language))[0]
    assert say == Say("Goodbye.", VOICES[language].name, VOICES[language].language)
