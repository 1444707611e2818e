"""How a question is answered and when it is asked, as one cell of a sheet that a person can write and read.

``number; high=15; unit=min`` – ``choice; All | 全部 | conform; Some | 部分 | minor`` – ``8.6.1 = no, minor``.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.checklists.fields import KINDS, Settings
from audit_app.checklists.models import Need, Question, ResponseKind, Verdict
from audit_app.core.errors import Refused

KIND_NAMES = {
    "verdict": ResponseKind.GRADE, "grade": ResponseKind.GRADE, "结论": ResponseKind.GRADE,
    "yes_no": ResponseKind.YES_NO, "yes/no": ResponseKind.YES_NO, "yes or no": ResponseKind.YES_NO,
    "是/否": ResponseKind.YES_NO, "是否": ResponseKind.YES_NO, "是或否": ResponseKind.YES_NO,
    "score": ResponseKind.SCORE, "评分": ResponseKind.SCORE, "打分": ResponseKind.SCORE,
    "number": ResponseKind.NUMBER, "数字": ResponseKind.NUMBER, "数值": ResponseKind.NUMBER,
    "date": ResponseKind.DATE, "日期": ResponseKind.DATE,
    "choice": ResponseKind.CHOICE, "选项": ResponseKind.CHOICE, "单选": ResponseKind.CHOICE,
    "text": ResponseKind.TEXT, "文字": ResponseKind.TEXT, "文本": ResponseKind.TEXT,
    "photo": ResponseKind.PHOTO, "照片": ResponseKind.PHOTO, "拍照": ResponseKind.PHOTO,
}  # fmt: skip
"""What people write for each kind; the first name of a kind is the one that is written."""
NEED_NAMES = {
    "nothing": Need.NOTHING, "无": Need.NOTHING, "note": Need.NOTE, "备注": Need.NOTE, "file": Need.FILE,
    "photo": Need.FILE, "照片": Need.FILE, "文件": Need.FILE, "sample": Need.SAMPLE, "抽样": Need.SAMPLE,
}  # fmt: skip
WHOLE = ("target", "within_days")
"""Settings that are whole numbers."""


def kind_of(question: Question) -> str:
    """Kind and settings as one cell; what is as usual is left out."""
    kind, settings = question.kind, question.settings
    if kind is ResponseKind.CHOICE:
        return "; ".join([kind.value, *(option_words(each) for each in settings["options"])])
    usual = KINDS[kind].set_up({})
    told = [f"{name}={value}" for name, value in settings.items() if value != usual[name]]
    return "; ".join(["verdict" if kind is ResponseKind.GRADE else kind.value, *told])


def read_kind(cell: str) -> tuple[ResponseKind, dict[str, Any]]:
    """Kind and complete settings of a cell; an empty one is the plain verdict. Raises :class:`Refused`."""
    name, *parts = [part.strip() for part in re.split(r"[;；]", cell or "verdict")]
    kind = KIND_NAMES.get(name.lower())
    if kind is None:
        raise Refused(
            _l(
                "“%(name)s” is no kind of answer. Write one of: %(kinds)s.",
                name=name,
                kinds=", ".join(_KNOWN),
            )
        )
    given = [part for part in parts if part]
    if kind is ResponseKind.CHOICE:
        settings: dict[str, Any] = {
            "options": [option_of(number, part) for number, part in enumerate(given, start=1)]
        }
    else:
        settings = dict(_pair(part) for part in given)
    return kind, KINDS[kind].set_up(settings)


_KNOWN = ("verdict", *(kind.value for kind in ResponseKind if kind is not ResponseKind.GRADE))


def _pair(part: str) -> tuple[str, Any]:
    name, equals, value = (each.strip() for each in part.partition("="))
    if not equals:
        raise Refused(_l("“%(part)s” cannot be read. Write it as name=value.", part=part))
    return name, int(value) if name in WHOLE and value.isdecimal() else value


def read_need(cell: str) -> Need:
    """The required evidence of a cell. Raises :class:`Refused`."""
    found = NEED_NAMES.get((cell or "nothing").strip().lower())
    if found is None:
        raise Refused(
            _l("“%(name)s” is no kind of evidence. Write note, file, sample or nothing.", name=cell)
        )
    return found


def read_weight(cell: str) -> int:
    """The weight of a cell; an empty one is 1. Raises :class:`Refused`."""
    text = (cell or "1").strip().removesuffix(".0")
    if not text.isdecimal() or int(text) > 10:
        raise Refused(_l("The weight is a whole number from 0 to 10."))
    return int(text)


def condition_of(question: Question, by_lineage: Mapping[str, Question]) -> str:
    """The condition as one cell: the clause it depends on, then the answers; "" when always asked."""
    parent = by_lineage.get(question.asked_if)
    return f"{parent.clause} = {', '.join(question.asked_when)}" if parent is not None else ""


def read_condition(cell: str) -> tuple[str, list[str]]:
    """(clause, answers) of a cell; ("", []) of an empty one. Raises :class:`Refused`."""
    if not (cell or "").strip():
        return "", []
    clause, equals, answers = (each.strip() for each in cell.partition("="))
    when = [each.strip().lower() for each in re.split(r"[,，、]", answers) if each.strip()]
    if not clause or not equals or not when:
        raise Refused(
            _l("“%(cell)s” cannot be read. Write the clause it depends on, =, and the answers.", cell=cell)
        )
    return clause, when


def option_words(option: Settings) -> str:
    """A choice as a person writes it: English | Chinese | verdict; what is empty is left out."""
    return " | ".join(part for part in (option["en"], option["zh"], option["verdict"]) if part)


def option_of(number: int, line: str) -> dict[str, str]:
    """The choice in a line, the ``number``-th. Raises :class:`Refused` when the line cannot be read."""
    parts = [part.strip() for part in re.split(r"[|｜]", line)]
    known = {each.value for each in Verdict} - {"open", "not_applicable"}
    verdict = parts.pop() if len(parts) > 1 and parts[-1] in known else ""
    if len(parts) > 2 or any(len(part) > 100 for part in parts):
        raise Refused(
            _l("Line %(number)s cannot be read. Write it as English | Chinese | verdict.", number=number),
            "options",
        )
    chinese_only = len(parts) == 1 and re.search(r"[\u4e00-\u9fff]", parts[0]) is not None
    english, chinese = ("", parts[0]) if chinese_only else (*parts, "")[:2]
    return {"key": f"c{number}", "en": english, "zh": chinese, "verdict": verdict}
