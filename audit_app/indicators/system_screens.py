"""The trends of the system itself as page, paper and workbook: one set of plain values for all three."""

from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Organisation, Person
from audit_app.core import clock
from audit_app.core.days import written
from audit_app.core.db import db
from audit_app.core.labels import Label
from audit_app.exports import pdf, xlsx
from audit_app.exports.document import Block, Document, Grid, GridColumn, Heading, Letterhead
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Badge, Tone, days, speaking, titled
from audit_app.findings import chart_panels, chart_screens
from audit_app.findings.chart_figures import Selection, selection
from audit_app.findings.chart_panels import Panel
from audit_app.findings.exports import LOCALES
from audit_app.indicators import register, system_audits, system_counts, system_panels
from audit_app.indicators.models import Indicator
from audit_app.indicators.system_counts import By, Outcome
from audit_app.indicators.system_tables import Heat
from audit_app.programme.models import Audit


class View(Label):
    """Which part of the trends a page shows."""

    FINDINGS = "findings", _l("Nonconformities")
    AUDITS = "audits", _l("Audits")
    CLAUSES = "clauses", _l("Clause by clause")

    @classmethod
    def of(cls, asked: str) -> "View":
        """The part that an address asks for; the first one for anything else."""
        return cls(asked) if asked in {each.value for each in cls} else cls.FINDINGS


FILTERS = (*chart_screens.FILTERS, "by", "view")
NAMES = {**system_panels.NAMES, **system_audits.NAMES}


@dataclass(frozen=True)
class Shown:
    """One part: its panels, its tables, and the audits where it is about them."""

    view: View
    by: By
    chosen: Selection
    panels: tuple[Panel, ...] = ()
    heats: tuple[Heat, ...] = ()
    quarters: tuple[tuple[str, list[tuple[Outcome, list[Audit]]]], ...] = ()


def shown(person: Person, given: dict[str, str]) -> Shown:
    """What the address asks for, in a constant number of queries."""
    view, asked = View.of(given.get("view", "")), given.get("by", "")
    by = By(asked) if asked in {each.value for each in By} else By.CLAUSE
    chosen = selection(given)
    if view is View.FINDINGS:
        panels, heat = system_panels.panels(person, chosen, by)
        return Shown(view, by, chosen, tuple(panels), (heat,))
    if not given.get("first_day"):  # a year holds one audit of a clause: a cycle lets them be compared
        chosen = replace(chosen, first=system_counts.wide(chosen).first)
    audits = system_counts.planned(person, chosen)
    answers = system_counts.answers(audits)
    if view is View.AUDITS:
        made = (system_audits.carried_out(audits), system_audits.evidence(answers))
        return Shown(view, by, chosen, made, (), tuple(system_audits.quarters(audits)))
    heats = (system_audits.conformity(answers), system_audits.maturity(answers))
    return Shown(view, by, chosen, (), heats)


def page(person: Person, given: dict[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    found = shown(person, given)
    span = {"first": written(found.chosen.first), "last": written(found.chosen.last)}
    selects = [("by", _("Sorted by"), list(By.choices())), *chart_screens.selects()]
    return {
        "found": found,
        "span": span,
        "selects": selects if found.view is View.FINDINGS else [],
        "views": list(View),
        "indicators": _indicators(found.view),
    }


MEASURES = {
    View.FINDINGS: ("nco", "ncf", "nct", "ncr", "eff"),
    View.AUDITS: ("aud", "cnf", "cwe"),
    View.CLAUSES: (),
}
"""The indicators of the register that tell the same for the whole organisation."""


def _indicators(view: View) -> list[Indicator]:
    known = register.of_the_system()
    return [known[key] for key in MEASURES[view] if known[key].id]


# --- files --------------------------------------------------------------------------------------------------


def made(person: Person, given: dict[str, str], language: str, kind: str) -> bytes:
    """The part as a file: ``kind`` pdf or xlsx, ``language`` zh or en."""
    owner = db.session.get(Organisation, 1)
    with speaking(LOCALES[language]):
        found = shown(person, given)
        return (_paper if kind == "pdf" else _book)(found, owner.name if owner else "", LOCALES[language])


def title(view: View) -> str:
    """What the file is called."""
    return titled(_("Trends of the system"), str(view.label))


def _facts(found: Shown) -> tuple[tuple[str, str], ...]:
    if found.view is View.FINDINGS:
        return (*chart_screens.facts(found.chosen), (_("Sorted by"), str(found.by.label)))
    return ((_("Period"), days(found.chosen.first, found.chosen.last)),)


def _empty(view: View) -> str:
    if view is View.FINDINGS:
        return _("No nonconformity in this selection.")
    return _("No audit in this selection.")


def _paper(found: Shown, organisation: str, locale: str) -> bytes:
    blocks: list[Block] = [Letterhead(title(found.view), "", None, _facts(found))]
    for panel in found.panels:
        blocks += chart_panels.blocks(panel, NAMES[panel.key](), _empty(found.view))
    for heat in found.heats:
        blocks += heat.blocks(_empty(found.view))
    if found.view is View.AUDITS:
        blocks += [Heading(_("Audits"), 2), _audit_grid(found)]
    return pdf.render(
        Document(
            title(found.view), tuple(blocks), organisation=organisation, code=_("Trends"), language=locale,
            created=clock.now(), zone=clock.zone(),
        )
    )  # fmt: skip


def _rows(found: Shown) -> list[tuple[str, Audit, Outcome]]:
    return [(name, audit, kind) for name, row in found.quarters for kind, among in row for audit in among]


def reason(audit: Audit) -> str:
    """Why it was cancelled or changed."""
    return audit.cancel_reason or audit.change_reason


def _audit_grid(found: Shown) -> Grid:
    columns = (
        GridColumn(_("Quarter"), 1), GridColumn(_("Audit"), 4), GridColumn(_("Planned end"), 1.4),
        GridColumn(_("What became of it"), 2), GridColumn(_("Reason"), 3),
    )  # fmt: skip
    rows = tuple(
        (
            name,
            f"{audit.code} {audit.title}",
            audit.ends_on.isoformat(),
            Badge(kind.label, system_audits.TONES[kind]),
            reason(audit),
        )
        for name, audit, kind in _rows(found)
    )
    return Grid(columns, rows, compact=True, empty=_empty(found.view))


def _toned(kind: Outcome) -> Tone:
    return Tone(kind.label, system_audits.TONES[kind])


def _audit_sheet(found: Shown) -> Sheet:
    columns = (
        Column(_("Quarter")), Column(_("Audit"), width=16), Column(_("Title"), width=40),
        Column(_("Planned end"), "date"), Column(_("What became of it"), width=20),
        Column(_("Reason"), width=50),
    )  # fmt: skip
    rows = [
        (
            name,
            audit.code,
            audit.title,
            audit.ends_on,
            Tone(kind.label, system_audits.TONES[kind]),
            reason(audit),
        )
        for name, audit, kind in _rows(found)
    ]
    return Sheet(_("Audits"), columns, rows, facts=_facts(found), empty=_empty(found.view))


def _book(found: Shown, organisation: str, locale: str) -> bytes:
    facts, empty = _facts(found), _empty(found.view)
    sheets = [chart_panels.sheet(each, NAMES[each.key](), facts, empty) for each in found.panels]
    sheets += [each.sheet(NAMES[each.key](), facts, empty) for each in found.heats]
    if found.view is View.AUDITS:
        sheets.append(_audit_sheet(found))
    return xlsx.render(
        Workbook(
            tuple(sheets), title=title(found.view), organisation=organisation, created=clock.now(),
            language=locale, zone=clock.zone(),
        )
    )  # fmt: skip
