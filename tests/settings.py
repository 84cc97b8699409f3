"""The settings of the tests: everything that the environment would say, said here."""

import os
import re
from pathlib import Path

# Nothing that a developer has set reaches the tests, but the database that they are asked to run on.
_example = (Path(__file__).parent.parent / ".env.example").read_text()
for _name in set(re.findall(r"^(?:# )?([A-Z_]+)=", _example, re.MULTILINE)) - {"DATABASE_URL"}:
    os.environ.pop(_name, None)
os.environ["DJANGO_READ_DOT_ENV"] = "off"
os.environ["SECRET_KEY"] = "tests-only-" + "x" * 40
os.environ["PUBLIC_URL"] = "https://line.example.com"
os.environ["SANDBOX"] = "on"
for what in ("LINE_TYPES", "SIM_SWAPS", "REASSIGNED_NUMBERS", "CALL_FORWARDING"):
    os.environ[f"LOOKUP_{what}"] = "off"  # as where each question costs money

from conferenceline.settings import *  # noqa: E402, F403
from conferenceline.settings import BASE_DIR, DATABASES, HUEY  # noqa: E402

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A file, never memory: threads of one process would share a connection in memory, and prove nothing about races.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "test.sqlite3")}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # a thread that ends leaves no connection to the database of the tests
WHITENOISE_AUTOREFRESH = True  # no static files are collected for the tests
# What is enqueued stays there: a test that wants it done does it.
for _name in ("filename", "timeout"):
    HUEY.pop(_name)
HUEY["huey_class"] = "huey.MemoryHuey"
