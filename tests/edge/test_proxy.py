"""The application as it is, on Twilio's real addresses, through an HTTPS proxy that the environment names.

Nothing leaves this machine: the proxy is on it, the names are never looked up (tests/conftest.py would refuse), and
behind the proxy the sandbox answers, over TLS, as verify.twilio.com and api.twilio.com.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from conferenceline.telephony import live
from conferenceline.telephony.client import client
from conferenceline.telephony.errors import NotThereError, OutcomeUnknownError
from conferenceline.telephony.verify import VerifyCodes
from sandbox.models import Message
from tests import cast
from tests.edge import proxy
from tests.phone import Phone
from verification.replies import HangUp

pytestmark = pytest.mark.django_db(transaction=True)  # behind the proxy is another thread, with its own connection

OTHERS = ("https_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "CURL_CA_BUNDLE")

Behind = Callable[[type[proxy.Tunnel]], proxy.Proxy]


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def bundle(authority: trustme.CA, folder: Path) -> str:
    """The file with this authority's certificate."""
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def behind(settings, monkeypatch, tmp_path, ca) -> Iterator[Behind]:
    """Puts the application behind a proxy, and somebody behind that."""
    settings.TWILIO_HTTP_CLIENT = "twilio.http.http_client.TwilioHttpClient"
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle(ca, tmp_path))
    client.cache_clear()
    with ExitStack() as stack:

        def start(who: type[proxy.Tunnel]) -> proxy.Proxy:
            started = stack.enter_context(proxy.running(who, ca))
            monkeypatch.setenv("HTTPS_PROXY", started.url)
            stack.callback(lambda: client().http_client.inner.session.close())  # before the proxy waits for its threads
            return started

        yield start
    client.cache_clear()


def send() -> str:
    return VerifyCodes().send(channel="sms", address=cast.ANA, language="en").sid


def test_a_code_is_sent_and_checked(behind, settings):
    twilio = behind(proxy.Twilio)
    sid = send()
    code = Message.objects.get().code
    assert VerifyCodes().check(code, sid=sid, address=cast.ANA)
    service = f"https://verify.twilio.com/v2/Services/{settings.TWILIO_VERIFY_SERVICE_SID}"
    account = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    assert twilio.asked == [
        proxy.Asked("POST", f"{service}/Verifications", account, {"To": cast.ANA, "Channel": "sms", "Locale": "en"}),
        proxy.Asked("POST", f"{service}/VerificationCheck", account, {"Code": code, "VerificationSid": sid}),
    ]
    assert twilio.connected == ["verify.twilio.com:443"]


def test_a_whole_call_goes_through(behind, settings, ana):
    twilio = behind(proxy.Twilio)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    live.take_leave(phone.sid, HangUp("Goodbye."), language="en")
    assert (phone.heard[-1], phone.is_over) == ("Goodbye.", True)
    assert twilio.connected == ["verify.twilio.com:443", "api.twilio.com:443"]
    last = twilio.asked[-1]
    account = f"https://api.twilio.com/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}"
    assert (last.url, last.fields.keys()) == (f"{account}/Calls/{phone.sid}.json", {"Twiml"})


def test_a_moderators_leg_is_disarmed(behind):
    twilio = behind(proxy.Twilio)
    with pytest.raises(NotThereError):
        live.disarm("CF" + "a" * 32, "CA" + "a" * 32)
    assert twilio.asked[0].url.endswith(f"/Conferences/CF{'a' * 32}/Participants/CA{'a' * 32}.json")
    assert twilio.asked[0].fields == {"EndConferenceOnExit": "false"}


def test_an_api_key_speaks_for_the_account(behind, settings):
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = "SK" + "1" * 32, "the key's secret"
    twilio = behind(proxy.Twilio)
    with pytest.raises(NotThereError):
        live.take_leave("CA" + "a" * 32, HangUp("Goodbye."), language="en")
    assert twilio.asked[0].credentials == ("SK" + "1" * 32, "the key's secret")
    assert f"/Accounts/{settings.TWILIO_ACCOUNT_SID}/" in twilio.asked[0].url


@pytest.mark.parametrize("silence", [proxy.Silent, proxy.SilentProxy])
def test_nobody_is_waited_for_longer_than_the_time_out(behind, settings, silence, caplog):
    settings.TWILIO_TIMEOUT = 0.2
    twilio = behind(silence)
    with pytest.raises(OutcomeUnknownError):
        send()
    assert twilio.connected == ["verify.twilio.com:443"]
    assert caplog.messages == ["no answer from Twilio: ReadTimeout"]


@pytest.mark.parametrize(
    ("trouble", "logged"),
    [
        (proxy.RefusingProxy, "no answer from Twilio: ProxyError"),
        (proxy.BrokenGateway, "Twilio answered 502, code 502: OutcomeUnknownError"),
        (proxy.LoginPage, "no answer from Twilio: JSONDecodeError"),
        (proxy.HangsUp, "no answer from Twilio: ProxyError"),  # who hung up is not told apart
    ],
)
def test_trouble_on_the_way_leaves_the_outcome_open(behind, trouble, logged, caplog):
    twilio = behind(trouble)
    with pytest.raises(OutcomeUnknownError):
        send()
    assert (twilio.connected, caplog.messages) == (["verify.twilio.com:443"], [logged])


@pytest.mark.parametrize("trusted", ["another authority", "what every browser trusts"])
def test_nobody_is_told_anything_who_cannot_prove_to_be_twilio(behind, monkeypatch, tmp_path, caplog, trusted):
    twilio = behind(proxy.Twilio)
    if trusted == "another authority":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle(trustme.CA(), tmp_path))
    else:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(OutcomeUnknownError):
        send()
    assert (twilio.connected, twilio.asked) == (["verify.twilio.com:443"], [])
    assert caplog.messages == ["no answer from Twilio: SSLError"]


def test_a_proxy_that_is_not_there_leaves_the_outcome_open(behind, ca, monkeypatch, caplog):
    with proxy.running(proxy.Twilio, ca) as gone:
        url = gone.url
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(OutcomeUnknownError):
        send()
    assert caplog.messages == ["no answer from Twilio: ProxyError"]
