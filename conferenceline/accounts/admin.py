"""What django-otp would show in the admin holds the secrets, and is for nobody: my sign-in is at /account/."""

from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

admin.site.unregister((TOTPDevice, StaticDevice))
