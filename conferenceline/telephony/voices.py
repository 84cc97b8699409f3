"""How each language is spoken. A wrong pair of language and voice makes Say fail: pairs are listed, never built."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """The pair that Say takes, whose language Gather takes too, and the locale in which Verify writes and speaks.

    https://www.twilio.com/docs/voice/twiml/say/text-speech, https://www.twilio.com/docs/verify/supported-languages
    """

    language: str
    name: str
    verify_locale: str


VOICES = {
    "en": Voice("en-US", "Polly.Joanna-Neural", "en"),
    "es": Voice("es-US", "Polly.Lupe-Neural", "es"),
}

# Of the usual speed, for those who need time. Neural voices obey it:
# https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html
SLOW_RATE = "80%"
