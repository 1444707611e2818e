"""Days as people write them, also inside sentences that are put together before their reader is known."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from flask_babel import get_locale

PATTERNS = {
    (True, True): "y年M月d日 EEE",
    (True, False): "y年M月d日",
    (False, True): "EEE d MMM y",
    (False, False): "d MMM y",
}
"""Pattern of a date by (Chinese, with its weekday)."""
MONTHS = {True: "y年M月", False: "MMM y"}
"""Pattern of a month by Chinese."""


def written(value: date, *, weekday: bool = False) -> str:
    """A date in the language of the reply, e.g. 5 Mar 2026 or 2026年3月5日."""
    locale = get_locale()
    return _written(value, PATTERNS[_chinese(locale), weekday], locale or "en")


def month(value: date) -> str:
    """A month in the language of the reply, e.g. Mar 2026 or 2026年3月."""
    locale = get_locale()
    return _written(value, MONTHS[_chinese(locale)], locale or "en")


class SaidDay:
    """A date inside a lazy sentence: written only when the sentence is, so that both speak one language."""

    def __init__(self, value: date) -> None:
        self.value = value

    def __str__(self) -> str:
        return written(self.value)


class SaidDays:
    """Several days inside a lazy sentence, put in a row as the language does."""

    def __init__(self, values: Iterable[date]) -> None:
        self.values = tuple(values)

    def __str__(self) -> str:
        return ("、" if _chinese(get_locale()) else ", ").join(map(written, self.values))


def _chinese(locale: Locale | None) -> bool:
    return locale is not None and locale.language == "zh"


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, locale: Locale | str) -> str:
    """A date in words. Lists say the same few hundred days again and again, and writing one takes long."""
    return format_date(value, pattern, locale)
