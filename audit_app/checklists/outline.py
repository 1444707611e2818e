"""The rows of a template as a tree that a page can draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit_app.checklists.models import Question


@dataclass(frozen=True)
class Line:
    """A row with its depth (0 is outermost) and, when a new named section begins here, the section's name."""

    row: Question
    depth: int
    begins: str


def of(rows: Sequence[Question]) -> list[Line]:
    """Rows in reading order with their depth; a section without a heading begins where its name changes."""
    depths: dict[str, int] = {}
    lines: list[Line] = []
    last = ""
    for row in rows:
        known = row.section in depths
        depth = depths[row.section] + 1 if known else 0
        begins = row.section if row.section and not known and row.section != last else ""
        last = row.section
        lines.append(Line(row, min(depth, 4), begins))
        if row.clause and not row.assessable:
            depths[row.clause] = depth
    return lines
