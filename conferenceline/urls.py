"""Every address of the application."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("voice/", include("verification.urls")),
    path("rooms/", include("rooms.urls")),
]
