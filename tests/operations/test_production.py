"""The production example: clean by Django's own deployment check, and without a way to the sandbox."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

EXAMPLE = settings.BASE_DIR / "docs" / "production.env.example"

# Static files are not collected for the tests: the page of an error names its style sheets as they are.
ASK = """
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django; django.setup()
from django.apps import apps
from django.test import Client
client = Client(headers={"host": "line.example.com"}, raise_request_exception=False)
print(apps.is_installed("sandbox"), [client.get(path, secure=True).status_code for path in ("/phone/", "/metrics")])
"""


@pytest.fixture
def production(tmp_path) -> dict[str, str]:
    """The example as an operator would fill it in, but with a database that is here."""
    values = dict(line.split("=", 1) for line in EXAMPLE.read_text().splitlines() if re.match("[A-Z]", line))
    filled = {name: value.replace("CHANGE-ME", "x" * 32) for name, value in values.items()}
    return filled | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_READ_DOT_ENV": "off",
        "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
        "PATH": os.environ["PATH"],
    }


def python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, *arguments], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60
    )


def test_the_deployment_check_finds_nothing(production):
    checked = python(production, "manage.py", "check", "--deploy", "--fail-level=WARNING")

    assert checked.returncode == 0, checked.stderr


def test_the_sandbox_is_not_there(production):
    asked = python(production, "-c", ASK)

    assert asked.stdout.strip() == "False [404, 404]", asked.stderr


def test_every_variable_of_the_example_is_explained(production):
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    servers = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "WEB_CONCURRENCY"}  # not read by the settings
    named = set(re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))

    assert named - explained - servers == set()


def test_on_sqlite_nothing_is_written_beside_the_code(production, tmp_path):
    """In a container the code is somebody else's, and only the directory of the database can be written to."""
    asked = python(
        {name: value for name, value in production.items() if name != "QUEUE_URL"},
        "-c",
        "import django; django.setup(); from huey.contrib.djhuey import HUEY; print(HUEY.storage.filename)",
    )

    assert asked.stdout.strip() == str(tmp_path / "queue.sqlite3"), asked.stderr
