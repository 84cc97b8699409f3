"""Who may be calling, where a code can reach them, and which rooms are open to them."""

from django.utils import timezone

from participants.models import Contact, Invitation
from verification.models import Call


class DifferentContactsError(Exception):
    """These people share a line and no contact: no code can go to one of them without choosing for them."""


def people_calling_from(line: str) -> list[int]:
    """The participants who call from this line (E.164) and are invited to something whose doors are open now."""
    if not line:
        return []
    invitations = Invitation.objects.open_at(timezone.now()).filter(participant__lines__number=line)
    return sorted({invitation.participant_id for invitation in invitations})


def person_with_roster_number(number: str) -> int | None:
    """The participant whose invitation has this roster number, if its conference's doors are open now."""
    invitation = Invitation.objects.open_at(timezone.now()).filter(roster_number=number).first()
    return invitation.participant_id if invitation else None


def contact_of(people: list[int]) -> Contact | None:
    """The one contact that reaches these people: the first of the first person's that all of them have.

    Those who have no contact at all do not count; None where nobody has one. Raises DifferentContactsError.
    """
    contacts = list(Contact.objects.filter(participant__in=people))
    reachable = {contact.participant_id for contact in contacts}
    if not reachable:
        return None
    for contact in contacts:
        owners = {other.participant_id for other in contacts if other.destination == contact.destination}
        if owners == reachable:
            return contact
    raise DifferentContactsError


def rooms_open_to(call: Call) -> list[Invitation]:
    """The invitations that the call's people hold now, if the contact that was proved is still theirs."""
    proved = call.challenge
    if proved is None or proved.state != proved.State.APPROVED or proved.call_id != call.pk:
        return []
    return list(
        Invitation.objects.open_at(timezone.now()).filter(
            participant__in=call.people,
            participant__contacts__channel=proved.channel,
            participant__contacts__address=proved.address,
        )
    )
