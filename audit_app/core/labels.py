"""Enums that carry their own words and tone, so that badges need no if-ladder anywhere."""

from enum import Enum
from typing import Any, Self


class Label(str, Enum):  # noqa: UP042  # StrEnum would take the label for an encoding argument
    """A stored value with a translatable label and a tone.

    Members are written ``OPEN = "open", _l("Open"), "warning"``. The value is what the database keeps; tones
    are
    success, danger, warning, info, purple, teal, secondary.
    """

    label: Any
    tone: str

    def __new__(cls, value: str, label: Any = None, tone: str = "secondary") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label if label is not None else value
        member.tone = tone
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def choices(cls) -> list[tuple[str, Any]]:
        """Pairs (value, label) for a select field, in the order written."""
        return [(member.value, member.label) for member in cls]
