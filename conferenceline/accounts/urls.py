"""Signing in, and keeping one's sign-in."""

from django.urls import path

from conferenceline.accounts import passwords, views, welcome

urlpatterns = [
    path("admin/login/", views.SignIn.as_view(), name="login"),  # before the admin's own, which knows no second factor
    path("account/", views.mine, name="account"),
    path("account/code/", views.enter_code, name="enter_code"),
    path("account/authenticator/", views.enrol, name="enrol_authenticator"),
    path("account/authenticator/picture.svg", views.picture, name="authenticator_picture"),
    path("account/authenticator/remove/", views.remove, name="remove_authenticator"),
    path("account/recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("account/welcome/", welcome.welcome, name="welcome"),
    path("account/forgotten/", passwords.Forgotten.as_view(), name="admin_password_reset"),
    path("account/forgotten/sent/", passwords.Sent.as_view(), name="password_reset_done"),
    path("account/password/", passwords.from_mail, name="password_link"),
    path("account/password/<uidb64>/<token>/", passwords.Choose.as_view(), name="password_reset_confirm"),
    path("account/password/changed/", passwords.Changed.as_view(), name="password_reset_complete"),
]
