import pytest


@pytest.fixture(autouse=True)
def mail_server(settings) -> None:
    """The sandbox's, in place of the one that Django gives to tests."""
    settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"
