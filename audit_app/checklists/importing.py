"""A checklist from somebody else's sheet: which columns, which rows, what is doubtful. Stores nothing."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext as _l

from audit_app.checklists import fields, spelled
from audit_app.checklists.models import Question
from audit_app.core.errors import Refused
from audit_app.imports import (
    Field,
    ForeignTable,
    Limits,
    Problem,
    find_column,
    guess_mapping,
    open_table,
    read_rows,
    words_of,
)

LIMITS = Limits(rows=5_000)
"""A checklist of more than five thousand rows is a log, or a mistake."""

FIELDS = (
    Field("prompt", _l("Question"), required=True, aliases=(
        "Checklist item", "Checklist question", "Audit question", "Question", "What to check",
        "Requirement", "Check",
        "审核要点", "审核内容", "检查内容", "检查项", "检查要点", "审核问题", "问题", "要求")),
    Field("clause", _l("Clause"), aliases=(
        "Clause reference", "Clause no.", "Clause number", "Control", "Ref", "Reference", "No.",
        "条款", "条款号", "标准条款", "编号")),
    Field("title", _l("Title"), aliases=(
        "Audit area/process", "Clause title", "Topic", "Area", "Process",
        "标题", "条款标题", "过程", "审核区域")),
    Field("section", _l("Section"), aliases=(
        "Group", "Chapter", "Category", "Domain", "章节", "分组", "类别", "部门")),
    Field("evidence", _l("Expected evidence"), aliases=(
        "Evidence", "Evidence to look for", "Documents", "Records",
        "证据", "证据提示", "审核证据", "相关文件", "文件记录")),
    Field("prompt_2", _l("Question in the other language"), aliases=("Question (Chinese)", "问题(英文)")),
    Field("title_2", _l("Title in the other language"), aliases=("Title (Chinese)", "标题(英文)")),
    Field("kind", _l("How it is answered"), aliases=(
        "Answer type", "Response type", "Response", "Type of answer", "回答类型", "答案类型", "作答方式")),
    Field("needs", _l("Evidence required"), aliases=("Required evidence", "必备证据", "证据要求")),
    Field("weight", _l("Weight"), aliases=("Weighting", "分值权重")),
    Field("condition", _l("Asked only after"), aliases=("Condition", "Only if", "前提条件", "触发条件")),
    Field("evidence_2", _l("Evidence in the other language"), aliases=(
        "Evidence (Chinese)", "证据提示(英文)")),
)  # fmt: skip
LONGEST = {
    "clause": 40, "section": 200, "title": 500, "prompt": 5000, "evidence": 2000, "kind": 3000, "needs": 40,
    "weight": 20, "condition": 500,
}  # fmt: skip
"""Characters that a cell may have, as the columns of :class:`Question` do."""


SPELLED: dict[str, Callable[[str], Any]] = {
    "kind": spelled.read_kind, "needs": spelled.read_need, "weight": spelled.read_weight,
    "condition": spelled.read_condition,
}  # fmt: skip
"""Cells that follow a spelling, and who reads them."""


@dataclass(frozen=True)
class ChecklistPreview:
    """What a sheet would give: ``rows`` are ready to import, ``numbers`` are their rows in the sheet."""

    table: ForeignTable
    mapping: Mapping[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Any] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    refusal: Any = None


def preview(
    data: bytes,
    filename: str,
    *,
    sheet: str | None = None,
    header: int | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ChecklistPreview:
    """Read a sheet as a checklist. ``header`` is the row of the heading (0: there is none; None: guess).

    ``mapping`` gives columns by letter or heading; None guesses all. Raises :class:`Refused` for a file or
    sheet that cannot be read; a mapping that does not fit is a ``refusal`` in the preview.
    """
    table = open_table(data, filename, sheet, known=words_of(FIELDS), limits=LIMITS)
    if header is not None:
        table = table.set_header(header or None)
    try:
        letters = {key: find_column(table, name).letter for key, name in (mapping or {}).items() if name}
        _known(letters)
    except Refused as refused:
        return ChecklistPreview(table, {}, refusal=refused.words)
    if mapping is None or not letters:
        letters = guess_mapping(table, FIELDS)
    try:
        found = read_rows(table, FIELDS, letters, section=None if "section" in letters else "section")
    except Refused as refused:
        return ChecklistPreview(table, letters, refusal=refused.words)
    kept = ChecklistPreview(table, letters, problems=list(found.problems), remarks=list(table.notes))
    for number, row in zip(found.good_rows, found.good, strict=True):
        _keep(kept, number, row)
    for double in found.duplicates:
        words = _l(
            "Row %(row)s says the same as row %(first)s and is left out.", row=double.row, first=double.first
        )
        kept.remarks.append(words)
    kept.remarks.extend(_double_clauses(kept))
    kept.remarks.extend(_lost_conditions(kept))
    kept.problems.sort(key=lambda problem: problem.row)
    return kept


def _known(letters: Mapping[str, str]) -> None:
    keys = [each.key for each in FIELDS]
    for key in letters:
        if key not in keys:
            raise Refused(
                _l(
                    "There is no field “%(field)s”. The fields are: %(fields)s.",
                    field=key,
                    fields=", ".join(keys),
                )
            )


def _keep(kept: ChecklistPreview, number: int, row: dict[str, Any]) -> None:
    for key, value in row.items():
        longest = LONGEST[key.removesuffix("_2")]
        if value and len(value) > longest:
            column = str(kept.table.column(kept.mapping[key])) if key in kept.mapping else ""
            words = _l(
                "this is longer than %(max)s characters: shorten it, or choose another column.", max=longest
            )
            kept.problems.append(Problem(number, column, value[:60], words))
            return
    for key, read in SPELLED.items():
        try:
            read(row.get(key) or "")
        except Refused as refused:
            column = str(kept.table.column(kept.mapping[key])) if key in kept.mapping else ""
            kept.problems.append(Problem(number, column, str(row.get(key))[:60], refused.words))
            return
    kept.rows.append(row)
    kept.numbers.append(number)


def _double_clauses(kept: ChecklistPreview) -> list[Any]:
    """One remark per clause number that stands on several rows of a section."""
    places: dict[tuple[str, str], list[int]] = {}
    for number, row in zip(kept.numbers, kept.rows, strict=True):
        if row.get("clause"):
            places.setdefault((row.get("section") or "", row["clause"]), []).append(number)
    return [
        _l(
            "Clause %(clause)s stands in rows %(rows)s. All are imported and numbered apart: %(clause)s-1, "
            "%(clause)s-2, …",
            clause=clause,
            rows=", ".join(str(each) for each in numbers[:8]) + (" …" if len(numbers) > 8 else ""),
        )
        for (_section, clause), numbers in places.items()
        if len(numbers) > 1
    ]


def _lost_conditions(kept: ChecklistPreview) -> list[Any]:
    """One remark per row whose condition names nothing above it that it could depend on."""
    made = questions(kept.rows)
    return [
        _l(
            "Row %(row)s: no row above fits the condition “%(cell)s”. It is imported without it.",
            row=number,
            cell=row["condition"],
        )
        for number, row, question in zip(kept.numbers, kept.rows, made, strict=True)
        if row.get("condition") and not question.asked_if
    ]


def questions(rows: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Questions from the rows of a preview.

    Each text goes to its language by its characters; several questions on one clause are numbered apart
    (4.1-1, 4.1-2).
    """
    rows = list(rows)
    times = Counter((row.get("section") or "", row.get("clause") or "") for row in rows)
    taken: Counter[tuple[str, str]] = Counter()
    made = []
    for place, row in enumerate(rows, start=1):
        key = (row.get("section") or "", row.get("clause") or "")
        taken[key] += 1
        clause = f"{key[1][:36]}-{taken[key]}" if key[1] and times[key] > 1 else key[1]
        question = Question(position=place, clause=clause, section=key[0], assessable=True)
        for name in ("title", "prompt", "evidence"):
            english, chinese = _languages(row.get(name) or "", row.get(f"{name}_2") or "")
            setattr(question, f"{name}_en", english)
            setattr(question, f"{name}_zh", chinese)
        question.kind, question.settings = spelled.read_kind(row.get("kind") or "")
        question.needs = spelled.read_need(row.get("needs") or "")
        question.weight = spelled.read_weight(row.get("weight") or "")
        question.lineage, question.asked_if, question.asked_when = str(uuid4()), "", []
        made.append(question)
    _depend(made, rows)
    return made


def _depend(made: Sequence[Question], rows: Sequence[Mapping[str, Any]]) -> None:
    """Tie each condition to the question above it that its clause names.

    One that names no question above, or only answers that it cannot have, is left out; the preview says so.
    """
    above: dict[str, Question] = {}
    for question, row in zip(made, rows, strict=True):
        clause, when = spelled.read_condition(row.get("condition") or "")
        parent = above.get(clause)
        if parent is not None:
            possible = [key for key, _words in fields.tokens(parent)]
            question.asked_when = [key for key in possible if key in when]
            question.asked_if = parent.lineage if question.asked_when else ""
        above.setdefault(question.clause, question)


def _languages(first: str, second: str) -> tuple[str, str]:
    """(English, Chinese) of one text or of a text and its translation."""
    swapped = is_chinese(first) or (not first and second != "" and not is_chinese(second))
    return (second, first) if swapped else (first, second)


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese characters, also when English names stand in it."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return han > 0 and han * 4 >= len(re.sub(r"\s", "", text))


def title_of(filename: str) -> str:
    """A title from a file name: its words, without ending and underscores."""
    stem = filename.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return re.sub(r"[_\s]+", " ", stem).strip()[:200] or filename[:200]
