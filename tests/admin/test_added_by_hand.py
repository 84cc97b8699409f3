"""A login that an administrator makes by hand, without an invitation."""

from django.contrib.auth.models import User
from django.test import Client

from tests.admin.page import save

ADD = "/admin/auth/user/add/"
WORD = "harbour-2040-lights"


def test_it_can_sign_in_at_once_and_is_shut_out_by_the_tick(administrator):
    save(administrator, ADD, username="nell", usable_password="true", password1=WORD, password2=WORD)
    nell = User.objects.get(username="nell")

    assert Client().post("/admin/login/", {"username": "nell", "password": WORD}).status_code == 302
    assert not nell.is_superuser

    save(administrator, f"/admin/auth/user/{nell.pk}/change/", without=("is_staff",))
    nell.refresh_from_db()
    assert not nell.is_staff
