"""Roster health: who cannot get in, why, and what to do about it, on one page before the meeting."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from participants.models import Conference, Contact, Grade, Invitation, Participant
from participants.schedule import TIMES
from tests import cast
from verification.models import Block

Role = Invitation.Role


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/health/"


@pytest.fixture
def room(harbour) -> Conference:
    room = cast.conference(harbour, "Tide tables")
    cast.invite(room, cast.person(harbour, "Mia Kerr", "+12025550150"), role=Role.MODERATOR)
    return room


@pytest.fixture
def ivo(room, harbour) -> Participant:
    ivo = cast.person(harbour, "Ivo Lund", "+12025550140")
    cast.invite(room, ivo)
    return ivo


def read(browser, conference: Conference) -> str:
    answer = browser.get(page_of(conference))
    assert answer.status_code == 200
    main = answer.content.decode().split('id="content-main"')[1].split("<footer")[0]
    return unescape(" ".join(strip_tags(main).split()))


def test_a_sound_roster_says_so(organizer, room, ivo):
    said = read(organizer, room)
    assert "Of 2 on the roster, nothing is known against 2 people." in said
    assert "Cannot get in" not in said
    assert "Look at these" not in said


def test_no_contact(organizer, room, ivo):
    ivo.contacts.all().delete()
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund, participant No contact: cannot get in. Add a mobile number" in said
    assert f'href="/admin/participants/participant/{ivo.pk}/change/"' in organizer.get(page_of(room)).content.decode()


def test_a_landline_without_mail(organizer, room, ivo):
    ivo.contacts.update(line_type="landline")
    said = read(organizer, room)
    assert "No code goes to this kind of line (landline). Add a mail address or a mobile; or choose" in said
    ivo.contacts.update(channel="call", succeeded_at=None)
    own = "The code is spoken by a call to +12025550140, from which they call themselves."
    assert own in read(organizer, room)
    cast.mailbox(ivo, "ivo@example.com")
    assert "Cannot get in" not in read(organizer, room)


def test_a_number_that_got_another_sim(organizer, room, ivo, settings):
    ivo.contacts.update(sim_swapped_at=timezone.now())
    room.checks_numbers = True
    room.save()
    assert "another SIM" not in read(organizer, room)  # where the operator does not want it heeded
    settings.LOOKUP_SIM_SWAPS = True
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund" in said
    assert "+12025550140 got another SIM lately: no code goes there until" in said
    assert "or let them in by hand" in said
    cast.mailbox(ivo, "ivo@example.com")
    assert "Look at these: 1 Ivo Lund" in read(organizer, room)


def test_a_number_that_was_given_to_somebody_else(organizer, room, ivo, settings):
    ivo.contacts.update(reassigned_at=timezone.now())
    room.checks_numbers = True
    room.save()
    assert "somebody else" not in read(organizer, room)
    settings.LOOKUP_REASSIGNED_NUMBERS = True
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund" in said
    assert "+12025550140 was given to somebody else since it last proved them: no code goes there." in said
    assert "Where it is theirs, say so on their page (“Still theirs”)" in said
    cast.mailbox(ivo, "ivo@example.com")
    assert "Look at these: 1 Ivo Lund" in read(organizer, room)


def test_a_number_whose_calls_are_forwarded(organizer, room, ivo, settings):
    ivo.contacts.update(channel="call", address="+12025550141", forwarded_at=timezone.now())
    room.checks_numbers = True
    room.save()
    assert "forwarded" not in read(organizer, room)
    settings.LOOKUP_CALL_FORWARDING = True
    assert "The calls to +12025550141 are forwarded: no code is spoken there." in read(organizer, room)
    ivo.contacts.update(channel="sms")
    assert "forwarded" not in read(organizer, room)


def test_a_contact_that_failed_last_time(organizer, room, ivo):
    ivo.contacts.update(failed_at=timezone.now(), failure=Contact.Failure.CANNOT_RECEIVE)
    assert "Cannot get in: 1 Ivo Lund" in read(organizer, room)
    cast.mailbox(ivo, "ivo@example.com")
    said = read(organizer, room)
    assert "Cannot get in" not in said
    assert "Look at these: 1 Ivo Lund" in said
    assert "The last code by text message +12025550140 did not go out: cannot receive codes this way" in said


def test_a_contact_changed_in_the_last_two_days(organizer, room, ivo):
    Participant.objects.filter(pk=ivo.pk).update(created_at=timezone.now() - timedelta(days=9))
    ivo.refresh_from_db()
    change = cast.mailbox(ivo, "ivo@example.com").participant.contact_changes.get()
    said = read(organizer, room)
    assert "Look at these: 1 Ivo Lund" in said
    assert "Ask them, by another way, whether it was theirs to change." in said
    assert "ivo@example.com" not in said  # as much of it as whoever has it recognizes
    change.at -= timedelta(hours=49)
    change.save()
    assert "Look at these" not in read(organizer, room)


def test_a_country_that_is_not_allowed(organizer, room, ivo, settings):
    settings.ALLOWED_COUNTRIES = ["US"]
    ivo.contacts.update(address="+442079460018")
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund" in said
    assert "No code goes to +442079460018: GB is not among the countries" in said
    cast.mailbox(ivo, "ivo@example.com")
    assert "Look at these: 1 Ivo Lund" in read(organizer, room)
    settings.ALLOWED_COUNTRIES, settings.ALLOWED_PREFIXES = ["GB"], ["+1202"]
    assert "No code goes to +442079460018: not to numbers that begin so." in read(organizer, room)


@pytest.fixture
def by_mail(ivo) -> Participant:
    """Ivo, whose only contact is a mailbox, and a room that takes a code by mail for too little."""
    ivo.contacts.all().delete()
    cast.mailbox(ivo, "ivo@example.com")
    Conference.objects.update(least_grade=Grade.PHONE)
    return ivo


def test_a_contact_that_proves_less_than_the_room_asks_for(organizer, room, by_mail):
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund" in said
    assert "A code by e-mail proves less than this room asks for. Add a mobile, or another phone" in said
    assert "an authenticator app" in said

    Contact.objects.create(participant=by_mail, channel="sms", address="+12025550140")

    assert "Of 2 on the roster, nothing is known against 2 people." in read(organizer, room)


def test_only_an_app_is_enough(organizer, room, ivo):
    Conference.objects.update(least_grade=Grade.AUTHENTICATOR)
    said = read(organizer, room)
    assert "Cannot get in: 2" in said
    no_mailbox = (
        "A code by text message proves less than this room asks for. Add a mail address, and send them the link"
    )
    assert no_mailbox in said
    cast.mailbox(ivo, "ivo@example.com")
    assert "by text message, e-mail proves less than this room asks for. Send them the link for an" in read(
        organizer, room
    )


def test_a_way_that_is_enough_and_cannot_be_gone_is_not_made_up_for_by_one_that_is_too_little(
    organizer, room, by_mail, settings
):
    settings.ALLOWED_COUNTRIES = ["US"]
    Contact.objects.create(participant=by_mail, channel="sms", address="+442079460018")
    assert "Cannot get in: 1 Ivo Lund" in read(organizer, room)


ADVICE = {  # for a landline, for nobody's contact, for one whose SIM was changed, and for a country that is closed
    Grade.NOTHING: (
        "Until then: let them in by hand.",
        "a mobile number or a mail",
        "app, or let them in by hand.",
        "Add a mail",
    ),
    Grade.MAIL: (
        "Add a mail address or a mobile",
        "a mobile number or a mail",
        "Until then: a mail address or an",
        "Add a mail",
    ),
    Grade.PHONE: (
        "Add a mobile; or choose",
        "Add a mobile, or another phone.",
        "Until then: another phone or an",
        "Add a number",
    ),
    Grade.AUTHENTICATOR: ("Add a mail address, and send them the link for an authenticator app, from their page.",) * 4,
}


@pytest.mark.parametrize("least", ADVICE)
def test_nothing_is_advised_that_proves_less_than_the_room_asks_for(organizer, room, ivo, settings, least):
    settings.LOOKUP_SIM_SWAPS, settings.ALLOWED_COUNTRIES = True, ["US"]
    Conference.objects.update(least_grade=least, checks_numbers=True)
    number = ivo.contacts.get().address
    states = (
        {"line_type": "landline"},
        None,
        {"sim_swapped_at": timezone.now()},
        {"address": "+442079460018"},
        {"channel": "call"},
        {"failed_at": timezone.now(), "failure": Contact.Failure.CANNOT_RECEIVE},
    )
    said = []
    for state in states:
        ivo.contacts.all().delete()
        if state is not None:
            contact = Contact.objects.create(participant=ivo, channel="sms", address=number)
            Contact.objects.filter(pk=contact.pk).update(**state)
        said.append(read(organizer, room).split("Ivo Lund, participant")[1])
    for advice, words in zip(ADVICE[least], said, strict=False):
        assert advice in words
    if least > Grade.BY_HAND:
        assert "by hand" not in " ".join(said)
    if least == Grade.PHONE:
        assert "mail" not in " ".join(said)


def test_what_the_room_does_not_use_is_not_counted_against_anybody(organizer, room, ivo, settings):
    settings.ALLOWED_COUNTRIES = ["US"]
    Conference.objects.update(least_grade=Grade.PHONE)
    failed = {"failed_at": timezone.now(), "failure": Contact.Failure.CANNOT_RECEIVE}
    Contact.objects.filter(pk=cast.mailbox(ivo, "ivo@example.com").pk).update(**failed)
    assert "nothing is known against 2 people" in read(organizer, room)


def test_a_blocked_number(organizer, room, ivo, quay):
    block = Block.objects.create(team=quay, number="+12025550140", reason="theirs")
    Block.objects.create(team=room.team, number="+1202555014", reason="a number that Ivo's only begins with")
    assert "Cannot get in" not in read(organizer, room)
    Block.objects.filter(pk=block.pk).update(team=room.team, reason="Rings at night.")
    said = read(organizer, room)
    assert "Cannot get in: 1 Ivo Lund" in said
    assert "+12025550140, which is on the block list: Rings at night." in said
    Block.objects.filter(pk=block.pk).update(until=timezone.now() - timedelta(minutes=1))
    assert "Cannot get in" not in read(organizer, room)
    Block.objects.create(team=room.team, kind="prefix", number="+1202", reason="Too many.")
    assert "Cannot get in: 2" in read(organizer, room)
    spared = Block.objects.create(kind="spared", number="+12025550140", reason="Ours.")
    assert "Cannot get in: 2" in read(organizer, room)  # that is for what everybody blocks
    Block.objects.filter(pk=spared.pk).update(team=room.team)
    assert "Cannot get in: 1 Mia Kerr" in read(organizer, room)


def test_nobody_moderates(organizer, room, ivo):
    room.invitations.filter(role=Role.MODERATOR).delete()
    room.starts_with = Conference.StartsWith.MODERATOR
    room.save()
    assert "it would never start" in read(organizer, room)


def test_who_moderates_cannot_get_in(organizer, room, ivo):
    Contact.objects.filter(participant__name="Mia Kerr").delete()
    assert "Nobody who moderates can get in." in read(organizer, room)


def test_more_people_than_seats(organizer, room, ivo):
    Conference.objects.filter(pk=room.pk).update(seats=1)
    assert "2 people are invited, and there are 1 seats." in read(organizer, room)


def test_an_empty_roster(organizer, harbour):
    assert "Nobody is on the roster" in read(organizer, cast.conference(harbour, "Empty"))


def test_it_is_for_whoever_sees_the_conference(auditor, chair, neighbour, organizer, room, ivo, secret):
    for browser in (auditor, chair):
        assert "Of 2 on the roster" in read(browser, room)
    assert neighbour.get(page_of(room)).status_code == 403
    assert organizer.get(page_of(secret)).status_code == 403


def test_a_stray_invitation_shows_nobody_of_another_team(organizer, room, ivo, quay):
    stray = cast.person(quay, "Nell Zanzibar", "+12025550130", texts=None)
    Invitation.objects.bulk_create([Invitation(conference=room, participant=stray)])
    said = read(organizer, room)
    assert "anzibar" not in said
    assert "Of 2 on the roster" in said


def test_the_page_leads_there(auditor, room):
    assert page_of(room).encode() in auditor.get(f"/admin/participants/conference/{room.pk}/change/").content


def test_the_first_page_leads_there(organizer, room):
    assert page_of(room).encode() in organizer.get("/admin/").content


def test_a_long_roster_costs_no_more_queries(organizer, room, harbour, django_assert_max_num_queries):
    for n in range(30):
        person = cast.person(harbour, f"Person {n}", f"+120255501{n + 50:02}")
        person.contacts.update(failed_at=timezone.now(), failure=Contact.Failure.TOO_MANY)
        cast.invite(room, person)
    with django_assert_max_num_queries(20):
        assert "Cannot get in: 30" in read(organizer, room)


def test_whoever_is_on_the_roster_of_another_conference_at_the_same_time_and_two_dates_of_it_at_once(
    organizer, room, ivo, quay
):
    dredging, secret = cast.conference(room.team, "Dredging"), cast.conference(quay, "Zanzibar plans")
    cast.invite(dredging, ivo), cast.invite(secret, ivo)

    said = read(organizer, room)

    assert "Look at these: 1 Ivo Lund, participant They are on the roster of “Dredging” too, which is at the" in said
    assert "Move one of the two, or take them off one of the rosters." in said
    assert "anzibar" not in said
    assert "of its dates" not in said
    date = room.occurrences.get()
    times = {name: getattr(date, name) + timedelta(minutes=20) for name in TIMES}
    room.occurrences.create(recurrence_id="20400103T090000", own_times=True, **times)  # from before it was refused
    two = "Two of its dates are at the same time: "
    assert two in read(organizer, room)
    assert two in unescape(organizer.get(f"/admin/participants/conference/{room.pk}/change/").content.decode())
    Conference.objects.filter(pk=room.pk).update(status="cancelled")
    assert "at the same time" not in read(organizer, room)


def test_each_leads_to_where_something_can_be_done(organizer, auditor, administrator, room, ivo, settings):
    dredging = cast.conference(room.team, "Dredging")
    cast.invite(dredging, ivo)
    ours = Block.objects.create(team=room.team, number="+12025550140", reason="Rings at night.")
    theirs = Block.objects.create(kind="prefix", number="+1202", reason="Too many.")
    ivo.contacts.update(address="+442079460018")
    to_block, to_other = "/admin/verification/block/%d/change/", f"/admin/participants/conference/{dredging.pk}/change/"

    def leads(browser) -> str:
        return browser.get(page_of(room)).content.decode().split('id="content-main"')[1]

    seen = leads(organizer)
    assert f'<a href="{to_block % ours.pk}">The block</a>' in seen
    assert f'<a href="{to_other}">Dredging</a>' in seen
    assert to_block % theirs.pk not in seen  # it is not theirs to take away
    assert f"/admin/participants/team/{room.team_id}/" not in seen
    assert to_block % ours.pk not in leads(auditor)
    seen = leads(administrator)
    assert to_block % theirs.pk in seen
    assert f"/admin/participants/team/{room.team_id}/change/" in seen


def test_each_block_says_how_one_gets_past_it(organizer, room, ivo):
    another = "or let them call from another line with their roster number."
    Block.objects.create(team=room.team, number="+12025550140", reason="Rings at night.")
    Block.objects.create(team=room.team, kind="prefix", number="+12025550", reason="Too many.")
    Block.objects.create(kind="prefix", number="+1202", reason="Far too many.")
    said = read(organizer, room)
    assert f"Rings at night. Take the block away, {another}" in said
    assert "Too many. Take the block away, add the number to the block list as one that is never blocked, or" in said
    assert f"Far too many. It is blocked for everybody: ask an administrator to take the block away, {another}" in said
