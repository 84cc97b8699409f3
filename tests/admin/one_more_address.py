"""The addresses of the project, and one that somebody forgot to say anything about."""

from django.http import HttpResponse
from django.urls import path

from conferenceline.urls import urlpatterns as known

urlpatterns = [*known, path("surprise/", lambda request: HttpResponse("everything"), name="surprise")]
