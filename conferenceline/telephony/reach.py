"""Asking this line at its PUBLIC_URL as Twilio would, and as somebody would who is not Twilio."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.urls import reverse
from twilio.request_validator import RequestValidator

NO_CALL = {"CallSid": "CA" + "0" * 32, "CallStatus": "completed"}  # the end of a call that never was: changes nothing


class UnreachableError(Exception):
    """Nothing answers at PUBLIC_URL; the words say how that shows."""


def forged() -> int:
    """The HTTP status for a call that somebody else than Twilio reports. Raises UnreachableError."""
    return _status_for(reverse("voice"), "nobody's signature")


def signed_with(token: str) -> int:
    """The HTTP status for the end of an unknown call, signed with this auth token. Raises UnreachableError."""
    path = reverse("voice-status")
    signature: str = RequestValidator(token).compute_signature(settings.PUBLIC_URL + path, NO_CALL)
    return _status_for(path, signature)


def accepts(token: str) -> bool:
    """Whether the line takes what is signed with this auth token. Raises UnreachableError."""
    return signed_with(token) == 204


def certificate_ends_at() -> datetime | None:
    """When the certificate that PUBLIC_URL shows ends (UTC).

    None without https, and where only a proxy leads there: it shows certificates of its own.
    """
    url = urlsplit(settings.PUBLIC_URL)
    if url.scheme != "https":
        return None
    believed = requests.Session().merge_environment_settings(settings.PUBLIC_URL, {}, None, None, None)["verify"]
    try:
        authorities = ssl.create_default_context(
            cafile=believed if isinstance(believed, str) else requests.certs.where()
        )
        with (
            socket.create_connection((url.hostname or "", url.port or 443), settings.TWILIO_TIMEOUT) as there,
            authorities.wrap_socket(there, server_hostname=url.hostname) as tls,
        ):
            certificate = tls.getpeercert() or {}
    except OSError:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _status_for(path: str, signature: str) -> int:
    """Redirects are not followed: Twilio would lose the form on the way."""
    try:
        return requests.post(
            settings.PUBLIC_URL + path,
            data=NO_CALL,
            headers={"X-Twilio-Signature": signature},
            timeout=settings.TWILIO_TIMEOUT,
            allow_redirects=False,
        ).status_code
    except requests.exceptions.SSLError as error:
        raise UnreachableError(f"its certificate is not valid ({_reason(error)})") from error
    except requests.exceptions.Timeout as error:
        raise UnreachableError(f"no answer within {settings.TWILIO_TIMEOUT:g} seconds") from error
    except requests.exceptions.RequestException as error:
        raise UnreachableError("no connection") from error


def _reason(error: Exception) -> str:
    """The innermost words of an error about a certificate."""
    return str(error).rpartition("]")[2].strip(" :)'\"") or type(error).__name__
