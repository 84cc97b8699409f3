"""A production's settings, but for a Twilio that answers when a test lets it."""

from conferenceline.settings import *  # noqa: F403

TWILIO_HTTP_CLIENT = "tests.operations.held_twilio.HeldTwilio"
