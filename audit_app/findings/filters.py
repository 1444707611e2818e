"""What a filter of the register is called, and its choices: the same words name the bars that lead there."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.findings import chart_figures, deadlines


def kept_choices() -> list[tuple[str, str]]:
    """What became of a first date, as choices of a filter and as names in a chart."""
    return [
        (chart_figures.IN_TIME, _("Done by the first date")),
        (chart_figures.LATE, _("Done later")),
        (chart_figures.WAITING, _("Missed, not done yet")),
        (chart_figures.AHEAD, _("Still ahead")),
    ]


def checked_choices() -> list[tuple[str, str]]:
    """What checks of effectiveness said, as choices of a filter and as names in a chart."""
    return [(chart_figures.FAILED, _("Not effective")), (chart_figures.HELPED, _("Effective"))]


NARROWED: dict[str, Any] = {
    "raised_from": _l("Raised from"),
    "raised_to": _l("Raised to"),
    "promised_from": _l("First date from"),
    "promised_to": _l("First date to"),
    "closed_from": _l("Closed from"),
    "closed_to": _l("Closed to"),
    "due_from": _l("Due from"),
    "due_to": _l("Due to"),
    "checked_from": _l("Checked from"),
    "checked_to": _l("Checked to"),
    "open_on": _l("Open on"),
}
"""Days that lead here from a figure or a chart: shown as soon as one of them narrows the list."""


def narrowed_by(given: Mapping[str, str]) -> dict[str, list[tuple[str, Any]]]:
    """The fields for what a figure or a chart asked for, so that it can be seen and taken out again."""
    return {
        "dates": [(name, label) for name, label in NARROWED.items() if name in given],
        "words": [("on_clause", _("Clause exactly"))] if "on_clause" in given else [],
    }


def bands() -> list[tuple[str, str]]:
    """The bands of ageing by the first date, as choices of a filter."""
    return [
        (key, _("not past it") if least is None
         else _("more than %(days)s days", days=least - 1) if most is None
         else _("%(first)s–%(last)s days", first=least, last=most))
        for key, (least, most) in deadlines.BANDS.items()
    ]  # fmt: skip
