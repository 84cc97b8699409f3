"""The page "Codes and cost": what was sent, entered and failed, by day, channel and country; and the limits' end."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from participants.models import Conference
from sandbox.models import Fault
from tests import cast
from tests.phone import Phone
from verification.alarms import alarms_for
from verification.costs import Budget, Costs, budgets
from verification.models import Attempt, Call, Challenge, Tally

pytestmark = pytest.mark.django_db

PAGE = "/admin/verification/challenge/cost/"
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def rows(page, which: int) -> dict[str, tuple[int, int, int, Decimal]]:
    return {row.label: (row.sent, row.entered, row.failed, row.cost) for row in page.context["tables"][which]["rows"]}


def gets_in(number: str = cast.ANA, *stars: str) -> None:
    phone = Phone(number)
    phone.dial()
    for star in stars:
        phone.press(star)
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()


def code_of(person, address: str, channel: str = "sms", **fields) -> Challenge:
    """As a call leaves it."""
    call = Challenge.objects.first().call
    owner = person.contacts.first()
    made = {"sent_at": NOON, "sends": 1, "state": "pending"} | fields
    return Challenge.objects.create(call=call, contact=owner, channel=channel, address=address, **made)


def test_what_calls_cost_is_counted_as_they_were(ana, bo, administrator):
    """Ana gets two texts and types the second; Bo's cannot be sent."""
    gets_in(cast.ANA, "*#")
    Fault.objects.inject("verify.send", 60205, status=403)
    Phone(cast.BO).dial()
    page = administrator.get(PAGE)
    cost = 2 * Decimal("0.0083") + Decimal("0.05")
    assert rows(page, 0) == {"2027-03-03": (2, 1, 1, cost)}
    assert rows(page, 1) == {"text message": (2, 1, 1, cost)}
    assert rows(page, 2) == {"US": (2, 1, 1, cost)}
    assert "USD 0.07" in page.content.decode()


def test_each_channel_and_country_has_its_row_and_mail_none(ana, administrator):
    gets_in()
    code_of(ana, "+491701234567", sends=2)
    code_of(ana, "+491701234567", channel="call", state="failed", sends=0)
    code_of(ana, "ana@example.com", channel="email", state="approved")
    code_of(ana, "71622b57ea124fd88e74050f68550f9e", channel="totp", state="approved", sends=0)
    page = administrator.get(PAGE)
    assert {label: row[:3] for label, row in rows(page, 1).items()} == {
        "text message": (3, 1, 0),
        "call to another phone": (0, 0, 1),
        "e-mail": (1, 1, 0),
        "authenticator app": (0, 1, 0),
    }
    assert {label: row[:3] for label, row in rows(page, 2).items()} == {
        "US": (1, 1, 0),
        "DE": (2, 0, 1),
        "none (mail, authenticator app)": (1, 2, 0),
    }


def test_days_are_those_of_utc_newest_first_and_only_those_that_were_asked_for(ana, administrator):
    gets_in()
    for before in (
        timedelta(hours=11, minutes=59),
        timedelta(hours=12, minutes=1),
        timedelta(days=6),
        timedelta(days=7),
    ):
        code_of(ana, cast.ANA, sent_at=NOON - before)
    assert list(rows(administrator.get(f"{PAGE}?days=7"), 0)) == ["2027-03-03", "2027-03-02", "2027-02-25"]
    assert len(rows(administrator.get(PAGE), 0)) == 4
    assert administrator.get(f"{PAGE}?days=8").context["days"] == 30
    assert administrator.get(f"{PAGE}?days=<script>").context["days"] == 30


def test_both_ends_of_the_stretch_count(ana):
    gets_in()
    code_of(ana, cast.ANA, sent_at=NOON.replace(hour=0, minute=0))
    code_of(ana, cast.ANA, sent_at=NOON.replace(hour=23, minute=59, second=59))
    code_of(ana, cast.ANA, sent_at=NOON.replace(day=4, hour=0))
    assert Costs.of(Challenge.objects.all(), NOON.date(), NOON.date()).total.sent == 3


def test_prices_are_settings(ana, administrator, settings):
    settings.CODE_PRICES, settings.CODE_CURRENCY = {"sms": "2.5"}, "EUR"
    gets_in()
    assert "EUR 2.50" in administrator.get(PAGE).content.decode()


def test_teams_see_their_own(ours, secret, organizer, neighbour, administrator):
    for browser, sent in ((organizer, 1), (neighbour, 1), (administrator, 2)):
        Challenge.objects.update(sends=1)
        assert browser.get(PAGE).context["costs"].total.sent == sent
    assert "The limits of this installation" not in organizer.get(PAGE).content.decode()


def test_a_long_month_costs_no_more_queries(ana, administrator, django_assert_num_queries):
    gets_in()
    with django_assert_num_queries(10):
        administrator.get(PAGE)
    for day in range(20):
        code_of(ana, cast.ANA, sent_at=NOON - timedelta(days=day))
    with django_assert_num_queries(10):
        assert len(rows(administrator.get(PAGE), 0)) == 20


def test_each_conference_has_its_row_and_teams_see_their_own_and_their_ceilings(
    ours, secret, organizer, neighbour, ana
):
    """Each team had one code, and the ceilings of both are nearly used up."""
    Conference.objects.update(codes_per_day=10)
    for conference in (ours, secret):
        use_up(f"codes_of_conference {conference.pk}", 7, timedelta(days=1))
        use_up(f"codes_of_conference {conference.pk} attested", 8, timedelta(days=1))
    page = organizer.get(PAGE)
    assert {label: row[:3] for label, row in rows(page, 3).items()} == {"unknown": (0, 1, 0)}  # as calls of before are
    Challenge.objects.update(sends=1)
    Call.objects.filter(challenges__contact__participant__team=ours.team).update(conference=ours)
    Call.objects.filter(challenges__contact__participant__team=secret.team).update(conference=secret)
    for browser, own, foreign in ((organizer, ours, secret), (neighbour, secret, ours)):
        page = browser.get(PAGE)
        assert list(rows(page, 3)) == [own.title]
        body = page.content.decode()
        assert f'<p class="trouble"><label>{own.title}: 8 of 10 codes in a day' in body
        assert foreign.title not in body
        home = browser.get("/admin/").content.decode()
        assert f"{own.title}: 8 of 10 codes of a day are used up. After the last, nobody gets one." in home
        assert f"{foreign.title}: 8" not in home


# Before the budget ends


def use_up(name: str, hits: int, window: timedelta) -> None:
    Tally.objects.update_or_create(key=name, defaults={"hits": hits, "resets_at": NOON + window})


def test_each_message_counts_against_the_hour_and_the_day(ana):
    gets_in(cast.ANA, "*#")
    assert budgets(NOON) == [Budget("sends_per_hour", 2, 500), Budget("sends_per_day", 2, 2000)]
    assert budgets(NOON + timedelta(minutes=61)) == [Budget("sends_per_hour", 0, 500), Budget("sends_per_day", 2, 2000)]


@pytest.mark.parametrize(
    ("code", "status", "place"),
    [
        (60605, 403, "Verify, Geo permissions"),
        (60410, 403, "Verify, Fraud Guard"),
        (21408, 403, "Messaging, Settings, Geo permissions"),
        (21608, 400, "Phone Numbers, Verified caller IDs"),
    ],
)
def test_what_twilio_refuses_until_somebody_mends_it_is_logged_and_shown(
    ana, admin_user, clock, caplog, code, status, place
):
    Fault.objects.inject("verify.send", code, status=status, times=2)
    Fault.objects.inject("verify.send", 60205, status=403)  # a landline: nobody of us can mend that
    for _call in range(3):
        Phone(cast.ANA).dial()
    [alarm] = alarms_for(admin_user)
    assert alarm.words.startswith(f"2 codes were not sent (Twilio's error {code}): ")
    Attempt.objects.filter(detail=str(code)).first().delete()
    [one] = alarms_for(admin_user)
    assert one.words.startswith(f"1 code was not sent (Twilio's error {code}): ")
    assert place in alarm.words
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 2
    assert f"Twilio's error {code} has to be mended: " in errors[0]
    assert place in errors[0]
    clock.shift(timedelta(hours=25))
    assert alarms_for(admin_user) == []


def test_administrators_are_warned_from_four_fifths_on(administrator, admin_user):
    use_up("sends_per_hour", 399, timedelta(hours=1))
    assert alarms_for(admin_user) == []
    use_up("sends_per_hour", 400, timedelta(hours=1))
    words = "400 of 500 codes that may be sent are used up. After the last, nobody gets one."
    assert [(alarm.words, alarm.address) for alarm in alarms_for(admin_user)] == [(words, PAGE)]
    assert words in administrator.get("/admin/").content.decode()
    page = administrator.get(PAGE).content.decode()
    assert '<p class="trouble"><label>400 of 500 codes in an hour' in page
    assert "0 of 2000 codes in a day" in page


def test_so_they_are_in_the_log_by_the_call_that_reaches_it(ana, settings, caplog):
    settings.LIMITS = settings.LIMITS | {"sends_per_day": "5/86400"}
    use_up("sends_per_day", 2, timedelta(days=1))
    Phone(cast.ANA).dial()
    assert caplog.text == ""
    use_up("sends_per_day", 3, timedelta(days=1))
    other = Phone(cast.ANA)
    other.extra_fields = {"StirVerstat": "TN-Validation-Passed-A"}
    other.dial()
    assert "sends_per_day: 4 of 5 used" in caplog.text


def test_once_the_window_is_over_nobody_is_warned(admin_user, clock):
    use_up("sends_per_hour", 500, timedelta(hours=1))
    clock.shift(timedelta(hours=1, seconds=1))
    assert alarms_for(admin_user) == []


@pytest.mark.parametrize("who", ["organizer", "chair", "auditor"])
def test_the_warning_is_for_administrators(ours, request, who):
    use_up("sends_per_hour", 500, timedelta(hours=1))
    assert "codes that may be sent" not in request.getfixturevalue(who).get("/admin/").content.decode()
