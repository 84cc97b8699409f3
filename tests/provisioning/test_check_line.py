"""manage.py check_line: what is configured here, held against what Twilio has and what answers at PUBLIC_URL."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from participants.models import DialInNumber
from sandbox.models import AuthTokens, Fault, OwnedNumber, VerifyService
from sandbox.models.verify_services import FIRST_SERVICE
from sandbox.rest import SandboxHttpClient
from tests.provisioning.run import Ran, run

NUMBER = "+12025550100"
ACCOUNT = "AC" + "0" * 32
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provisioned(number, line) -> str:
    """Everything is as it should be; the address at which the line answers."""
    assert run("provision_number").code == 0
    return line


def wrong(ran: Ran) -> str:
    """What is wrong, and what to do: the lines of the report that are not fine."""
    return "".join(line for line in ran.said.splitlines(keepends=True) if not line.startswith("ok "))


def test_where_all_is_as_it_should_be_it_says_what_it_looked_at(provisioned):
    ran = run("check_line")
    assert (ran.code, ran.trouble) == (0, "")
    assert ran.said.replace("1 s apart", "0 s apart") == (
        f"ok    The account {ACCOUNT} is open.\n"
        "ok    This host's clock and Twilio's are 0 s apart.\n"
        f"ok    The Verify service Conferenceline ({FIRST_SERVICE}) makes codes of 6 digits, as it should.\n"
        f"ok    {NUMBER} sends its calls to {provisioned}.\n"
        f"ok    {provisioned} can be reached, and refuses a forged call.\n"
        f"ok    {provisioned} takes what Twilio signs.\n"
        "All is as it should be.\n"
    )


def test_drift_is_told_and_what_mends_it_mends_it(provisioned):
    OwnedNumber.objects.update(voice_url="https://shop.example.com/ivr")
    VerifyService.objects.update(code_length=8)
    ran = run("check_line")
    assert (ran.code, ran.trouble) == (1, "2 things are wrong. What to do next is said below each WRONG.")
    assert wrong(ran) == (
        f"WRONG The Verify service Conferenceline ({FIRST_SERVICE}) is not as the line needs it:\n"
        "    - code_length: 8\n"
        "    + code_length: 6\n"
        "      Next: manage.py provision_number\n"
        f"WRONG {NUMBER} is not as the line needs it:\n"
        "    - voice_url: https://shop.example.com/ivr\n"
        f"    + voice_url: {provisioned}/voice/#rc=2&rp=ct,rt,5xx&rt=6000\n"
        f"      Next: manage.py provision_number {NUMBER} --take-over\n"
    )
    run("provision_number", NUMBER, "--take-over")
    assert run("check_line").code == 0


def test_a_list_of_numbers_that_is_not_the_accounts_is_told(provisioned):
    DialInNumber.objects.update(number="+12025550177")
    ran = run("check_line")
    assert ran.code == 1
    assert wrong(ran) == (
        "WRONG +12025550177 is listed as a dial-in number, and is not the account's.\n"
        "      Next: Take it off the list: Dial-in numbers, in the admin.\n"
        f"WRONG {NUMBER} sends its calls here, and is not listed as a dial-in number.\n"
        f"      Next: manage.py provision_number {NUMBER}, or manage.py release_number {NUMBER}\n"
    )
    DialInNumber.objects.all().delete()
    assert "WRONG No dial-in number is listed: nobody can call." in run("check_line").said


def test_a_service_that_is_gone_is_told(provisioned, settings):
    settings.TWILIO_VERIFY_SERVICE_SID = "VA" + "9" * 32
    assert wrong(run("check_line")) == (
        f"WRONG The account has no Verify service VA{'9' * 32}: nobody gets a code.\n"
        "      Next: Unset TWILIO_VERIFY_SERVICE_SID, then: manage.py provision_number\n"
    )
    settings.TWILIO_VERIFY_SERVICE_SID = ""
    assert wrong(run("check_line")) == (
        "WRONG TWILIO_VERIFY_SERVICE_SID is not set: nobody gets a code.\n      Next: manage.py provision_number\n"
    )


class LateHttpClient(SandboxHttpClient):
    """Twilio, by whose clock this host is a minute ahead."""

    def request(self, *args, **kwargs):
        response = super().request(*args, **kwargs)
        response.headers["Date"] = format_datetime(datetime.now(UTC) - timedelta(seconds=60), usegmt=True)
        return response


def test_a_clock_that_is_wrong_is_told(provisioned, settings):
    settings.TWILIO_HTTP_CLIENT = f"{__name__}.LateHttpClient"
    ran = run("check_line")
    assert ran.code == 1
    assert "This host's clock and Twilio's are 6" in wrong(ran)
    assert "Next: Set it by a time server" in wrong(ran)


def test_a_line_that_has_another_token_is_told(provisioned, settings):
    """The line runs with the token of yesterday: what Twilio signs with today's is refused."""
    todays = "f" * 32
    AuthTokens.objects.create(primary=todays)
    with somebody_else(settings, answering=lambda path: 403):
        settings.TWILIO_AUTH_TOKEN = todays
        ran = run("check_line")
    assert ran.code == 1
    assert f"{settings.PUBLIC_URL} can be reached, and refuses a forged call." in ran.said
    assert "answers what Twilio signs with 403 in place of 204: every call fails." in wrong(ran)


def test_a_promoted_token_that_was_not_swapped_in_is_told(provisioned, settings):
    settings.TWILIO_AUTH_TOKEN_NEXT = "e" * 32
    AuthTokens.objects.create(primary="e" * 32)
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = "SK" + "1" * 32, "its secret"
    ran = run("check_line")
    assert ran.code == 2  # beside the sandbox an API key is a wrong configuration
    settings.TWILIO_API_KEY_SID = settings.TWILIO_API_KEY_SECRET = ""
    assert run("check_line").said.startswith("WRONG TWILIO_AUTH_TOKEN opens the account no more, and")


def test_a_next_token_is_told_of_and_a_wrong_one_before_it_stops_every_request(provisioned, settings, tmp_path):
    settings.TWILIO_AUTH_TOKEN_NEXT = AuthTokens.objects.make_secondary()
    under_way = run("check_line")
    assert (under_way.code, wrong(under_way)) == (0, "All is as it should be.\n")
    assert "ok    A rotation of the auth token is under way" in under_way.said
    settings.TWILIO_AUTH_TOKEN_NEXT = "d" * 32
    ran = run("check_line")
    assert ran.code == 2
    assert "WRONG TWILIO_AUTH_TOKEN_NEXT does not open the account: no code can be sent.\n" in ran.said
    assert "Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, TWILIO_AUTH_TOKEN_NEXT with" in ran.trouble


@contextmanager
def somebody_else(
    settings, *, answering: Callable[[str], int | None], tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    """At PUBLIC_URL another server answers with this status, redirecting where that says so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = answering(self.path)
            if status is None:
                time.sleep(0.5)
                return
            self.send_response(status)
            self.send_header("Location", "https://elsewhere.example.com/")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *args: None
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.PUBLIC_URL = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        settings.VOICE_FALLBACK_URL = f"{settings.PUBLIC_URL}/voice/trouble/"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "next_thing"),
    [
        (200, "Something else answers there: see that the tunnel or the proxy in front leads to this line."),
        (404, "Something else answers there: see that the tunnel or the proxy in front leads to this line."),
        (301, "Set PUBLIC_URL to the address that it redirects to: Twilio would lose the form on the way."),
        (
            400,
            "See that ALLOWED_HOSTS has the host of PUBLIC_URL, and that the proxy in front hands the Host header on.",
        ),
        (502, "See that the line runs, and that the tunnel or the proxy in front leads to its port."),
    ],
)
def test_whoever_answers_in_place_of_the_line_is_told(number, settings, status, next_thing):
    with somebody_else(settings, answering=lambda path: status):
        run("provision_number")
        ran = run("check_line")
    assert (ran.code, wrong(ran)) == (
        1,
        f"WRONG {settings.PUBLIC_URL} answers a forged call with {status} in place of 403.\n      Next: {next_thing}\n",
    )


def test_a_line_that_does_not_answer_is_told(number, settings):
    with somebody_else(settings, answering=lambda path: None):
        run("provision_number")
        settings.TWILIO_TIMEOUT = 0.2
        silent = run("check_line")
    stopped = run("check_line")
    for ran, how in ((silent, "no answer within 0.2 seconds"), (stopped, "no connection")):
        assert ran.code == 1
        assert f"WRONG {settings.PUBLIC_URL} cannot be reached from here: {how}.\n      Next: See that" in ran.said


def test_what_keeps_from_asking_is_not_taken_for_drift(provisioned):
    Fault.objects.inject("numbers.list", 20429, status=429)
    assert run("check_line").code == 3
