"""What can be wrong with a row of a log, and the list of what was: bounded, however bad the file is."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label

MOST_KEPT = 10_000
"""So many problems are kept with their row; the others are counted."""


class ProblemKind(Label):
    """What can be wrong with a row."""

    SHORT = "short", _l("The row has too few columns and was left out"), "warning"
    NO_KEY = "no_key", _l("The row has no number or service and was left out"), "warning"
    DUPLICATE = "duplicate", _l("The number was there before; the first row counts"), "warning"
    NO_START = "no_start", _l("The moment it began is missing or unreadable; the row was left out"), "danger"
    UNREADABLE = "unreadable", _l("The date cannot be read and was taken as missing"), "warning"
    UNKNOWN_WORD = (
        "unknown_word",
        _l("The word is neither a known yes nor a known no; taken as missing"),
        "warning",
    )
    BEFORE_OPENED = (
        "before_opened",
        _l("The date lies before the opening and was taken as missing"),
        "warning",
    )
    BAD_END = "bad_end", _l("The end cannot be read; the row was left out"), "danger"
    END_BEFORE_START = "end_before_start", _l("It ends before it begins and was left out"), "danger"
    TWICE = "twice", _l("The clock showed this hour twice that night; the first was taken"), "warning"
    SKIPPED = (
        "skipped",
        _l("The clock skipped this hour that night; the time was taken as if it had not been moved"),
        "warning",
    )


class Problem(NamedTuple):
    """One thing wrong: the row of the file (header = 1), the ticket or service, and the text that gave
    offence.
    """

    row: int
    kind: ProblemKind
    subject: str
    value: str = ""


class Problems(list[Problem]):
    """Problems in the order they were met; beyond the first ``MOST_KEPT`` they are only counted."""

    def __init__(self, given: Iterable[Problem] = ()) -> None:
        super().__init__(given)
        self.more = 0

    def append(self, problem: Problem) -> None:
        """Keep or count one."""
        if len(self) < MOST_KEPT:
            super().append(problem._replace(value=problem.value[:200], subject=problem.subject[:200]))
        else:
            self.more += 1

    @property
    def total(self) -> int:
        """How many there were."""
        return len(self) + self.more

    def in_order(self) -> "Problems":
        """The same, by row."""
        found = Problems(sorted(self))
        found.more = self.more
        return found
