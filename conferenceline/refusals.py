"""Why something that is owed could not be sent, in words for organizers. There are no addresses in them."""


class RefusalError(Exception):
    """Not sent, or nobody knows. `words` are whole sentences."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


class RefusedError(RefusalError):
    """Not sent, and another try would end the same."""


class NotNowError(RefusalError):
    """Not sent; a later try may succeed."""


class AwayError(NotNowError):
    """Not sent, since nobody is there who would take any: the next one would end the same."""


class UnansweredError(RefusalError):
    """It may have been sent or not."""
