"""The plain values that the readers give: limits, cells, rows, columns, merged areas."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""What a cell can hold. Percent cells of a workbook arrive as text, as the person sees them: ``"99.9%"``."""


@dataclass(frozen=True)
class Limits:
    """How much is read before the reader says no. Sizes are bytes; ``ratio`` is unpacked over packed."""

    rows: int = 100_000
    columns: int = 1_000
    unpacked: int = 400_000_000
    ratio: int = 250
    ratio_from: int = 20_000_000


@dataclass(frozen=True)
class Row:
    """A row of the file; ``number`` counts from 1 and includes empty rows, as a spreadsheet does."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        """The cell of a column (0-based); None beyond the end of the row."""
        return self.cells[index] if index < len(self.cells) else None

    @property
    def filled(self) -> list[int]:
        """0-based columns that hold something."""
        return [index for index, value in enumerate(self.cells) if not is_blank(value)]


@dataclass(frozen=True)
class Column:
    """A column: 0-based ``index``, its ``letter`` and the text of its heading (empty when it has none)."""

    index: int
    letter: str
    header: str

    def __str__(self) -> str:
        return f"“{self.header}” ({self.letter})" if self.header else self.letter


@dataclass(frozen=True)
class Merge:
    """A merged area; rows count from 1, columns from 0, both ends included."""

    top: int
    bottom: int
    left: int
    right: int


def is_blank(value: Cell) -> bool:
    """True for nothing, and for text without a visible character."""
    return value is None or (isinstance(value, str) and not value.strip())


def text_of(value: Cell) -> str:
    """A cell as a person reads it: trimmed text, numbers without needless digits, ISO dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "minutes" if value.second == 0 else "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def number_text(value: float) -> str:
    """A float with the 15 significant digits that a spreadsheet shows, so 0.1 + 0.2 reads 0.3."""
    text = format(value, ".15g")
    if "e" in text or "n" in text:
        return text
    return text.rstrip("0").rstrip(".") if "." in text else text


def letter(index: int) -> str:
    """Spreadsheet letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def index_of(letters: str) -> int:
    """0-based column of spreadsheet letters; the inverse of :func:`letter`."""
    number = 0
    for char in letters.upper():
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def norm(text: str) -> str:
    """Text for comparing names: full-width forms folded, case, spaces and punctuation gone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", folded)
