"""An old register of nonconformities from a sheet: which columns, which rows, what is doubtful. Stores
nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.findings.models import Grade, Origin
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
from audit_app.imports.values import norm

LIMITS = Limits(rows=5_000)
"""Nonconformities taken in at a time: more than most organisations collect in twenty years."""

GRADES = {
    "major": ("Major", "Major NC", "Major nonconformity", "严重", "严重不符合", "严重不符合项"),
    "minor": ("Minor", "Minor NC", "Minor nonconformity", "NC", "Nonconformity", "一般", "轻微", "一般不符合",
              "一般不符合项", "轻微不符合", "不符合", "不符合项"),
    "observation": ("Observation", "OBS", "观察项", "观察"),
    "ofi": ("OFI", "Opportunity for improvement", "Opportunity", "Improvement", "改进机会", "改进建议",
            "建议"),
    "good_practice": ("Good practice", "Strength", "良好实践", "亮点"),
}  # fmt: skip
STATES = {
    "closed": ("Closed", "Done", "Completed", "Complete", "Verified", "Effective", "Finished", "已关闭",
               "关闭", "已完成", "完成", "已验证", "关闭有效"),
    "open": ("Open", "In progress", "Ongoing", "New", "Issued", "Overdue", "Pending", "未关闭", "开放",
             "整改中", "进行中", "未完成", "待整改", "待验证", "逾期"),
}  # fmt: skip
ORIGINS = {
    "internal_audit": ("Internal audit", "Audit", "内审", "内部审核"),
    "external_audit": ("External audit", "Certification audit", "外审", "外部审核", "认证审核"),
    "management_review": ("Management review", "管理评审"),
    "indicator": ("KPI", "Indicator", "Missed target", "Monitoring", "指标", "指标未达标"),
    "complaint": ("Complaint", "Customer complaint", "投诉", "客户投诉", "顾客投诉"),
    "incident": ("Incident", "Problem", "事件", "问题"),
    "supplier": ("Supplier", "供应商"),
    "self_reported": ("Self-reported", "Self reported", "Staff", "自查", "自行报告"),
    "risk": ("Risk", "Risk assessment", "风险", "风险评估"),
}
FIELDS = (
    Field(
        "code",
        _l("Number"),
        required=True,
        aliases=(
            "No.",
            "NC no.",
            "NC number",
            "Ref",
            "Reference",
            "ID",
            "NC ID",
            "CAR no.",
            "编号",
            "不符合编号",
            "不符合项编号",
            "序号",
        ),
    ),
    Field(
        "nonconformity",
        _l("What is wrong"),
        required=True,
        aliases=(
            "Nonconformity",
            "Non-conformity",
            "Description",
            "Finding",
            "NC description",
            "Statement",
            "不符合事实",
            "不符合描述",
            "不符合事实描述",
            "问题描述",
            "不符合内容",
            "描述",
        ),
    ),
    Field(
        "raised_on",
        _l("Raised on"),
        required=True,
        kind="date",
        aliases=(
            "Date",
            "Date raised",
            "Raised",
            "Opened",
            "Date opened",
            "Audit date",
            "日期",
            "开具日期",
            "发现日期",
            "审核日期",
            "提出日期",
        ),
    ),
    Field(
        "state",
        _l("State"),
        kind="choice",
        choices=STATES,
        aliases=("Status", "状态", "关闭状态", "是否关闭"),
    ),
    Field(
        "closed_on",
        _l("Closed on"),
        kind="date",
        aliases=("Date closed", "Closed", "Closing date", "关闭日期", "验证日期", "完成日期"),
    ),
    Field(
        "due_on",
        _l("Due"),
        kind="date",
        aliases=("Due date", "Deadline", "Target date", "到期日", "计划完成日期", "要求完成日期", "整改期限"),
    ),
    Field(
        "grade",
        _l("Grade"),
        kind="choice",
        choices=GRADES,
        aliases=(
            "Type",
            "Category",
            "Severity",
            "Class",
            "级别",
            "等级",
            "性质",
            "严重程度",
            "不符合性质",
            "类型",
        ),
    ),
    Field("origin", _l("Origin"), kind="choice", choices=ORIGINS, aliases=("Source", "来源", "不符合来源")),
    Field("title", _l("Title"), aliases=("Subject", "Short description", "标题", "主题")),
    Field(
        "clause",
        _l("Clause"),
        aliases=(
            "Clause no.",
            "Standard clause",
            "Requirement no.",
            "条款",
            "条款号",
            "不符合条款",
            "标准条款",
        ),
    ),
    Field("requirement", _l("Requirement"), aliases=("Criteria", "要求", "准则", "审核准则")),
    Field(
        "objective_evidence", _l("Objective evidence"), aliases=("Evidence", "证据", "客观证据", "审核证据")
    ),
    Field("location", _l("Location"), aliases=("Place", "Site", "地点", "位置", "场所")),
    Field("process", _l("Process"), aliases=("Process area", "过程", "流程")),
    Field(
        "department",
        _l("Department"),
        aliases=("Dept", "Dept.", "Area", "部门", "责任部门", "受审部门", "受审核部门"),
    ),
    Field(
        "owner",
        _l("Owner"),
        aliases=("Responsible", "Responsible person", "Assigned to", "责任人", "负责人", "整改责任人"),
    ),
    Field("correction", _l("Correction"), aliases=("Immediate action", "纠正", "纠正情况", "应急措施")),
    Field(
        "cause", _l("Cause"), aliases=("Root cause", "Root cause analysis", "原因", "原因分析", "根本原因")
    ),
    Field(
        "corrective",
        _l("Corrective action"),
        aliases=("Action", "Actions", "Action plan", "纠正措施", "整改措施", "措施"),
    ),
    Field(
        "effectiveness",
        _l("Effectiveness"),
        aliases=("Verification", "Result", "有效性", "验证结果", "验证情况", "效果验证"),
    ),
)
LONGEST = {
    "code": 40, "title": 200, "clause": 40, "requirement": 5000, "objective_evidence": 10000, "location": 500,
    "nonconformity": 10000, "correction": 2000, "corrective": 2900, "cause": 10000, "effectiveness": 5000,
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What the file may refer to, by its name in small letters: rows of processes, departments, people."""

    processes: Mapping[str, Any]
    departments: Mapping[str, Any]
    people: Mapping[str, Any]
    codes: Collection[str]
    today: date


@dataclass(frozen=True)
class OldPreview:
    """What a sheet would give: ``rows`` are ready to import, ``numbers`` are their rows in the sheet."""

    table: ForeignTable
    mapping: Mapping[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    refusal: Any = None
    ambiguous: bool = False
    """A date can be read in two ways and somebody must say which."""

    @property
    def headings(self) -> dict[str, str]:
        """The mapping by headings: what is remembered for the next file of the source."""
        return {key: self.table.column(letter).header for key, letter in self.mapping.items()}

    def count(self, state: str) -> int:
        """Rows that come in as ``open`` or ``closed``."""
        return sum(row["state"] == state for row in self.rows)


def preview(
    data: bytes,
    filename: str,
    known: Known,
    *,
    sheet: str | None = None,
    header: int | None = None,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    day_first: bool | None = None,
) -> OldPreview:
    """Read a sheet as an old register. ``header`` is the row of the heading (0: there is none; None: guess).

    ``mapping`` gives columns by letter; None takes what is ``remembered`` by heading and guesses the rest.
    Raises :class:`Refused` for a file or sheet that cannot be read; a mapping that does not fit is a
    ``refusal`` in the preview.
    """
    table = open_table(data, filename, sheet, known=words_of(FIELDS), limits=LIMITS)
    if header is not None:
        table = table.set_header(header or None)
    try:
        if mapping is None:
            letters = _proposed(table, remembered or {})
        else:
            letters = {key: find_column(table, name).letter for key, name in mapping.items() if name}
        found = read_rows(table, FIELDS, letters, unique=("code",), day_first=day_first)
    except Refused as refused:
        return OldPreview(table, mapping or {}, refusal=refused.words)
    kept = OldPreview(
        table,
        letters,
        problems=list(found.problems),
        remarks=list(table.notes),
        ambiguous=bool(found.ambiguous),
    )
    for each in found.skipped:
        kept.remarks.append(_l("Row %(row)s is left out: %(words)s.", row=each.row, words=each.words))
    for double in found.duplicates:
        kept.remarks.append(
            _l(
                "Row %(row)s says the same as row %(first)s and is left out.",
                row=double.row,
                first=double.first,
            )
        )
    for number, row in zip(found.good_rows, found.good, strict=True):
        _keep(kept, number, row, known)
    kept.problems.sort(key=lambda problem: problem.row)
    return kept


def _proposed(table: ForeignTable, remembered: Mapping[str, str]) -> dict[str, str]:
    """Columns of the last file of this source where they are still called so; the rest by their names."""
    headings = {column.header: column.letter for column in table.columns if column.header}
    letters = {key: headings[name] for key, name in remembered.items() if name in headings}
    guessed = guess_mapping(table, FIELDS)
    for key, letter in guessed.items():
        if key not in letters and letter not in letters.values():
            letters[key] = letter
    return letters


def _keep(kept: OldPreview, number: int, row: dict[str, Any], known: Known) -> None:
    """One row to its place: ready or a problem. What it refers to and nobody knows is said and left empty."""
    row = {key: row.get(key) for key in (each.key for each in FIELDS)}
    wrong = _wrong(row, known)
    if wrong is not None:
        key, words = wrong
        column = str(kept.table.column(kept.mapping[key])) if key in kept.mapping else ""
        kept.problems.append(Problem(number, column, "", words))
        return
    row["state"] = row["state"] or ("closed" if row["closed_on"] else "open")
    row["grade"] = Grade(row["grade"] or "minor")
    row["origin"] = Origin(row["origin"] or "internal_audit")
    if row["state"] == "closed" and row["closed_on"] is None:
        kept.remarks.append(
            _l("Row %(row)s is closed without a day: the day it was raised is taken.", row=number)
        )
        row["closed_on"] = row["raised_on"]
    if row["state"] == "open":
        row["closed_on"] = None
    if row["due_on"] is not None and row["due_on"] < row["raised_on"]:
        kept.remarks.append(
            _l("Row %(row)s is due before it was raised: its due date is left out.", row=number)
        )
        row["due_on"] = None
    lists = {"process": known.processes, "department": known.departments, "owner": known.people}
    for key, names in lists.items():
        row[key] = _referred(kept, number, key, row[key], names)
    kept.rows.append(row)
    kept.numbers.append(number)


def _referred(kept: OldPreview, number: int, key: str, said: str | None, names: Mapping[str, Any]) -> Any:
    found = names.get(norm(said)) if said else None
    if said and found is None:
        label = next(each.label for each in FIELDS if each.key == key)
        kept.remarks.append(
            _l(
                "Row %(row)s: %(field)s “%(value)s” is not known here and is left empty.",
                row=number,
                field=label,
                value=said[:60],
            )
        )
    return found


def _wrong(row: Mapping[str, Any], known: Known) -> tuple[str, Any] | None:
    """Field and words why a row cannot be taken; None when it can."""
    for key, longest in LONGEST.items():
        if row.get(key) and len(row[key]) > longest:
            return key, _l(
                "this is longer than %(max)s characters: shorten it, or choose another column.", max=longest
            )
    if row["code"] in known.codes:
        return "code", _l("%(code)s exists here already.", code=row["code"])
    if row["raised_on"] > known.today:
        return "raised_on", _l("this day is still to come.")
    if row["closed_on"] is not None and not row["raised_on"] <= row["closed_on"] <= known.today:
        return "closed_on", _l("it cannot have been closed before it was raised, nor in the future.")
    return None


def by_names(rows: Iterable[Any], *attributes: str) -> dict[str, Any]:
    """Rows under each of their names, as :func:`preview` looks them up; a name of two rows names neither."""
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for row in rows:
        for name in {norm(str(getattr(row, each) or "")) for each in attributes} - {""}:
            if found.setdefault(name, row) is not row:
                twice.add(name)
    return {name: row for name, row in found.items() if name not in twice}
