"""The addresses of the phone page."""

from django.urls import path

from sandbox.page import views

urlpatterns = [
    path("", views.page, name="phones"),
    path("desk/", views.desk, name="phone-desk"),
    path("add/", views.add, name="phone-add"),
    path("verify/", views.verify, name="phone-verify"),
    path("<int:pk>/", views.look, name="phone"),
    path("<int:pk>/remove/", views.remove, name="phone-remove"),
    path("<int:pk>/<slug:action>/", views.act, name="phone-act"),
]
