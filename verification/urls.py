"""The webhooks of a call."""

from django.urls import path

from verification import views

urlpatterns = [
    path("", views.voice, name="voice"),
    path("turn/<int:turn>/", views.voice, name="voice-turn"),
    path("status/", views.status, name="voice-status"),
    path("trouble/", views.trouble, name="voice-trouble"),
]
