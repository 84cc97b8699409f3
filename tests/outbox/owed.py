"""What tests owe."""

from participants.models import Contact, Delivery, Participant
from tests import cast


def mail_to(person: Participant, **fields: object) -> Delivery:
    fields = {"address": "ana@example.com", "subject": "The doors are open", "body": "Come in.\nWe wait."} | fields
    return owe(person, Delivery.Channel.MAIL, **fields)


def text_to(person: Participant, *, agreed: bool = True, **fields: object) -> Delivery:
    fields = {"address": "+12025550101", "body": "The doors are open."} | fields
    if agreed:
        contact, _made = Contact.objects.get_or_create(participant=person, channel="sms", address=fields["address"])
        cast.agree_to_texts(contact)
    return owe(person, Delivery.Channel.TEXT, **fields)


def owe(person: Participant, channel: str, *, address: str, **fields: object) -> Delivery:
    delivery, _is_new = Delivery.objects.owe(Delivery.Kind.NOTICE, channel, address, participant=person, **fields)
    return Delivery.objects.get(pk=delivery.pk)
