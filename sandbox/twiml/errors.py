class BadTwiml(Exception):  # noqa: N818 - named as one says it
    """The document breaks a documented rule. Loud: it is raised into the test or the demo that met it."""

    code = 12200

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code or self.code


class UnreadableTwiml(BadTwiml):
    """No document at all: Twilio itself gives up here, and asks the fallback URL."""

    code = 12100
