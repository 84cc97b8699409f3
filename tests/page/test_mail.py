"""Mail and texts beside the phone of whoever gets them, whichever process sent them."""

import pytest

from conferenceline.outbox import send_due
from tests.outbox.owed import mail_to, text_to


@pytest.fixture(autouse=True)
def mail_server(settings) -> None:
    settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"


def test_mail_shows_beside_the_phone_of_whoever_gets_it_and_nowhere_else(desk, ana, bo):
    mail_to(ana)
    text_to(ana)
    assert send_due() == 2
    anas, bos = desk.phones
    assert [(each["by"], each["subject"], each["body"]) for each in anas["messages"]] == [
        ("Text message", "", "The doors are open."),
        ("Mail", "The doors are open", "Come in.\nWe wait."),
    ]
    assert bos["messages"] == []
