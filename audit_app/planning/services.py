"""Verbs of planning: tell what weighs, propose, adjust, turn into audits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from audit_app.accounts.models import Department, Person, Process
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.planning import facts, phrases, queries, rules, schedule
from audit_app.planning.models import (
    LineChange,
    NoteKind,
    ProcessNote,
    Proposal,
    ProposalLine,
    ProposalState,
)
from audit_app.programme import leads
from audit_app.programme import services as programme
from audit_app.programme.fitness import Plan
from audit_app.programme.independence import Scope
from audit_app.programme.models import Audit, AuditKind, Programme, ProgrammeState
from audit_app.trail import services as trail

YEARS = (1, 3)
CRITERIA = "ISO/IEC 20000-1:2018"
LONGEST_REASON = 2000


def add_note(process: Process, kind: NoteKind, words: str, since: date, *, by: Person | None) -> ProcessNote:
    """Tell what changed in a process, or who demands that it be audited; it weighs in the next proposal."""
    if not words.strip():
        raise Refused(_l("Say in a sentence what changed or what is demanded."), field="sentence")
    if since > today():
        raise Refused(_l("Choose a day up to today: what is still to come cannot weigh yet."), field="since")
    note = ProcessNote(
        process=process, kind=NoteKind(kind), words=words.strip(), since=since, by=by, at=now()
    )
    with trail.act("process.note", note, by=by, process=process.code):
        db.session.add(note)
    return note


def end_note(note: ProcessNote, *, by: Person) -> ProcessNote:
    """Say that a change or demand no longer holds; it stays in the record."""
    if note.ended_on is not None:
        raise Refused(_l("This was ended already."))
    with trail.act("process.note_end", note, by=by, process=note.process.code):
        note.ended_on = max(today(), note.since)
    return note


def propose(first_year: int, years: int, *, by: Person) -> Proposal:
    """Propose the programme of one year or of a cycle of three, from the facts in the house.

    An open proposal that overlaps is discarded in favour of the new one. Raises :class:`Refused`
    when there is no process, or when the year is over or its programme is not open to planning.
    """
    months = _months(first_year, years)
    if not queries.any_process():
        words = _l("There are no processes yet, so there is nothing to plan. Add the processes first.")
        raise Refused(words, field="first_year")
    for old in queries.open_proposals():
        if old.first_year < first_year + years and first_year <= old.last_year:
            discard(old, by=by)
    processes, known, last = facts.gathered(schedule.first_of(months.start))
    found = rules.frequencies(known.values())
    homes = {each.code: each.department_id for each in processes}
    placed = schedule.place([_need(each, last, homes) for each in found], months)
    proposal = Proposal(
        first_year=first_year, years=years, made_by=by, made_at=now(), state=ProposalState.OPEN
    )
    by_code = {each.code: each for each in processes}
    rest = list(facts.rest_of(processes))
    proposal.lines = [_line(each, by_code.get(each.key), placed[each.key], rest) for each in found]
    with trail.act("proposal.make", proposal, by=by):
        db.session.add(proposal)
    return proposal


def _need(found: rules.Frequency, last: dict[str, int | None], homes: dict[str, int | None]) -> schedule.Need:
    return schedule.Need(
        found.key, found.score, found.every, found.half_days, last.get(found.key), homes.get(found.key)
    )


def _line(
    found: rules.Frequency, process: Process | None, months: list[int], rest: list[str]
) -> ProposalLine:
    return ProposalLine(
        process=process, clauses=[] if process else rest, score=found.score, every=found.every,
        half_days=found.half_days, months=months, reasons=[list(each) for each in found.reasons],
        proposed={"months": months, "half_days": found.half_days},
    )  # fmt: skip


def _months(first_year: int, years: int) -> range:
    if years not in YEARS:
        raise Refused(_l("A proposal is for one year or for three."), field="years")
    if not today().year <= first_year <= today().year + 10:
        words = _l("Choose this year or one of the next ten: the past is not planned any more.")
        raise Refused(words, field="first_year")
    months = schedule.horizon(first_year, years, today())
    if not months:
        raise Refused(_l("The year is nearly over. Begin with the next one."), field="first_year")
    for plan in _programmes(first_year, years).values():
        _draft(plan)
    return months


def _programmes(first_year: int, years: int) -> dict[int, Programme]:
    query = select(Programme).where(Programme.year.between(first_year, first_year + years - 1))
    return {each.year: each for each in db.session.scalars(query)}


def _draft(plan: Programme) -> None:
    if plan.state is ProgrammeState.APPROVED:
        words = _l(
            "The programme %(code)s is approved. Take its step “Revise the programme” first.", code=plan.code
        )
        raise Refused(words, field="first_year")
    if plan.state is ProgrammeState.CLOSED:
        words = _l("The programme %(code)s is closed: nothing is planned in it any more.", code=plan.code)
        raise Refused(words, field="first_year")


def adjust(
    line: ProposalLine, months: Iterable[int], days: float, reason: str, *, by: Person
) -> ProposalLine:
    """Choose other months or another effort than proposed; the reason is kept with both."""
    _open(line.proposal)
    wanted, half_days = sorted(set(months)), round(days * 2)
    span = range(line.proposal.first_year * 12, (line.proposal.last_year + 1) * 12)
    if any(month not in span for month in wanted):
        words = _l("An audit lies outside the years %(years)s of this proposal.", years=line.proposal.name)
        raise Refused(words, field="months")
    if not 1 <= half_days <= schedule.MOST_HALF_DAYS:
        raise Refused(_l("An audit takes half a day to five days; plan a longer one as two."), field="days")
    if not reason.strip():
        raise Refused(_l("Say why you plan otherwise than proposed: the reason is kept."), field="reason")
    before = {"months": line.months, "half_days": line.half_days}
    after = {"months": wanted, "half_days": half_days}
    if before == after:
        raise Refused(_l("Nothing differs from what is planned already."), field="months")
    with trail.act("proposal.adjust", line.proposal, by=by, line=line.code, before=before, after=after,
                   reason=reason.strip()):  # fmt: skip
        line.months, line.half_days = wanted, half_days
        line.changes.append(LineChange(before=before, after=after, reason=reason.strip(), by=by, at=now()))
        flag_modified(line, "months")
    return line


def discard(proposal: Proposal, *, by: Person) -> Proposal:
    """Put a proposal aside; it stays readable."""
    _open(proposal)
    with trail.act("proposal.discard", proposal, by=by):
        proposal.state = ProposalState.DISCARDED
    return proposal


def _open(proposal: Proposal) -> None:
    if proposal.state is not ProposalState.OPEN:
        words = _l(
            "This proposal is “%(state)s”. Make a new one to change the plan.", state=proposal.state.label
        )
        raise Refused(words)


def plan_audits(proposal: Proposal, propose_leads: bool = True, *, by: Person) -> list[Audit]:
    """Turn a proposal into planned audits, in the programmes of its years; missing programmes are written.

    Everything or nothing: a refusal (a programme approved meanwhile, no audit left) changes no row.
    """
    _open(proposal)
    plans = _programmes(proposal.first_year, proposal.years)
    for plan in plans.values():
        _draft(plan)
    lines = {line.code: line for line in proposal.lines if line.months}
    ahead = schedule.horizon(proposal.first_year, proposal.years, today())
    late = sorted({month for line in lines.values() for month in line.months if month not in ahead})
    if late:
        words = _l("These months have begun or passed: %(months)s. Adjust the lines first.",
                   months=", ".join(phrases.month_words(month) for month in late))  # fmt: skip
        raise Refused(words)
    if not lines:
        raise Refused(_l("No audit is left in this proposal. Adjust a line first."))
    with trail.act("proposal.plan", proposal, by=by, lines=len(lines)):
        for year in range(proposal.first_year, proposal.last_year + 1):
            plans[year] = plans.get(year) or _written(year, plans, by)
        found = days_and_leads(lines, propose_leads)
        proposal.audits = [_audit(each, lines, plans, by) for each in found]
        proposal.state = ProposalState.PLANNED
    return proposal.audits


def _written(year: int, plans: dict[int, Programme], by: Person) -> Programme:
    """A draft for a year without programme, worded like its neighbour."""
    model = queries.newest_programme(year)
    title = _("Internal audit programme %(year)s", year=year)
    default = _(
        "Show whether the service management system conforms and is effective, and cover every clause."
    )
    return programme.add_programme(
        year, title, model.objectives if model else default, model.risks if model else "",
        model.methods if model else "", (model.manager if model else None) or by, by=by,
    )  # fmt: skip


def days_and_leads(lines: dict[str, ProposalLine], propose_leads: bool) -> list[schedule.Dated]:
    """The audits that lines make, by code of their process: on which days, led by whom; nothing is stored."""
    departments = {key: line.process.department_id if line.process else None for key, line in lines.items()}
    half_days = {key: line.half_days for key, line in lines.items()}
    found = schedule.dated(
        schedule.visits({key: line.months for key, line in lines.items()}, half_days, departments)
    )
    if not propose_leads:
        return found
    bench = leads.bench()
    return schedule.led(
        found, lambda each: [person.id for person in bench.fit(_plan(each, lines))], bench.busy()
    )


def propose_leads(proposal: Proposal, *, by: Person) -> list[Audit]:
    """Choose a lead auditor for the audits of a proposal that have none, where somebody is fit and free by
    now: competence was renewed, a waiver approved, a process handed over. Returns the audits that got one."""
    waiting = leads.without_lead(proposal.audits)
    if not waiting:
        raise Refused(_l("Every audit of this proposal has a lead auditor."))
    work: Counter[int] = Counter(each.lead_id for each in proposal.audits if each.lead_id)
    bench, chosen = leads.bench(), []
    for audit in waiting:
        able = bench.available(audit)
        if able:
            lead = min(able, key=lambda person: (work[person.id], person.id))
            members = [(member.person, member.role) for member in audit.members]
            programme.set_team(audit, lead, members, by=by)
            bench.engage(lead, audit)
            work[lead.id] += 1
            chosen.append(audit)
    return chosen


def _scope(
    each: schedule.Dated, lines: dict[str, ProposalLine]
) -> tuple[list[Process], list[Department], list[Person], list[str]]:
    """Processes, departments, auditees and further clauses of an audit to be."""
    mine = [lines[key] for key in each.visit.keys]
    processes = [line.process for line in mine if line.process]
    departments = _unique(process.department for process in processes)
    auditees = _unique(process.owner for process in processes if process.owner and process.owner.active)
    return processes, departments, auditees, [clause for line in mine for clause in line.clauses]


def _plan(each: schedule.Dated, lines: dict[str, ProposalLine]) -> Plan:
    """What a lead of an audit to be is measured against."""
    processes, departments, auditees, clauses = _scope(each, lines)
    scope = Scope(tuple(processes), tuple(departments), tuple(auditees), on=each.starts_on)
    return Plan.over(scope, each.ends_on, CRITERIA, AuditKind.INTERNAL, clauses)


def _audit(
    each: schedule.Dated, lines: dict[str, ProposalLine], plans: dict[int, Programme], by: Person
) -> Audit:
    processes, departments, auditees, clauses = _scope(each, lines)
    facts_: dict[str, Any] = {
        "kind": AuditKind.INTERNAL, "title": _title(processes, departments), "criteria": CRITERIA,
        "starts_on": each.starts_on, "ends_on": each.ends_on,
        "objective": _("Conclude on conformity and effectiveness (9.2.1)."),
        "rationale": _rationale(lines[key] for key in each.visit.keys), "clauses": clauses,
        "processes": processes, "departments": departments, "sites": _unique(d.site for d in departments),
        "auditees": auditees, "lead": db.session.get(Person, each.lead) if each.lead else None,
    }  # fmt: skip
    return programme.add_audit(plans[each.starts_on.year], **facts_, by=by)


def _title(processes: Sequence[Process], departments: Sequence[Any]) -> str:
    if not processes:
        return str(_("Internal audit: the management system"))
    if len(processes) == 1 or not departments:
        return str(_("Internal audit: %(what)s", what=", ".join(each.name for each in processes)))[:200]
    return str(_("Internal audit: %(what)s", what=departments[0].name))[:200]


def _rationale(lines: Iterable[ProposalLine]) -> str:
    """The reasons of all lines, process by process; with what the manager wrote when adjusting."""
    told = []
    for line in lines:
        words = [*phrases.reasons(line), *(change.reason for change in line.changes)]
        told.append(f"{line.code}: {' · '.join(words)}")
    return "\n".join(told)[:LONGEST_REASON]


def _unique(rows: Iterable[Any]) -> list[Any]:
    found: dict[int, Any] = defaultdict()
    for each in rows:
        if each is not None:
            found.setdefault(each.id, each)
    return list(found.values())
