"""What the library raises becomes one of our errors, and nothing of a caller gets into the log with it."""

import logging

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from conferenceline.telephony.client import twilio_errors
from conferenceline.telephony.errors import (
    MisconfiguredError,
    NoSuchCodeError,
    OutcomeUnknownError,
    TooBusyError,
    TooManySendsError,
    TwilioFaultError,
    UndeliverableError,
)
from tests import cast

KNOWN = {404: NoSuchCodeError, 429: TooBusyError, 60203: TooManySendsError}
ADDRESS = f"/v2/Services/VA{'0' * 32}/Verifications/{cast.ANA}"


def refusal(status: int, code: int | None) -> TwilioRestException:
    return TwilioRestException(status, ADDRESS, f"{cast.ANA} is no number", code, "POST", {"to": cast.ANA})


def problem(status: int, code: int) -> TwilioServiceException:
    """An error as RFC 9457 has it: no relative of the other kind."""
    return TwilioServiceException("about:blank", "Bad", status, code, detail=f"{cast.ANA} is no number", uri=ADDRESS)


def fault_of(error: Exception) -> TwilioFaultError:
    """What becomes of this error."""
    with pytest.raises(TwilioFaultError) as raised, twilio_errors(KNOWN, otherwise=UndeliverableError):
        raise error
    return raised.value


@pytest.mark.parametrize("kind", [refusal, problem])
@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (429, 60203, TooManySendsError),  # by its code, though the status is known too
        (400, 60203, TooManySendsError),
        (429, 20429, TooBusyError),
        (429, 429, TooBusyError),  # an empty body: the library puts the status in place of the code
        (404, 20404, NoSuchCodeError),
        (400, 60200, UndeliverableError),
        (403, 60410, UndeliverableError),
        (401, 20003, MisconfiguredError),
        (400, 20001, MisconfiguredError),
        (403, 20008, MisconfiguredError),
        (401, 401, MisconfiguredError),  # no code of Twilio's: our credentials, or who stands in the way
        (403, 403, MisconfiguredError),
        (500, 500, OutcomeUnknownError),
        (503, 20503, OutcomeUnknownError),
    ],
)
def test_an_answer_is_known_by_its_code_and_then_by_its_status(kind, status, code, fault, caplog):
    raised = fault_of(kind(status, code))
    assert (type(raised), raised.code) == (fault, code)
    answered, *what_to_do = caplog.messages
    assert answered == f"Twilio answered {status}, code {code}: {fault.__name__}"
    assert len(what_to_do) == (code == 60410)


@pytest.mark.parametrize("kind", [refusal, problem])
def test_an_error_that_is_known_everywhere_can_mean_something_here(kind):
    with pytest.raises(NoSuchCodeError), twilio_errors({20001: NoSuchCodeError}, otherwise=UndeliverableError):
        raise kind(400, 20001)


@pytest.mark.parametrize(
    "error",
    [
        TwilioException("Credentials are required"),
        requests.exceptions.ConnectTimeout(f"{ADDRESS} timed out"),
        requests.exceptions.ReadTimeout(f"{ADDRESS} timed out"),
        requests.exceptions.ConnectionError(f"{ADDRESS} refused"),
        requests.exceptions.ProxyError(f"{ADDRESS} refused"),
        requests.exceptions.SSLError(f"{ADDRESS} is not to be trusted"),
        requests.exceptions.JSONDecodeError("no JSON", f"<html>{cast.ANA}</html>", 0),
        ValueError(f"{cast.ANA} is not JSON"),
    ],
)
def test_without_an_answer_of_twilios_the_outcome_is_open(error):
    raised = fault_of(error)
    assert (type(raised), raised.code) == (OutcomeUnknownError, 0)


@pytest.mark.parametrize(
    "error", [refusal(400, 60200), problem(400, 60200), requests.exceptions.ReadTimeout(ADDRESS), ValueError(ADDRESS)]
)
def test_no_number_gets_into_the_log_or_out_with_the_error(error, caplog):
    raised = fault_of(error)
    assert cast.ANA not in f"{raised!s} {raised!r} {vars(raised)} {caplog.text}"
    assert len(caplog.records) == 1
    # A traceback of our error does not go on with the library's, whose text has the address.
    assert raised.__suppress_context__
    assert raised.__cause__ is None


def test_only_a_wrong_configuration_wakes_somebody_up(caplog):
    fault_of(refusal(401, 20003))
    fault_of(refusal(500, 500))
    fault_of(requests.exceptions.ReadTimeout())
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL, logging.WARNING, logging.WARNING]


@pytest.mark.parametrize("error", [KeyError("sid"), RuntimeError("a fault of ours")])
def test_our_own_faults_go_through(error):
    with pytest.raises(type(error)), twilio_errors(KNOWN, otherwise=UndeliverableError):
        raise error


def test_what_goes_well_is_left_alone(caplog):
    with twilio_errors(KNOWN, otherwise=UndeliverableError):
        pass
    assert caplog.messages == []
