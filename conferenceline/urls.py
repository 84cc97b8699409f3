"""Every address of the application."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from conferenceline import metrics, texts, views
from verification import enrolment_page

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("conferenceline.accounts.urls")),
    path("metrics", metrics.view, name="metrics"),
    path("admin/", admin.site.urls),
    path("authenticator/", enrolment_page.authenticator, name="authenticator"),
    path("voice/", include("verification.urls")),
    path("texts/", texts.heard, name="texts"),
    path("texts/<uuid:delivery>/", texts.fate, name="text-fate"),
    path("rooms/", include("rooms.urls")),
]
if settings.SANDBOX:
    urlpatterns.append(path("phone/", include("sandbox.page.urls")))
