"""The authenticator app as second factor, and the recovery codes for when it is out of reach. Kept by django-otp."""

from base64 import b32encode
from datetime import datetime
from io import BytesIO
from typing import Any

import qrcode
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathFillImage

RECOVERY_CODES = 10
ENROLLING = "enrolling_device"  # in the session: whose secret has been shown here


def authenticator_of(user: Any) -> TOTPDevice | None:
    """The person's authenticator, once a code from it was right."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).first()


def is_asked_of(user: Any) -> bool:
    """Whether this person's password alone opens nothing."""
    return settings.REQUIRE_SECOND_FACTOR or authenticator_of(user) is not None


def device_for(user: Any, code: str) -> Device | None:
    """What this code can be a code of: six digits come from the authenticator, anything else is a recovery code."""
    if len(code) == 6 and code.isdecimal():
        return authenticator_of(user)
    return StaticDevice.objects.devices_for_user(user, confirmed=True).first()


def prove(user: Any, code: str) -> Device | None:
    """The authenticator (or the recovery codes) if the code is right. A code is right once."""
    device = device_for(user, code)
    return verify_token(user, device.persistent_id, code) if device else None


def paused_until(user: Any, code: str) -> datetime | None:
    """Until when no code of this kind is looked at, after wrong ones."""
    device = device_for(user, code)
    allowed, why = device.verify_is_allowed() if device else (True, None)
    return None if allowed or not why else why["locked_until"]


def enrolling(request: HttpRequest, user: Any) -> TOTPDevice:
    """The authenticator that is being set up in this session. Another session gets a secret of its own."""
    device = TOTPDevice.objects.filter(pk=request.session.get(ENROLLING), user=user, confirmed=False).first()
    if device is None:
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        device = TOTPDevice.objects.create(user=user, name="authenticator", confirmed=False)
        request.session[ENROLLING] = device.pk
    return device


def key_of(device: TOTPDevice) -> str:
    """The secret as an authenticator app takes it by hand, in groups of four."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def picture_of(device: TOTPDevice) -> bytes:
    """The secret as a QR code, an SVG image."""
    image = BytesIO()
    qrcode.make(device.config_url, image_factory=SvgPathFillImage, box_size=12, border=4).save(image)
    return image.getvalue()


def confirm(device: TOTPDevice, code: str) -> list[str] | None:
    """Makes the device count if the code is right: the recovery codes, which are shown this once, else None.

    Whoever has an authenticator already keeps it: a password alone must not bring a second.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=device.user_id)
        if authenticator_of(device.user) or not verify_token(device.user, device.persistent_id, code):
            return None
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        TOTPDevice.objects.filter(user=device.user).exclude(pk=device.pk).delete()
        return renew_recovery_codes(device.user)


def renew_recovery_codes(user: Any) -> list[str]:
    """New recovery codes in place of all earlier ones. They are kept as they are, and shown this once."""
    with transaction.atomic():
        device, _made = StaticDevice.objects.get_or_create(user=user, name="recovery codes")
        device.token_set.all().delete()
        codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def recovery_codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def is_set_up(user: Any) -> bool:
    """Whether there is something to remove."""
    return authenticator_of(user) is not None or StaticDevice.objects.filter(user=user).exists()


def remove(user: Any) -> None:
    """Forgets the authenticator and the recovery codes. Sessions that they proved are over."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
