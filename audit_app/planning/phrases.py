"""The reasons of a proposal in words: a sentence per rule, made when it is read, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from audit_app.core import days
from audit_app.core.workdays import announced
from audit_app.planning.models import ProposalLine
from audit_app.planning.rules import LOOK_BACK
from audit_app.planning.schedule import first_of

IMPORTANCE = {0: _l("Low importance"), 1: _l("Normal importance"), 2: _l("High importance")}


def every_words(every: int) -> str:
    """A frequency in words."""
    return {
        6: _("twice a year"),
        12: _("once a year"),
        18: _("every 18 months"),
        36: _("once in three years"),
    }[every]


def half_days_words(half_days: int) -> str:
    """An effort in auditor days: 0.5, 1, 1.5 …"""
    days = f"{half_days / 2:g}"
    return ngettext("%(days)s auditor day", "%(days)s auditor days", 1 if half_days <= 2 else 2, days=days)


def month_words(month: int) -> str:
    """A numbered month as year and month."""
    return days.month(first_of(month))


def unannounced(years: Iterable[int]) -> str:
    """Says of which years the public holidays are not known yet; nothing when all are."""
    unknown = [str(year) for year in years if not announced(year)]
    if not unknown:
        return ""
    return _(
        "The public holidays and swapped working days of %(years)s are not known here yet (the State Council "
        "announces them in the autumn before). Audits of these years are planned on Monday to Friday without "
        "the holidays of a fixed date; look at their days again once they are known.",
        years=", ".join(unknown),
    )


def reasons(line: ProposalLine) -> list[str]:
    """Why a line is proposed as it is: factors with their points, then what follows from them."""
    return [words for key, points, values in line.reasons if (words := _said(key, points, values))]


def _said(key: str, points: int, values: dict[str, Any]) -> str:
    if key == "frequency":
        return _("%(score)s points in all: %(every)s.", score=points, every=every_words(values["every"]))
    if key == "yearly":
        return _("Yearly at least, because the law or a customer demands it.")
    if key == "effort":
        return ngettext(
            "%(clauses)s clause: %(days)s per audit.", "%(clauses)s clauses: %(days)s per audit.",
            values["clauses"], clauses=values["clauses"], days=half_days_words(values["half_days"]),
        )  # fmt: skip
    said = _factor(key, values)
    return ngettext("%(factor)s (%(num)s point)", "%(factor)s (%(num)s points)", points, factor=said)


def _factor(key: str, values: dict[str, Any]) -> str:
    if key == "importance":
        return str(IMPORTANCE[values["count"] - 1])
    if key == "months":
        if values["months"] is None:
            return _("Never audited so far")
        return _("Last audit %(months)s months before", months=values["months"])
    count = values["count"]
    if key == "changes":
        return ngettext("%(num)s change since the last audit", "%(num)s changes since the last audit", count)
    if key == "legal":
        return ngettext("%(num)s legal demand", "%(num)s legal demands", count)
    if key == "customer":
        return ngettext("%(num)s customer demand", "%(num)s customer demands", count)
    if key == "majors":
        return ngettext("%(num)s major nonconformity in %(months)s months",
                        "%(num)s major nonconformities in %(months)s months", count,
                        months=LOOK_BACK)  # fmt: skip
    if key == "minors":
        return ngettext("%(num)s minor nonconformity in %(months)s months",
                        "%(num)s minor nonconformities in %(months)s months", count,
                        months=LOOK_BACK)  # fmt: skip
    return ngettext("%(num)s repeated nonconformity", "%(num)s repeated nonconformities", count)


def absence(line: ProposalLine, year: int) -> str:
    """Why a line has no audit in a year, in words: its months, or what was written when it was adjusted."""
    planned = [month for month in line.months if month // 12 != year]
    if line.adjusted and line.changes:
        return line.changes[-1].reason
    why = ", ".join(_factor(key, values) for key, points, values in line.reasons
                    if key in ("importance", "months") and (points or key == "importance"))  # fmt: skip
    when = ", ".join(month_words(month) for month in planned)
    if when:
        return _("Not due this year: %(every)s (%(why)s). Planned for %(when)s.",
                 every=every_words(line.every), why=why, when=when)  # fmt: skip
    return _("Not due this year: %(every)s (%(why)s).", every=every_words(line.every), why=why)
