from sandbox.models.calls import Leg, Utterance
from sandbox.models.faults import Fault, RestRequest
from sandbox.models.handsets import Handset
from sandbox.models.rooms import Callback, Member, Room, Switch
from sandbox.models.verify import Message, Recipient, Verification
from sandbox.models.webhooks import Webhook

__all__ = [
    "Callback",
    "Fault",
    "Handset",
    "Leg",
    "Member",
    "Message",
    "Recipient",
    "RestRequest",
    "Room",
    "Switch",
    "Utterance",
    "Verification",
    "Webhook",
]
