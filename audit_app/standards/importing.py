"""Clause texts from a sheet: which columns, which rows, what is doubtful. Stores nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.imports import (
    Field,
    ForeignTable,
    Limits,
    Preview,
    Problem,
    find_column,
    guess_mapping,
    open_table,
    read_rows,
    words_of,
)
from audit_app.standards.naming import bare_clause

LIMITS = Limits(rows=5_000)
"""No standard has five thousand clauses."""

FIELDS = (
    Field("clause", _l("Clause"), required=True, aliases=(
        "Clause no.", "Clause number", "Number", "No.", "Ref", "Reference", "Section", "Requirement no.",
        "条款", "条款号", "条款编号", "编号", "标准条款", "章节号")),
    Field("title", _l("Title"), aliases=("Clause title", "Heading", "标题", "条款标题", "名称")),
    Field("text", _l("Clause text"), aliases=(
        "Requirement", "Requirement text", "Content", "Wording",
        "条文", "条款内容", "内容", "原文", "要求", "标准原文", "正文")),
)  # fmt: skip
NEEDED = ("clause", "text")
"""Fields that must have a column. A row without text is a heading, and heading rows are usual."""
LONGEST = {"clause": 40, "title": 500, "text": 20_000}
"""Characters that a cell may have."""


@dataclass(frozen=True)
class TextPreview:
    """What a sheet would give: ``rows`` are ready to import, ``numbers`` are their rows in the sheet."""

    table: ForeignTable
    mapping: Mapping[str, str]
    rows: list[dict[str, str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    refusal: Any = None


def preview(
    data: bytes,
    filename: str,
    *,
    sheet: str | None = None,
    header: int | None = None,
    mapping: Mapping[str, str] | None = None,
    language: str = "",
) -> TextPreview:
    """Read a sheet as clause texts. ``header`` is the row of the heading (0: there is none; None: guess).

    ``mapping`` gives columns by letter or heading; None guesses all. ``language`` is what the file is said to
    be in; texts that look otherwise are remarked on. Raises :class:`Refused` for a file or sheet that cannot
    be read; a mapping that does not fit is a ``refusal`` in the preview.
    """
    table = open_table(data, filename, sheet, known=words_of(FIELDS), limits=LIMITS)
    if header is not None:
        table = table.set_header(header or None)
    try:
        given = {key: name for key, name in (mapping or {}).items() if name}
        letters = {key: find_column(table, name).letter for key, name in given.items()}
    except Refused as refused:
        return TextPreview(table, {}, refusal=refused.words)
    if mapping is None:
        letters = guess_mapping(table, FIELDS)
    lacking = [each.label for each in FIELDS if each.key in NEEDED and each.key not in letters]
    if lacking:
        labels = ", ".join(str(label) for label in lacking)
        return TextPreview(table, letters, refusal=_l("Choose a column for: %(fields)s.", fields=labels))
    try:
        found = read_rows(table, FIELDS, letters)
    except Refused as refused:
        return TextPreview(table, letters, refusal=refused.words)
    return _sorted(TextPreview(table, letters, remarks=list(table.notes)), found, language)


def _sorted(kept: TextPreview, found: Preview, language: str) -> TextPreview:
    """Each row to its place: ready, a problem, or a remark. No row disappears unsaid."""
    kept.problems.extend(found.problems)
    for skipped in found.skipped:
        kept.remarks.append(_l("Row %(row)s is left out: %(words)s.", row=skipped.row, words=skipped.words))
    for double in found.duplicates:
        words = _l(
            "Row %(row)s says the same as row %(first)s and is left out.", row=double.row, first=double.first
        )
        kept.remarks.append(words)
    first: dict[str, int] = {}
    for number, row in zip(found.good_rows, found.good, strict=True):
        _keep(kept, number, {key: row.get(key) or "" for key in LONGEST}, first)
    kept.problems.sort(key=lambda problem: problem.row)
    chinese = sum(bool(re.search(r"[\u4e00-\u9fff]", row["text"])) for row in kept.rows)
    if kept.rows and language and (chinese * 2 > len(kept.rows)) is not (language == "zh"):
        kept.remarks.append(
            _l("Most of these texts are not in the language that was chosen. Check that before you go on.")
        )
    return kept


def _keep(kept: TextPreview, number: int, row: dict[str, str], first: dict[str, int]) -> None:
    if not row["text"]:
        kept.remarks.append(
            _l("Row %(row)s (%(clause)s) has no text and is left out.", row=number, clause=row["clause"])
        )
        return
    row["clause"] = bare_clause(row["clause"])
    words = _wrong(row, first)
    if words is not None:
        key = next((key for key, longest in LONGEST.items() if len(row[key]) > longest), "clause")
        kept.problems.append(Problem(number, str(kept.table.column(kept.mapping[key])), "", words))
        return
    first[row["clause"]] = number
    kept.rows.append(row)
    kept.numbers.append(number)


def _wrong(row: Mapping[str, str], first: Mapping[str, int]) -> Any:
    """Why a row cannot be taken, in words; None when it can."""
    for key, longest in LONGEST.items():
        if len(row[key]) > longest:
            return _l(
                "this is longer than %(max)s characters: shorten it, or choose another column.", max=longest
            )
    if row["clause"] in first:
        return _l(
            "clause %(clause)s stands in row %(first)s already, with other words. Keep one of the two "
            "(in a spreadsheet 8.10 typed as a number becomes 8.1: write it as text).",
            clause=row["clause"],
            first=first[row["clause"]],
        )
    return None if row["clause"] else _l("this is no clause number.")
