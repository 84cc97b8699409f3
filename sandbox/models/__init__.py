from sandbox.models.account import AuthTokens, Forwarding, OwnedNumber, Reassignment, SimSwap, Unsubscribed
from sandbox.models.authenticators import Entity, Factor, FactorChallenge
from sandbox.models.calls import Leg, Utterance
from sandbox.models.faults import Fault, RestRequest
from sandbox.models.handsets import Handset
from sandbox.models.rooms import Announcement, Callback, Member, Room, Switch
from sandbox.models.verify import Message, Recipient, Verification
from sandbox.models.verify_services import Bucket, RateLimit, RateLimitHit, VerifyService
from sandbox.models.webhooks import Webhook

__all__ = [
    "Announcement",
    "AuthTokens",
    "Bucket",
    "Callback",
    "Entity",
    "Factor",
    "FactorChallenge",
    "Fault",
    "Forwarding",
    "Handset",
    "Leg",
    "Member",
    "Message",
    "OwnedNumber",
    "RateLimit",
    "RateLimitHit",
    "Reassignment",
    "Recipient",
    "RestRequest",
    "Room",
    "SimSwap",
    "Switch",
    "Unsubscribed",
    "Utterance",
    "Verification",
    "VerifyService",
    "Webhook",
]
