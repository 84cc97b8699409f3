"""The server's own settings, and what must be of each process alone."""

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

# What gunicorn does: the application is loaded, and whoever serves it is forked after that.
LOADED = """
import conferenceline.wsgi
from conferenceline.telephony.client import client
print(client.cache_info().currsize)
"""


@pytest.fixture
def server(monkeypatch, tmp_path):
    """gunicorn.conf.py, read as gunicorn reads it, where the operator has named a directory for the metrics."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return read()


def read():
    spec = importlib.util.spec_from_file_location("server", settings.BASE_DIR / "gunicorn.conf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_client_of_twilio_is_made_before_the_fork():
    asked = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", LOADED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
    )

    assert asked.stdout.strip() == "0", asked.stderr


def test_only_the_application_writes_a_line_for_each_request(server):
    assert server.accesslog is None


def test_gunicorns_lines_go_where_all_lines_go(server):
    logger = logging.getLogger("gunicorn.error")
    assert server.logconfig_dict["formatters"] == settings.LOGGING["formatters"]
    assert server.logconfig_dict["loggers"]["gunicorn.error"] == {"level": "INFO", "handlers": [], "propagate": True}
    assert logger.name not in settings.LOGGING["loggers"]


def test_no_turn_is_waited_for_longer_than_twilio_does(server):
    assert (server.worker_class, server.graceful_timeout) == ("gthread", 15)
    assert server.graceful_timeout > settings.TWILIO_TIMEOUT


def test_the_directory_of_the_metrics_that_an_operator_named_stays(server, tmp_path):
    server.on_exit(None)

    assert tmp_path.is_dir()


def test_the_one_that_is_made_here_goes_at_the_end_though_the_file_was_read_again(monkeypatch):
    with monkeypatch.context() as environment:
        for name in ("PROMETHEUS_MULTIPROC_DIR", "METRICS_MADE_HERE"):
            environment.setenv(name, "")  # to be put back
            environment.delenv(name)
        read()
        made = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        assert made.is_dir()
        renewed = read()  # as on HUP
        assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(made)
        renewed.on_exit(None)

    assert not made.exists()
