"""What Twilio tells us of a room."""

from django.urls import path

from rooms import views

urlpatterns = [
    path("<uuid:room>/events/", views.events, name="room-events"),
    path("<uuid:room>/waiting/", views.waiting, name="room-waiting"),
    path("<uuid:room>/ending/", views.ending, name="room-ending"),
]
