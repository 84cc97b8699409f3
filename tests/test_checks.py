"""Every wrong configuration is told in a sentence, and the right ones are silent."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core import checks
from django.core.management import CommandError, call_command

BASE_DIR = configured.BASE_DIR
PACKAGES = ("conferenceline", "participants", "verification", "rooms", "sandbox")
ACCOUNT = "AC" + "1" * 32
KEY = "SK" + "2" * 32
SECRET = "3" * 32


def said() -> dict[str, str]:
    """What our own checks say: id and sentence."""
    ours = [message for message in checks.run_checks() if str(message.id).startswith("conferenceline.")]
    assert all(message.hint for message in ours)
    return {str(message.id).removeprefix("conferenceline."): message.msg for message in ours}


@pytest.fixture
def production(settings):
    """The settings of a line that is set up right."""
    settings.SANDBOX = settings.DEBUG = False
    settings.PUBLIC_URL = "https://line.example.com"
    settings.ALLOWED_HOSTS = ["line.example.com"]
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = SECRET
    settings.TWILIO_VERIFY_SERVICE_SID = "VA" + "4" * 32
    settings.TWILIO_API_KEY_SID = settings.TWILIO_API_KEY_SECRET = ""
    settings.REQUIRE_SECOND_FACTOR = settings.HAS_MAIL_SERVER = True
    return settings


@pytest.fixture
def demo(settings):
    """The settings that ./run writes on its first start."""
    settings.SANDBOX = settings.DEBUG = True
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return settings


def test_a_production_that_is_right_is_silent(production):
    assert said() == {}


def test_a_production_with_an_api_key_is_silent(production):
    production.TWILIO_API_KEY_SID, production.TWILIO_API_KEY_SECRET = KEY, SECRET

    assert said() == {}


def test_the_demo_is_silent(demo):
    assert said() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_API_KEY_SID", KEY),
        ("TWILIO_API_KEY_SECRET", SECRET),
    ],
)
def test_neither_sandbox_nor_debug_goes_with_an_account(demo, name, value):
    setattr(demo, name, value)

    assert said().keys() >= {"E001", "E002"}

    demo.DEBUG = False
    assert "E001" in said()
    assert "E002" not in said()

    demo.SANDBOX, demo.DEBUG = False, True
    assert "E001" not in said()
    assert "E002" in said()


def test_a_line_without_a_verify_service_is_told_how_to_get_one_and_nothing_is_stopped(production):
    production.TWILIO_VERIFY_SERVICE_SID = ""

    assert said() == {
        "W002": "The line has no Verify service, which sends the codes: TWILIO_VERIFY_SERVICE_SID not set."
    }


def test_a_line_without_account_and_sandbox_names_what_is_missing(production):
    production.TWILIO_ACCOUNT_SID = production.TWILIO_VERIFY_SERVICE_SID = ""

    assert said() == {
        "E003": "The line has neither a Twilio account nor the sandbox: "
        "TWILIO_ACCOUNT_SID, TWILIO_VERIFY_SERVICE_SID not set."
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", "VA" + "1" * 32),
        ("TWILIO_ACCOUNT_SID", ACCOUNT + "1"),
        ("TWILIO_VERIFY_SERVICE_SID", "VA" + "1" * 31),
        ("TWILIO_VERIFY_SERVICE_SID", "VA" + "g" * 32),
        ("TWILIO_API_KEY_SID", ACCOUNT),
    ],
)
def test_a_sid_of_the_wrong_shape_is_named(production, name, value):
    production.TWILIO_API_KEY_SID, production.TWILIO_API_KEY_SECRET = KEY, SECRET
    setattr(production, name, value)

    told = said()
    assert told.keys() == {"E004"}
    assert told["E004"].startswith(f"{name} is not ")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://line.example.com", "is not https"),
        ("https://line.example.com/line", "has more than a host and a port"),
        ("https://line.example.com?a=b", "has more than a host and a port"),
        ("https://line.example.com#a", "has more than a host and a port"),
        ("https://user:word@line.example.com", "has more than a host and a port"),
        ("https://my_line.example.com", "has a host with an underscore"),
        ("ftp://line.example.com", "is not an http or https address"),
        ("line.example.com", "is not an http or https address"),
        ("", "is not an http or https address"),
        ("https://[line", "is not an address"),
        ("https://line.example.com:http", "is not an address"),
    ],
)
def test_a_public_url_that_twilio_cannot_call_is_refused(production, url, fault):
    production.PUBLIC_URL = url

    told = said()
    assert told.keys() == {"E005"}
    assert told["E005"].startswith(f"PUBLIC_URL {fault}")


def test_a_public_url_may_have_a_port(production):
    production.PUBLIC_URL = "https://line.example.com:8443"

    assert said() == {}


@pytest.mark.parametrize("limit", ["", "3", "3/", "/600", "0/600", "3/0", "-3/600", "3/600s", "3.5/600", "3/600\n"])
def test_a_limit_that_is_not_count_and_seconds_is_named(production, limit):
    production.LIMITS = {**configured.LIMITS, "sends_per_line": limit}

    assert said() == {"E006": f"The limit sends_per_line is {limit!r}, and not COUNT/SECONDS."}


@pytest.mark.parametrize(("digits", "ids"), [(3, {"E007"}), (4, set()), (10, set()), (11, {"E007"})])
def test_a_code_has_the_lengths_that_verify_makes(production, digits, ids):
    production.CODE_LENGTH = digits

    assert said().keys() == ids


@pytest.mark.parametrize(("language", "ids"), [("en", set()), ("de", {"E009"}), ("en-us", {"E009"}), ("", {"E009"})])
def test_the_line_speaks_a_language_that_it_has_a_voice_for(production, language, ids):
    production.LINE_LANGUAGE = language

    assert said().keys() == ids


@pytest.mark.parametrize("half", ["TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET"])
def test_half_an_api_key_is_a_warning(production, half):
    setattr(production, half, KEY)

    assert said().keys() == {"W001"}


def test_a_password_alone_is_a_warning(production):
    production.REQUIRE_SECOND_FACTOR = False

    assert said().keys() == {"W020"}


def test_a_production_without_a_mail_server_is_a_warning(production):
    production.HAS_MAIL_SERVER = False

    assert said().keys() == {"W021"}


def test_a_beginning_with_which_no_number_begins_is_an_error(production):
    production.ALLOWED_PREFIXES = ["+1202", "0049"]

    assert said().keys() == {"E023"}


@pytest.mark.parametrize(
    ("allowed", "ids"),
    [(["other.example.com"], {"E008"}), ([".example.com"], set()), (["*"], set()), ([], {"E008"})],
)
def test_the_host_of_the_public_url_is_allowed(production, allowed, ids):
    production.ALLOWED_HOSTS = allowed

    assert said().keys() == ids


def test_manage_py_stops_at_a_wrong_configuration(production):
    production.CODE_LENGTH = 3

    with pytest.raises(CommandError, match=r"conferenceline\.E007"):
        call_command("check")


def test_every_variable_is_in_the_example_and_every_one_there_is_read():
    sources = [file.read_text() for package in PACKAGES for file in (BASE_DIR / package).rglob("*.py")]
    reading = re.compile(r'(?:\benv(?:\.\w+)?\(|os\.environ\[|os\.environ\.get\()\s*"(\w+)"')
    read = {name for source in sources for name in reading.findall(source)}
    named = re.findall(r"^(?:# )?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)

    assert sorted(named) == sorted(read)


@pytest.mark.parametrize(("extra", "engine"), [({}, "sqlite3"), ({"DATABASE_URL": "postgres://a@b/c"}, "postgresql")])
def test_of_a_developers_settings_only_a_database_in_the_environment_reaches_the_tests(tmp_path, extra, engine):
    for name in ("conferenceline/settings.py", "tests/settings.py", ".env.example"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text((BASE_DIR / name).read_text())
    (tmp_path / ".env").write_text("LIMIT_SENDS_PER_LINE=1/1\nDATABASE_URL=postgres://from@the/file\n")
    ask = (
        "import tests.settings as s; print(s.DATABASES['default']['ENGINE'], s.TWILIO_ACCOUNT_SID, *s.LIMITS.values())"
    )
    told = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", ask],
        cwd=tmp_path,
        env={"TWILIO_ACCOUNT_SID": ACCOUNT, "DJANGO_READ_DOT_ENV": "on", **extra},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == [
        f"django.db.backends.{engine}",
        configured.SANDBOX_ACCOUNT_SID,
        *configured.LIMITS.values(),
    ]


@pytest.mark.parametrize(("name", "least"), [("LIVE_CALLS_MOST", 1), ("RESERVED_CALLS_MOST", 0), ("RETENTION_DAYS", 2)])
def test_a_bound_that_would_stop_the_line_is_named(production, name, least):
    setattr(production, name, least)
    assert said() == {}

    setattr(production, name, least - 1)
    assert said() == {"E020": f"{name} is {least - 1}."}


def test_a_token_of_the_metrics_that_could_be_guessed_is_refused(production):
    production.METRICS_TOKEN = "x" * 20
    assert said() == {}

    production.METRICS_TOKEN = "x" * 19
    assert said() == {"E021": "METRICS_TOKEN has fewer than 20 characters: it could be guessed."}


@pytest.mark.parametrize("form", ["", "JSON", "logfmt"])
def test_a_form_of_the_log_that_is_unknown_is_named(production, form):
    production.LOG_FORMAT = form

    assert said() == {"E022": f"LOG_FORMAT is {form!r}."}


def test_the_log_is_in_words_on_a_terminal_and_json_elsewhere():
    def log_format(errors_go: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", "import conferenceline.settings as s; print(s.LOG_FORMAT)"],
            cwd=BASE_DIR,
            env={"SECRET_KEY": "x" * 50, "DJANGO_READ_DOT_ENV": "off"},
            stdout=subprocess.PIPE,
            stderr=errors_go,
            text=True,
            check=True,
        ).stdout.strip()

    screen, terminal = os.openpty()
    assert log_format(terminal) == "terminal"
    assert log_format(subprocess.PIPE) == "json"
    os.close(terminal)
    os.close(screen)


def test_no_two_checks_share_an_id():
    source = (BASE_DIR / "conferenceline" / "checks.py").read_text()
    ids = re.findall(r'id="(conferenceline\.[EW]\d{3})"', source)

    assert sorted(ids) == sorted(set(ids))
