"""What is remembered of a call: how far it got, the codes asked for, the seats taken, and every try."""

from verification.models.admissions import Admission
from verification.models.assurance import Assurance, Attestation
from verification.models.attempts import Attempt
from verification.models.blocks import Block
from verification.models.calls import Call, TurnLostError
from verification.models.challenges import Challenge
from verification.models.heard_notices import HeardNotice
from verification.models.tallies import Tally
from verification.models.unlocks import Unlock
from verification.models.used_codes import UsedCode
from verification.models.vouches import Vouch

__all__ = [
    "Admission",
    "Assurance",
    "Attempt",
    "Attestation",
    "Block",
    "Call",
    "Challenge",
    "HeardNotice",
    "Tally",
    "TurnLostError",
    "Unlock",
    "UsedCode",
    "Vouch",
]
