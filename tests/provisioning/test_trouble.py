"""What Twilio may answer in place of doing what was asked: a sentence, a way on, and an exit code, for every "
"command."""

import pytest

from participants.models import DialInNumber
from sandbox.models import AuthTokens, Fault, OwnedNumber
from tests.provisioning.run import run

NUMBER = "+12025550100"
REFUSED = (
    "Twilio does not accept the credentials (error 20003). Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the "
    "Twilio console, correct them in the environment, and run this again."
)
BUSY = "Twilio is being asked too much at once (error 20429), and did not do this. Run it again in a minute."
SILENT = (
    "Twilio gave no answer, so the last step may have been done or not. Look at https://status.twilio.com and at this "
    "host's way to the internet, then run this again: it only changes what is still different."
)
TROUBLES = [
    ({"code": 20003, "status": 401}, 2, REFUSED),
    ({"code": 20429, "status": 429}, 3, BUSY),
    ({"kind": "timeout"}, 3, SILENT),
    ({"kind": "timeout_after"}, 3, SILENT),
    ({"kind": "refused"}, 3, SILENT),
    ({"kind": "http_500"}, 3, SILENT),
    (
        {"code": 21999, "status": 400},
        1,
        "Twilio refused this (error 21999). https://www.twilio.com/docs/api/errors/21999 says why.",
    ),
]
COMMANDS = [
    (["provision_number"], "numbers.list"),
    (["provision_number"], "numbers.update"),
    (["provision_number"], "services.fetch"),
    (["provision_number"], "services.update"),
    (["provision_number"], "rate_limits.create"),
    (["provision_number"], "buckets.create"),
    (["check_line"], "account.fetch"),
    (["check_line"], "services.fetch"),
    (["check_line"], "buckets.list"),
    (["check_line"], "numbers.list"),
    (["release_number", NUMBER], "numbers.update"),
    (["rotate_auth_token"], "tokens.create"),
    (["rotate_auth_token", "--abandon"], "tokens.delete"),
]


@pytest.mark.parametrize(("trouble", "code", "sentence"), TROUBLES)
@pytest.mark.parametrize(("command", "operation"), COMMANDS)
def test_each_fault_has_its_sentence_and_its_exit_code(number, tmp_path, command, operation, trouble, code, sentence):
    if command[0] == "release_number":
        run("provision_number")
    if command == ["rotate_auth_token"]:
        command = [*command, "--file", str(tmp_path / "token")]
    if command[0] == "check_line":
        run("provision_number")
    Fault.objects.inject(operation, **trouble)

    ran = run(*command)
    assert (ran.code, ran.trouble) == (code, sentence)
    assert list(tmp_path.iterdir()) == []
    if command[0] == "provision_number":
        assert run("provision_number").code == 0
        assert run("provision_number", "--dry-run").code == 0


def test_wrong_credentials_are_refused_by_twilio_itself(number):
    AuthTokens.objects.create(primary="f" * 32)  # somebody has changed the account's token
    for command in (
        ["provision_number"],
        ["check_line"],
        ["release_number", NUMBER],
        ["rotate_auth_token", "--abandon"],
    ):
        ran = run(*command)
        assert (ran.code, ran.said, ran.trouble) == (2, "", REFUSED)
    assert (OwnedNumber.objects.get().voice_url, DialInNumber.objects.count()) == (number.voice_url, 0)


def test_with_an_api_key_that_is_what_is_to_be_compared(number, settings):
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = "SK" + "1" * 32, "its secret"
    Fault.objects.inject("numbers.list", 20003, status=401)
    settings.SANDBOX = False  # an API key is a real account's, and refused beside the sandbox
    assert "Compare TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET with" in run("provision_number").trouble
