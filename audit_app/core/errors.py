"""The two ways in which the house says no."""

from typing import Any


class Refused(Exception):
    """A rule of the domain forbids the act; the text is fit to show a person and says what to do.

    The message may be a lazy translation: it is turned into words only when it is shown.
    """

    def __init__(self, words: Any, field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field

    def __str__(self) -> str:
        return str(self.words)


class Conflict(Refused):
    """Somebody saved the same record meanwhile.

    ``stored`` maps field names to what is now in the database, so that the page can show both.
    """

    def __init__(self, words: Any, stored: dict[str, Any] | None = None) -> None:
        super().__init__(words)
        self.stored = stored or {}


class NotVisible(Exception):
    """The row does not exist for this person (HTTP 404): unseen and missing are the same answer."""
