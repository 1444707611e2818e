"""The main navigation as a table: label, icon, endpoint, and who has a use for it."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.notifications import queries as notifications


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    label: Any
    icon: str
    endpoint: str
    needs: tuple[P, ...] = ()
    also: tuple[str, ...] = ()


ENTRIES = (
    Entry(_l("My work"), "home", "home.index", also=("home.notice",)),
    Entry(_l("My actions"), "checkbox", "home.my_actions", (P.ACTION_DO,), ("findings.absence",)),
    Entry(_l("Dashboard"), "chart-bar", "home.dashboard", (P.PROGRAMME_SEE,), ("home.steering",)),
    Entry(
        _l("Audit programme"),
        "calendar-event",
        "programme.index",
        (P.PROGRAMME_SEE,),
        ("programme.", "planning.", "competence.", "agenda.", "reports.", "dossiers."),
    ),
    Entry(_l("Certification"), "certificate", "certification.index", (P.PROGRAMME_SEE,), ("certification.",)),
    Entry(
        _l("Findings"),
        "alert-circle",
        "findings.index",
        (P.FINDING_SEE,),
        ("findings.show", "findings.new", "findings.edit", "findings.step", "findings.regrade"),
    ),
    Entry(_l("Actions"), "checklist", "findings.actions", (P.FINDING_SEE,), ("findings.action",)),
    Entry(_l("Improvements"), "bulb", "improvements.index", (P.IMPROVEMENT_SEE,), ("improvements.",)),
    Entry(_l("Indicators"), "chart-line", "indicators.index", (P.INDICATOR_SEE,), ("indicators.",)),
    Entry(
        _l("Management reviews"),
        "presentation",
        "reviews.index",
        (P.REVIEW_SEE, P.REVIEW_CONTRIBUTE),
        ("reviews.",),
    ),
    Entry(_l("Checklist library"), "books", "checklists.library", (P.TEMPLATE_SEE,), ("checklists.",)),
    Entry(_l("Clause texts"), "book", "standards.index", (P.TEMPLATE_SEE,), ("standards.",)),
    Entry(
        _l("Tablets"),
        "device-tablet",
        "checklists.device_list",
        (P.ANSWER_RECORD, P.PEOPLE_MANAGE),
        ("checklists.device",),
    ),
    Entry(
        _l("People and organisation"),
        "users",
        "accounts.index",
        (),
        ("accounts.", "home.mail", "home.person_", "retention."),
    ),
    Entry(_l("Trail"), "history", "home.trail_index", (P.TRAIL_SEE,)),
)


def _fit(entry: Entry, here: str) -> int:
    """How much of an endpoint's name an entry speaks for, in letters; the longest is the one marked."""
    return max((len(part) for part in entry.also if here.startswith(part)), default=0)


def unread() -> int:
    """How many notices wait for the person: a session's person was read together with that number."""
    reader = g.get("reader")
    return reader.unread if reader is not None else notifications.count_unread(current_user)


def navigation() -> list[dict[str, Any]]:
    """The entries this person has a use for, with the present one marked."""
    if not current_user.is_authenticated:
        return []
    here = request.endpoint or ""
    mine = current_user.permissions if current_user.is_active else frozenset()
    shown = [entry for entry in ENTRIES if not entry.needs or mine.intersection(entry.needs)]
    exact = any(entry.endpoint == here for entry in shown)
    longest = max((_fit(entry, here) for entry in shown), default=0)
    return [
        {
            "label": entry.label,
            "icon": entry.icon,
            "url": url_for(entry.endpoint),
            "active": entry.endpoint == here or (not exact and longest > 0 and longest == _fit(entry, here)),
            "badge": unread() if entry.endpoint == "home.index" else 0,
        }
        for entry in shown
    ]


def init_app(app: Flask) -> None:
    """Give templates ``navigation()``."""
    app.jinja_env.globals["navigation"] = navigation
