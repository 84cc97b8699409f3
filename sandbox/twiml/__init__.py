"""A strict reader of TwiML. What Twilio would skip with a warning is an error here, so that it is never shipped."""

from sandbox.twiml.errors import BadTwiml, UnreadableTwiml
from sandbox.twiml.reader import WAITING_VERBS, read, read_waiting
from sandbox.twiml.verbs import Conference, Dial, Gather, Hangup, Pause, Play, Redirect, Reject, Say, Verb

__all__ = [
    "WAITING_VERBS",
    "BadTwiml",
    "Conference",
    "Dial",
    "Gather",
    "Hangup",
    "Pause",
    "Play",
    "Redirect",
    "Reject",
    "Say",
    "UnreadableTwiml",
    "Verb",
    "read",
    "read_waiting",
]
