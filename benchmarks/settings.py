"""A production's settings, but for Twilio, which is slow and pretended."""

from conferenceline.settings import *  # noqa: F403

TWILIO_HTTP_CLIENT = "benchmarks.slow_twilio.SlowTwilio"
DEBUG = False
