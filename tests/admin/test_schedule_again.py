"""A conference that was held is held once more, with its people, on another date."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from participants.models import Conference, Delivery, Invitation, Passcode
from tests import cast
from tests.admin.page import FormReader, fields_of, save

NINE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # a Tuesday, nine o'clock in New York
Role = Invitation.Role


def again_page(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/again/"


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def board(harbour) -> Conference:
    """Held yesterday, with everything that can be chosen chosen otherwise than usual."""
    board = cast.conference(
        harbour,
        "Board",
        NINE,
        time_zone="America/New_York",
        duration=45,
        doors=5,
        moderator_doors=25,
        overtime=10,
        language="es",
        starts_with="anyone",
        moderator_exit="ends",
        seats=12,
        waiting_music="silence",
        announcements="both",
        greeting="Welcome to the board.",
        privacy_notice="Nobody may record this call.",
        admission="code and passcode",
        least_grade=2,
    )
    for n, role in enumerate(Role.values):
        cast.invite(board, cast.person(harbour, f"Guest {n}", f"+1202555016{n}"), role=role)
    Passcode.objects.make(board)
    return board


def the_other(board: Conference) -> Conference:
    return Conference.objects.exclude(pk=board.pk).get()


def test_the_same_weekday_and_time_of_next_week_are_filled_in(organizer, board):
    fields = fields_of(organizer.get(again_page(board)))
    assert (fields["title"], fields["starts_at_0"], fields["starts_at_1"]) == ("Board", "2026-12-01", "09:00")
    assert f'href="{again_page(board)}"' in organizer.get(again_page(board).replace("again", "change")).content.decode()


@pytest.mark.parametrize(
    ("starts", "recurrence", "day"),
    [
        (NINE + timedelta(days=2), "", "2026-12-03"),  # to come: a week after that
        (NINE - timedelta(days=70), "", "2026-12-01"),  # over for long: the first Tuesday to come
        (NINE, "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=4", "2026-12-22"),  # after its last date
        (NINE - timedelta(days=21), "FREQ=WEEKLY;BYDAY=TU;WKST=MO", "2026-12-01"),  # without end: from now on
        (NINE - timedelta(days=140), "", "2026-12-01"),  # in summer: the same time on the clock
    ],
)
def test_which_day_is_filled_in(organizer, harbour, starts, recurrence, day):
    room = cast.conference(harbour, "Tides", starts, recurrence=recurrence, time_zone="America/New_York")
    fields = fields_of(organizer.get(again_page(room)))
    hour = room.local(starts).strftime("%H:%M")
    assert (fields["starts_at_0"], fields["starts_at_1"]) == (day, hour)


def test_it_is_a_new_conference_with_the_same_settings_and_people(organizer, board):
    answer = save(organizer, again_page(board), starts_at_0="2026-12-08", starts_at_1="10:30")

    again = the_other(board)
    assert answer.status_code == 302
    assert again.starts_at == datetime(2026, 12, 8, 15, 30, tzinfo=UTC)
    assert cast.occurrence_of(again).starts_at == again.starts_at
    own = {"id", "uuid", "starts_at", "number"}
    for field in Conference._meta.concrete_fields:
        if field.name not in own:
            assert getattr(again, field.name) == getattr(board, field.name), field.name
    assert sorted(again.invitations.values_list("participant", "role")) == sorted(
        board.invitations.values_list("participant", "role")
    )


def test_nothing_secret_goes_along_and_nobody_is_told(organizer, board):
    Conference.objects.filter(pk=board.pk).update(admission="passcode", least_grade=0, number="12345678")

    answer = save(organizer, again_page(board))

    again = the_other(board)
    assert not Passcode.objects.filter(conference=again).exists()
    assert answer["Location"] == f"/admin/participants/conference/{again.pk}/passcode/"
    assert again.number not in (None, "12345678")
    numbers = [set(each.invitations.values_list("roster_number", flat=True)) for each in (board, again)]
    assert len(numbers[1]) == 3
    assert not numbers[0] & numbers[1]
    assert not Delivery.objects.exists()


def test_the_button_pressed_twice_makes_one(organizer, board):
    sent = FormReader(organizer.get(again_page(board)).content.decode()).fields

    first, second = (organizer.post(again_page(board), sent) for _press in range(2))

    again = the_other(board)
    assert first["Location"] == f"/admin/participants/conference/{again.pk}/passcode/"
    assert second["Location"] == f"/admin/participants/conference/{again.pk}/change/"
    assert again.invitations.count() == 3


def test_looked_at_anew_it_makes_another(organizer, board):
    for day in ("2026-12-08", "2026-12-15"):
        save(organizer, again_page(board), starts_at_0=day)
    assert Conference.objects.count() == 3


def test_a_token_cannot_name_a_conference_of_others(organizer, board, secret):
    sent = FormReader(organizer.get(again_page(board)).content.decode()).fields
    organizer.post(again_page(board), sent | {"token": str(secret.uuid)})
    assert set(Conference.objects.values_list("title", flat=True)) == {"Board", secret.title}
    assert Conference.objects.filter(team=board.team).count() == 2


def test_what_cannot_be_is_said_and_nothing_is_made(organizer, board):
    for typed, words in (
        ({"starts_at_0": "2026-11-24"}, "This time is over."),
        ({"starts_at_0": "9026-11-24"}, "Is that year right?"),
        ({"starts_at_0": "2027-03-14", "starts_at_1": "02:30"}, "never show 02:30. Choose another time."),
        ({"title": ""}, "This field is required."),
    ):
        answer = save(organizer, again_page(board), **typed)
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert not Conference.objects.exclude(pk=board.pk).exists()


def test_a_cancelled_one_is_scheduled_and_a_draft_stays_one(organizer, board):
    for status, becomes in (("cancelled", "scheduled"), ("draft", "draft")):
        Conference.objects.filter(pk=board.pk).update(status=status)
        save(organizer, again_page(board), title=f"After {status}")
        assert Conference.objects.get(title=f"After {status}").status == becomes


def test_a_series_is_held_once_more(organizer, harbour):
    room = cast.conference(harbour, "Tides", NINE, recurrence="FREQ=DAILY;COUNT=3")
    save(organizer, again_page(room))
    assert the_other(room).occurrences.count() == 1


def test_a_stray_person_of_another_team_is_not_taken_along(organizer, board, quay):
    cast.invite(board, cast.person(quay, "Nell Zanzibar", "+12025550130"))
    save(organizer, again_page(board))
    assert the_other(board).invitations.count() == 3


def test_whoever_may_not_schedule_may_not_schedule_again(auditor, chair, neighbour, board):
    for browser in (auditor, chair, neighbour):
        assert browser.get(again_page(board)).status_code == 403
        sent = {"title": "Mine", "starts_at_0": "2026-12-08", "starts_at_1": "09:00", "token": uuid.uuid4()}
        assert browser.post(again_page(board), sent).status_code == 403
    assert Conference.objects.count() == 1
