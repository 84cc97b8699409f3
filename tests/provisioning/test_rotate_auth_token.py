"""manage.py rotate_auth_token: from one token to the next, and no call is refused on the way."""

import logging
import os
import stat
from pathlib import Path

import pytest

from conferenceline.telephony.client import client
from sandbox.models import AuthTokens, RestRequest
from tests import cast
from tests.phone import Phone
from tests.provisioning.run import run
from tests.provisioning.test_check_line import somebody_else

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "next"


def token_in(file: Path) -> str:
    name, _, token = file.read_text().strip().partition("=")
    assert name == "TWILIO_AUTH_TOKEN_NEXT"
    return token


def operations() -> list[str]:
    asked = RestRequest.objects.filter(operation__startswith="tokens.")
    return list(asked.values_list("operation", flat=True))


def gets_a_code(line: str) -> bool:
    """Whether somebody who calls now is sent a code: webhooks are taken, and Twilio takes our requests."""
    phone = Phone(line)
    phone.dial()
    return phone.hears("We have sent you a text")


def test_a_token_is_rotated_in_three_steps_and_calls_come_in_at_each(line, number, settings, room, file, caplog):
    for name, caller in (("Ana", "+12025550101"), ("Bo", "+12025550102"), ("Cleo", "+12025550103")):
        cast.invite(room, cast.person(room.team, name, caller))
    run("provision_number")
    old = settings.TWILIO_AUTH_TOKEN
    looked = run("rotate_auth_token", "--dry-run", "--file", str(file))
    assert (looked.code, looked.said) == (
        0,
        "No rotation is under way. Step 1 makes the next token: manage.py rotate_auth_token\n",
    )
    assert (operations(), file.exists()) == ([], False)

    first = run("rotate_auth_token", "--file", str(file))
    new = token_in(file)
    assert first.code == 0
    assert first.said.startswith("Step 1 of 3 is done: Twilio has made the next token. It is in ")
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert gets_a_code("+12025550101")

    settings.TWILIO_AUTH_TOKEN_NEXT = new  # in the environment, and the line restarted
    second = run("rotate_auth_token")
    assert second.code == 0
    assert second.said.startswith(f"Step 2 of 3: the line at {line} takes what is signed with the next token.")
    assert AuthTokens.objects.signing() == old

    promoted = run("rotate_auth_token", "--promote")
    assert promoted.code == 0
    assert "Step 2 of 3 is done" in promoted.said
    assert "Step 3 of 3:" in promoted.said
    assert AuthTokens.objects.known() == [new]
    assert gets_a_code("+12025550102")  # though nobody has swapped the tokens yet
    again = run("rotate_auth_token")
    assert again.said.startswith("Step 3 of 3:")

    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_NEXT = new, ""
    client.cache_clear()
    assert gets_a_code("+12025550103")
    assert run("check_line").code == 0
    assert operations() == ["tokens.create", "tokens.promote"]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []  # nothing to be alarmed by
    said = first.said + second.said + promoted.said + again.said
    assert new not in said
    assert old not in said


def test_nothing_is_promoted_that_the_line_does_not_take(line, number, settings, file):
    run("rotate_auth_token", "--file", str(file))
    settings.TWILIO_AUTH_TOKEN_NEXT = token_in(file)
    with somebody_else(settings, answering=lambda path: 403):  # the line was not restarted
        refused = run("rotate_auth_token", "--promote")
    assert (refused.code, operations()) == (1, ["tokens.create"])
    assert refused.trouble == (
        f"The line at {settings.PUBLIC_URL} refuses what is signed with the next token. Nothing was changed. Put "
        "TWILIO_AUTH_TOKEN_NEXT into its environment, restart every host of the line, and run this again."
    )
    down = run("rotate_auth_token", "--promote")
    assert (down.code, operations()) == (1, ["tokens.create"])
    assert down.trouble.startswith(f"{settings.PUBLIC_URL} cannot be reached: no connection. Nothing was changed.")


def test_a_token_that_is_not_the_accounts_is_not_promoted(line, number, settings, file):
    run("rotate_auth_token", "--file", str(file))
    for token, words in (("d" * 32, "is not the account's next token"), (settings.TWILIO_AUTH_TOKEN, "is the same as")):
        settings.TWILIO_AUTH_TOKEN_NEXT = token
        refused = run("rotate_auth_token", "--promote")
        assert (refused.code, operations()) == (2, ["tokens.create"])
        assert f"TWILIO_AUTH_TOKEN_NEXT {words}" in refused.trouble
    settings.TWILIO_AUTH_TOKEN_NEXT = ""
    early = run("rotate_auth_token", "--promote")
    assert (early.code, operations()) == (2, ["tokens.create"])


def test_a_file_is_never_written_over(number, file):
    file.write_text("something")
    refused = run("rotate_auth_token", "--file", str(file))
    assert (refused.code, operations(), file.read_text()) == (1, [], "something")
    assert refused.trouble.startswith(f"{file} is there already")
    nowhere = run("rotate_auth_token", "--file", str(file / "below"))
    assert (nowhere.code, operations()) == (2, [])


def test_a_rotation_can_be_abandoned(number, settings, file):
    run("rotate_auth_token", "--file", str(file))
    settings.TWILIO_AUTH_TOKEN_NEXT = token_in(file)
    dropped = run("rotate_auth_token", "--abandon")
    assert (dropped.code, AuthTokens.objects.known()) == (0, [settings.TWILIO_AUTH_TOKEN])
    assert dropped.said == (
        "The next token is deleted. The one of now stays.\n"
        "Next: take TWILIO_AUTH_TOKEN_NEXT out of the environment, and restart every host of the line.\n"
    )
    again = run("rotate_auth_token", "--abandon")
    assert (again.code, again.said.splitlines()[0]) == (0, "Twilio has no next token, so there is nothing to delete.")
