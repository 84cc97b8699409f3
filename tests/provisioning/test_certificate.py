"""manage.py check_line on the certificate at PUBLIC_URL: nobody vouches for it, it ends soon, or all is well."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from tests.provisioning.run import run
from tests.provisioning.test_check_line import somebody_else, wrong

pytestmark = pytest.mark.django_db(transaction=True)

A_BIT = timedelta(minutes=30)  # so that a whole number of days is left while the test runs


@pytest.fixture
def authority(tmp_path, monkeypatch) -> trustme.CA:
    """Somebody whom this host believes."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    return authority


def certified(authority: trustme.CA, days: int = 365) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=days) + A_BIT).configure_cert(tls)
    return tls


def as_the_line_would(path: str) -> int:
    return 403 if path == "/voice/" else 204


def test_a_certificate_that_nobody_vouches_for_is_told(number, settings):
    with somebody_else(settings, answering=as_the_line_would, tls=certified(trustme.CA())):
        run("provision_number")
        ran = run("check_line")
    assert ran.code == 1
    assert "cannot be reached from here: its certificate is not valid (" in wrong(ran)


@pytest.mark.parametrize(("days", "left"), [(13, "13 days"), (1, "1 day"), (0, "0 days")])
def test_a_certificate_that_ends_soon_is_told(number, settings, authority, days, left):
    end = datetime.now(UTC) + timedelta(days=days)
    with somebody_else(settings, answering=as_the_line_would, tls=certified(authority, days)):
        run("provision_number")
        ran = run("check_line")
    told = wrong(ran).splitlines()
    assert (ran.code, len(told)) == (1, 2)
    assert told[0].startswith(
        f"WRONG The certificate of {settings.PUBLIC_URL} is valid for {left} more, until {end + A_BIT:%Y-%m-%d}"
    )
    assert told[1] == "      Next: Renew it, and see why that did not happen by itself."


def test_a_certificate_that_is_good_for_a_while_is_said_to_be(number, settings, authority):
    with somebody_else(settings, answering=as_the_line_would, tls=certified(authority, 14)):
        run("provision_number")
        ran = run("check_line")
    assert (ran.code, ran.trouble) == (0, "")
    assert f"ok    The certificate of {settings.PUBLIC_URL} is valid for 14 days more.\n" in ran.said
