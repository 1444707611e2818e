"""The audit programme as it was approved: its version, why each process is audited when it is, what was left
out and why, and how the version differs from the one before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.accounts.library import clause_order
from audit_app.dossiers.papers import DASH, moment, paper, signed
from audit_app.exports.document import (
    Block,
    Callout,
    Document,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Badge, Strong, days, listed, named_role, titled, tone_of
from audit_app.planning import phrases
from audit_app.planning.models import ProposalLine
from audit_app.programme import versions
from audit_app.programme.coverage import covers
from audit_app.programme.gaps import scoped_audits
from audit_app.programme.models import EXTERNAL, Audit, AuditState, Programme
from audit_app.programme.record_models import ProgrammeVersion, VersionAudit

Line = Mapping[str, ProposalLine]
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Edition:
    """A version of the programme with the one before it; without a version, the draft as it stands."""

    year: Programme
    version: ProgrammeVersion | None
    before: ProgrammeVersion | None = None
    newest: bool = True

    @property
    def text(self) -> Any:
        """Whose title, objectives, risks and methods are printed."""
        return self.version or self.year

    @property
    def audits(self) -> list[VersionAudit]:
        """The audits as approved; those of a draft as they stand now."""
        if self.version is not None:
            return list(self.version.audits)
        return [versions.copy_of(each) for each in scoped_audits(self.year)]

    @property
    def gaps(self) -> Sequence[Any]:
        """What is left out, each with its reason."""
        return list(self.text.gaps)


def in_force(year: Programme, on: datetime | None = None) -> Edition:
    """The version that was in force at a moment (now, if none is given): the last one approved until then."""
    found = [each for each in versions.of(year) if on is None or each.approved_at <= on]
    if not found:
        return Edition(year, None)
    newest = found[-1].number == max(each.number for each in versions.of(year))
    return Edition(year, found[-1], found[-2] if len(found) > 1 else None, newest)


def every(year: Programme) -> list[Edition]:
    """Every version that was approved, the oldest first; the draft when none was."""
    found = versions.of(year)
    pairs = zip([None, *found], found, strict=False)
    last = found[-1].number if found else 0
    return [Edition(year, each, before, each.number == last) for before, each in pairs] or [
        Edition(year, None)
    ]


def programme(edition: Edition, living: Sequence[Audit], lines: Line) -> Document:
    """The whole paper. ``living``: the audits as they stand, for their teams; ``lines``: the proposal."""
    text, audits = edition.text, edition.audits
    blocks: list[Block] = [
        *_head(edition),
        Heading(_("Objectives"), 2),
        Text(text.objectives or DASH),
        Heading(_("Risks and priorities"), 2),
        Text(text.risks or DASH),
        Heading(_("Methods and responsibilities"), 2),
        Text(text.methods or DASH),
        Heading(_("Criteria"), 2),
        _criteria(audits),
        Heading(_("Audits of the year"), 2),
        _audits(audits, living),
        Heading(_("Why each process is audited when it is"), 2),
        _processes(edition, lines),
        Heading(_("Not covered, and why"), 2),
        _gaps(edition.gaps),
        *_changes(edition),
        KeepTogether((Heading(_("Approval"), 2), Signatures(_signatures(edition)))),
    ]
    number = edition.version.number if edition.version else 0
    return paper(
        _("Audit programme"),
        f"{edition.year.code}-V{number}" if number else edition.year.code,
        blocks,
        version=str(number) if number else _("draft"),
        mark="" if number else _("DRAFT"),
    )


def _head(edition: Edition) -> list[Block]:
    year, version = edition.year, edition.version
    badge = Badge(_("Approved"), "good") if version else Badge(year.state.label, tone_of(year.state.tone))
    approval = (
        listed((version.approved_by.name, moment(version.approved_at))) if version else _("not approved yet")
    )
    facts = (
        (_("Number"), year.code),
        (_("Period"), f"{year.year}-01-01 – {year.year}-12-31"),
        (_("Version"), str(version.number) if version else _("draft")),
        (_("Approved"), approval),
        (_("Audit programme manager"), year.manager.name if year.manager else DASH),
        (_("Why a new version"), version.reason if version and version.reason else DASH),
    )
    head: list[Block] = [Letterhead(_("Audit programme"), edition.text.title, badge, facts)]
    if version is None:
        words = _(
            "No version of this programme was approved. What follows is the draft as it stood when this "
            "file was made."
        )
        head.append(Callout(words, "warn"))
    return head


def _criteria(audits: Sequence[VersionAudit]) -> Grid:
    found: dict[str, list[str]] = defaultdict(list)
    for each in audits:
        found[each.criteria or DASH].append(each.code)
    columns = (GridColumn(_("Criteria"), 5), GridColumn(_("Audits"), 5))
    rows = tuple((criteria, ", ".join(codes)) for criteria, codes in found.items())
    return Grid(columns, rows, compact=True, empty=_("No audit is planned yet."))


def _audits(audits: Sequence[VersionAudit], living: Sequence[Audit]) -> Grid:
    columns = (
        GridColumn(_("Audit"), 3),
        GridColumn(_("Dates"), 1.6),
        GridColumn(_("Processes, clauses, departments, places"), 7.4),
        GridColumn(_("Lead auditor, team"), 1.9),
        GridColumn(_("State when approved"), 1.7),
    )
    teams, names = {each.id: each for each in living}, _names()
    rows = tuple(_audit_row(each, teams.get(each.audit_id), names) for each in audits)
    return Grid(columns, rows, compact=True, empty=_("No audit is planned yet."))


def _audit_row(audit: VersionAudit, living: Audit | None, names: Names) -> tuple[Any, ...]:
    scope = (
        _named("processes", audit, names),
        ", ".join(audit.scope.get("clauses", ())) or DASH,
        _named("departments", audit, names),
        _named("sites", audit, names),
    )
    return (
        (Strong(audit.code), audit.title, str(audit.kind.label)),
        days(audit.starts_on, audit.ends_on),
        tuple(each for each in scope if each != DASH) or DASH,
        (audit.lead or (living.body if living else "") or DASH, *_team(audit, living)),
        Badge(audit.state.label, tone_of(audit.state.tone)),
    )


def _team(audit: VersionAudit, living: Audit | None) -> list[str]:
    """The members as approved, with their function; as they stand where the version did not keep them."""
    if "team" not in audit.scope:
        return (
            [named_role(each.person.name, str(each.role.label)) for each in living.members] if living else []
        )
    return versions.team_of(audit)


def _names() -> Names:
    """Names of processes, departments and places by code, in the reader's language."""
    parts: dict[str, Iterable[Any]] = {
        "processes": accounts.processes(all_=True),
        "departments": accounts.departments(all_=True),
        "sites": accounts.sites(all_=True),
    }
    return {part: {each.code: each.name for each in rows} for part, rows in parts.items()}


def _named(part: str, audit: VersionAudit, names: Names) -> str:
    """What is kept by code, by its name; the code where it is known no more."""
    return listed(names[part].get(code, code) for code in audit.scope.get(part, ())) or DASH


def _processes(edition: Edition, lines: Line) -> Grid:
    """Every process with the audits that cover it and the reasons: those of the rules, and those written.

    Processes with the same audits for the same reasons share a row. An audit that covers no process as a
    whole, such as one of a supplier, stands with its clauses.
    """
    columns = (
        GridColumn(_("Processes"), 6),
        GridColumn(_("Audits"), 2.8),
        GridColumn(_("Why then, and how often"), 5.4),
    )
    held = [each for each in edition.audits if each.state is not AuditState.CANCELLED]
    ours = [each for each in held if each.kind not in EXTERNAL]
    gaps = {each.key: each.reason for each in edition.gaps if each.kind.value == "process"}
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    told: set[str] = set()
    for process in sorted(accounts.process_scopes(), key=lambda each: _first_clause(each.clauses)):
        mine = [each for each in ours if _covered(process, each)]
        why = [*phrases.reasons(lines[process.code])] if process.code in lines else []
        why += [titled(each.code, each.rationale) for each in mine if each.rationale]
        why += [gaps[process.code]] if process.code in gaps else []
        told |= {each.code for each in mine}
        months = tuple(map(_month, mine))
        clauses = f" ({', '.join(process.clauses)})" if process.clauses else ""
        alike[(months, tuple(why))].append(f"{process.name}{clauses}")
    rows = tuple(
        (tuple(names), months or _("none this year"), why or _("No reason is recorded."))
        for (months, why), names in alike.items()
    ) + tuple(
        (listed(each.scope.get("clauses", ())) or DASH, _month(each),
         each.rationale or _("No reason is recorded."))
        for each in ours if each.code not in told
    )  # fmt: skip
    return Grid(columns, rows, compact=True, empty=_("No process is set up."))


def _month(audit: VersionAudit) -> str:
    return f"{audit.code} ({audit.starts_on:%Y-%m})"


def _first_clause(clauses: Iterable[str]) -> Any:
    return min((clause_order(each) for each in clauses), default=clause_order("99"))


def _covered(process: Any, audit: VersionAudit) -> bool:
    if process.code in audit.scope.get("processes", ()):
        return True
    clauses = set(audit.scope.get("clauses", ()))
    return bool(process.clauses) and all(covers(clauses, clause) for clause in process.clauses)


def _gaps(gaps: Sequence[Any]) -> Grid:
    columns = (GridColumn(_("Not covered"), 3), GridColumn(_("Reason"), 7), GridColumn(_("Justified by"), 3))
    rows = tuple(
        (
            Strong(f"{each.kind.label} {each.key}"),
            each.reason,
            (getattr(each, "by_name", "") or each.by.name, moment(each.at)),
        )
        for each in gaps
    )
    return Grid(
        columns, rows, compact=True, empty=_("Every clause and every process is covered by the audits above.")
    )


def _changes(edition: Edition) -> list[Block]:
    """What this version changed, and what has changed since without an approval."""
    blocks: list[Block] = []
    version, before = edition.version, edition.before
    if version is not None:
        title = _("Difference to the version before")
        if before is None:
            blocks += [Heading(title, 2), Text(_("This is the first version that was approved."))]
        else:
            found = versions.difference(before.audits, version.audits)
            blocks += [Heading(title, 2), Text(version.reason or DASH, "note"), _differences(found)]
            blocks += _gap_changes(versions.gap_difference(before.gaps, version.gaps))
        later, gaps = versions.since_approval(edition.year) if edition.newest else ([], [])
        if later or gaps:
            blocks += [Heading(_("Changed since, and not approved yet"), 2), _differences(later)]
            blocks += _gap_changes(gaps)
    return blocks


def _differences(found: Iterable[versions.Difference]) -> Grid:
    columns = (
        GridColumn(_("Audit"), 4),
        GridColumn(_("Change"), 1.8),
        GridColumn(_("Before and after"), 5),
        GridColumn(_("Reason"), 4),
    )
    rows = tuple(
        (
            (Strong(each.code), each.title),
            Badge(each.change.label, tone_of(each.change.tone)),
            tuple(titled(str(label), f"{old or DASH} → {new or DASH}") for label, old, new in each.facts)
            or DASH,
            each.reason or _("No reason is recorded."),
        )
        for each in found
    )
    return Grid(columns, rows, compact=True, empty=_("The same audits; only the text may differ."))


def _gap_changes(found: Sequence[versions.GapDifference]) -> list[Block]:
    if not found:
        return []
    columns = (GridColumn(_("Not covered"), 3), GridColumn(_("Before"), 5), GridColumn(_("After"), 5))
    rows = tuple(
        (Strong(f"{each.kind.label} {each.key}"), each.before or DASH, each.after or DASH) for each in found
    )
    return [Grid(columns, rows, compact=True)]


def _signatures(edition: Edition) -> tuple[Signature, ...]:
    manager, version = edition.year.manager, edition.version
    by, at = (version.approved_by, version.approved_at) if version else (None, None)
    return (
        Signature(_("Audit programme manager"), manager.name if manager else ""),
        signed(_("Approved by"), by, at),
    )


def first_with(audit: Audit) -> ProgrammeVersion | None:
    """The first approved version in which an audit stands; None while no approval has named it."""
    for each in versions.of(audit.programme):
        if any(row.audit_id == audit.id for row in each.audits):
            return each
    return None


def approved_sheet(edition: Edition, living: Sequence[Audit]) -> Sheet:
    """The audits as approved, with reasons, as rows."""
    columns = (
        Column(_("Code")), Column(_("Audit"), wrap=True), Column(_("Kind")), Column(_("First day"), "date"),
        Column(_("Last day"), "date"), Column(_("Lead auditor")), Column(_("Team"), wrap=True),
        Column(_("Processes"), wrap=True), Column(_("Clauses"), wrap=True),
        Column(_("Departments"), wrap=True), Column(_("Sites"), wrap=True), Column(_("Criteria"), wrap=True),
        Column(_("Why now, why this scope"), width=50, wrap=True),
    )  # fmt: skip
    teams, names = {each.id: each for each in living}, _names()
    rows = []
    for each in edition.audits:
        audit = teams.get(each.audit_id)
        team = listed(_team(each, audit))
        scope = [_named(part, each, names) for part in ("processes", "departments", "sites")]
        clauses = ", ".join(each.scope.get("clauses", ()))
        rows.append(
            (each.code, each.title, each.kind.label, each.starts_on, each.ends_on, each.lead, team,
             scope[0], clauses, scope[1], scope[2], each.criteria, each.rationale)
        )  # fmt: skip
    number = edition.version.number if edition.version else None
    title = _("Version %(number)s", number=number) if number else _("Draft")
    return Sheet(title, columns, rows, heading=f"{edition.text.title} · {title}")
