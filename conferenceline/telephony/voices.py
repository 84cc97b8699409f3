"""How each language is spoken. A wrong pair of language and voice makes Say fail: pairs are listed, never built."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """The pair that Say takes, and the locale in which Verify writes (https://www.twilio.com/docs/voice/twiml/say)."""

    language: str
    name: str
    verify_locale: str


VOICES = {"en": Voice("en-US", "Polly.Joanna-Neural", "en")}
