"""From the database to the report of an audit, in a number of queries that does not grow with its rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from audit_app.accounts import queries as accounts
from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Bilingual, Person
from audit_app.agenda import queries as agenda
from audit_app.checklists import queries as checklists
from audit_app.checklists import scores
from audit_app.checklists.fieldwork import Answer, Fieldwork
from audit_app.checklists.models import ChecklistItem, Verdict
from audit_app.checklists.titles import titles_of
from audit_app.competence.standards import clause_told, of_home
from audit_app.core.clock import local, now, zone
from audit_app.core.frozen import Name
from audit_app.core.rounding import half_up
from audit_app.evidence import queries as evidence
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme.coverage import clauses_of, covers
from audit_app.programme.independence import conflicts
from audit_app.programme.models import Audit
from audit_app.programme.waivers import waivers_of
from audit_app.programme.workflow import scope_of
from audit_app.reports.models import AuditReport, code_of
from audit_app.reports.tree import (
    Counts,
    Difference,
    Found,
    Met,
    Meta,
    Omitted,
    Player,
    Proof,
    Report,
    Result,
    Sampled,
    Scope,
    Signed,
    Supplement,
    Tie,
    Unit,
    Waived,
)

ORDER = {grade: place for place, grade in enumerate(Grade)}


def compile_report(
    report: AuditReport,
    *,
    number: int = 0,
    issued: Signed | None = None,
    supplement: Supplement | None = None,
    to: Person,
) -> Report:
    """The report as things stand now. Changes nothing; ``to`` is who asks, or who issues it."""
    audit = report.audit
    work = checklists.fieldwork(audit, to=to)
    findings = findings_of(audit)
    return Report(
        meta=_meta(audit, number, issued),
        scope=_scope(audit),
        team=_team(audit),
        auditees=tuple(_player(each, "auditee") for each in audit.auditees),
        counts=_counts(work.answers),
        by_process=_by_process(audit, work, findings),
        by_clause=_by_clause(work, findings),
        findings=_found(findings),
        samples=_samples(work),
        bare=len(work.bare),
        omitted=_omitted(work),
        uncovered=_uncovered(audit, work),
        ties=_ties(audit),
        waivers=_waivers(audit),
        meetings=_meetings(audit),
        differences=_differences(audit),
        grades=_grades(report, findings),
        conclusion=audit.conclusion,
        obstacles=report.obstacles,
        not_covered=report.not_covered,
        follow_up=report.follow_up,
        recipients=tuple(_player(each, "recipient") for each in report.recipients),
        others=report.others,
        supplement=supplement,
    )


def findings_of(audit: Audit) -> list[Finding]:
    """What the report tells of: every finding that is not withdrawn, the gravest first."""
    kept = [each for each in audit.findings if each.state is not FindingState.WITHDRAWN]
    return sorted(kept, key=lambda each: (ORDER[each.grade], clause_order(each.clause), each.code))


def name_of(row: Bilingual | None) -> Name | None:
    """Master data in both languages."""
    return Name(row.name_en, row.name_zh) if row is not None else None


def _named(row: Bilingual) -> Name:
    return Name(row.name_en, row.name_zh)


def _units(rows: Iterable[Any]) -> tuple[Unit, ...]:
    return tuple(Unit(each.code, _named(each)) for each in rows)


def _player(person: Person, role: str) -> Player:
    return Player(person.name, role, person.job_title, name_of(person.department))


def _team(audit: Audit) -> tuple[Player, ...]:
    lead = (_player(audit.lead, "lead"),) if audit.lead else ()
    return (*lead, *(_player(member.person, member.role.value) for member in audit.members))


def _meta(audit: Audit, number: int, issued: Signed | None) -> Meta:
    organisation = accounts.organisation()
    empty = Name("", "")
    manager = audit.programme.manager
    return Meta(
        code=code_of(audit, number),
        audit=audit.code,
        number=number,
        kind=audit.kind.value,
        title=audit.title,
        organisation=_named(organisation) if organisation else empty,
        org_scope=Name(organisation.scope_en, organisation.scope_zh) if organisation else empty,
        confidentiality=Name(organisation.confidentiality_en, organisation.confidentiality_zh)
        if organisation
        else empty,
        practice=organisation.audit_standard if organisation else "",
        programme=audit.programme.code,
        programme_title=audit.programme.title,
        starts_on=audit.starts_on,
        ends_on=audit.ends_on,
        notified_at=audit.notified_at,
        started_at=audit.started_at,
        lead=audit.lead.name if audit.lead else "",
        manager=manager.name if manager else "",
        compiled_at=issued.at if issued else now(),
        issued=issued,
        zone=str(zone()),
    )


def _scope(audit: Audit) -> Scope:
    return Scope(
        objective=audit.objective,
        criteria=audit.criteria,
        rationale=audit.rationale,
        clauses=tuple(sorted(clauses_of(audit), key=clause_order)),
        processes=_units(audit.processes),
        departments=_units(audit.departments),
        sites=_units(audit.sites),
    )


def _counts(answers: Sequence[Answer]) -> Counts:
    found = Counter(answer.verdict.value for answer in answers)
    return Counts(**{verdict.value: found[verdict.value] for verdict in Verdict})


def _by_process(audit: Audit, work: Fieldwork, findings: Sequence[Finding]) -> tuple[Result, ...]:
    """Each process of the scope: the questions that belong to it, else those of its clauses."""
    of_process: dict[int, list[Answer]] = defaultdict(list)
    for answer in work.answers:
        if answer.item.process_id is not None:
            of_process[answer.item.process_id].append(answer)
    results = []
    for process in audit.processes:
        mine = of_process.get(process.id) or [
            answer
            for answer in work.answers
            if of_home(_standard(answer.item)) and covers(set(process.clauses), answer.item.clause)
        ]
        codes = tuple(each.code for each in findings if each.process_id == process.id)
        level = scores.of(process, mine).maturity
        results.append(Result(process.code, _named(process), _counts(mine), codes, _rounded(level)))
    return tuple(results)


def _rounded(level: float | None) -> Decimal | None:
    """A maturity as it is kept: two decimals; None where no question is answered by a score."""
    return None if level is None else half_up(level, 2)


def _by_clause(work: Fieldwork, findings: Sequence[Finding]) -> tuple[Result, ...]:
    """Each clause that has a question or a finding, in the order of the standard."""
    asked: dict[str, list[Answer]] = defaultdict(list)
    for answer in work.answers:
        asked[_told(answer.item)].append(answer)
    for finding in findings:
        asked.setdefault(_told_of(finding), [])
    titles = titles_of(asked)
    return tuple(
        Result(
            clause,
            titles.get(clause) or _asked(answers),
            _counts(answers),
            tuple(each.code for each in findings if _told_of(each) == clause),
        )
        for clause, answers in sorted(asked.items(), key=lambda pair: _clause_order(pair[0]))
        if clause
    )


def _asked(answers: Sequence[Answer]) -> Name:
    """Of a clause whose title nothing in the library knows: how its first question is titled."""
    return Name(answers[0].item.title_en, answers[0].item.title_zh) if answers else Name("", "")


def _standard(item: ChecklistItem) -> str:
    return item.checklist.template_version.template.standard


def _told(item: ChecklistItem) -> str:
    return clause_told(_standard(item), item.clause)


def _told_of(finding: Finding) -> str:
    """The clause of a finding: that of its question with the standard, as long as nobody changed it."""
    item = finding.item
    return _told(item) if item is not None and item.clause == finding.clause else finding.clause


def _clause_order(told: str) -> tuple[Any, ...]:
    """Our own standard first, then each other one in the order of its clauses."""
    standard, _space, clause = told.rpartition(" ")
    return (standard, clause_order(clause))


def _found(findings: Sequence[Finding]) -> tuple[Found, ...]:
    files = evidence.of_many("finding", [each.id for each in findings])
    answered = evidence.of_many("checklist_item", [each.item_id for each in findings if each.item_id])
    return tuple(
        Found(
            code=each.code,
            grade=each.grade.value,
            title=each.title,
            requirement=each.requirement,
            evidence=each.objective_evidence,
            statement=each.nonconformity,
            location=each.location,
            recommendation=each.recommendation,
            clause=_told_of(each),
            process=name_of(each.process),
            department=name_of(each.department),
            owner=each.owner.name if each.owner else "",
            auditor=each.raised_by.name,
            raised_on=each.raised_on,
            response_due_on=each.response_due_on,
            due_on=each.due_on,
            files=tuple(
                Proof(file.filename, file.sha256)
                for file in (*files.get(each.id, ()), *answered.get(each.item_id or 0, ()))
            ),
        )
        for each in findings
    )


def _samples(work: Fieldwork) -> tuple[Sampled, ...]:
    return tuple(
        Sampled(
            _told(answer.item),
            answer.sample["population"],
            answer.sample["size"],
            answer.sample["method"],
            len(answer.sample["exceptions"]),
        )
        for answer in work.answers
        if answer.sample
    )


def _omitted(work: Fieldwork) -> tuple[Omitted, ...]:
    return tuple(
        Omitted(
            _told(answer.item),
            Name(answer.item.title_en, answer.item.title_zh),
            answer.verdict.value,
            answer.note,
        )
        for answer in work.answers
        if answer.verdict in (Verdict.NOT_APPLICABLE, Verdict.OPEN)
    )


def _uncovered(audit: Audit, work: Fieldwork) -> tuple[Unit, ...]:
    """Processes of the scope to which no question was asked."""
    asked = {
        answer.item.clause for answer in work.answers if answer.answered and of_home(_standard(answer.item))
    }
    named = {answer.item.process_id for answer in work.answers if answer.answered}
    return _units(
        process
        for process in audit.processes
        if process.id not in named and not any(covers(set(process.clauses), clause) for clause in asked)
    )


def _ties(audit: Audit) -> tuple[Tie, ...]:
    """What the rule of independence finds today; an issued report should hold none that is not waived."""
    return tuple(
        Tie(each.person.name, _subject(each.subject)) for each in conflicts(audit.auditors, scope_of(audit))
    )


def _subject(subject: Any) -> Name:
    if isinstance(subject, Bilingual):
        return _named(subject)
    return Name(subject.name, subject.name)


def _waivers(audit: Audit) -> tuple[Waived, ...]:
    return tuple(
        Waived(
            each.person.name,
            Name("; ".join(row["en"] for row in each.covers), "；".join(row["zh"] for row in each.covers)),
            each.reason,
            each.measure,
            each.approved_by.name if each.approved_by else "",
            local(each.approved_at).date() if each.approved_at else None,
        )
        for each in waivers_of(audit)
    )


def _meetings(audit: Audit) -> tuple[Met, ...]:
    """Opening and closing meeting as recorded, with who was there."""
    return tuple(
        Met(kind.value, each.held_at, each.place, tuple(row.name for row in each.attendees))
        for kind, each in agenda.meetings_of(audit).items()
    )


def _differences(audit: Audit) -> tuple[Difference, ...]:
    """Diverging opinions that nobody could settle until the report."""
    return tuple(
        Difference(each.who, f"{each.about}: {each.words}" if each.about else each.words)
        for each in agenda.diverging_opinions(audit)
        if not each.settled.strip()
    )


def majors(findings: Iterable[Finding]) -> list[str]:
    """Codes of the major nonconformities: what the second approval is given for."""
    return sorted(each.code for each in findings if each.grade is Grade.MAJOR)


def _grades(report: AuditReport, findings: Sequence[Finding]) -> Signed | None:
    """Who approved the major grades, while the approval still fits them."""
    if report.grades_by is None or report.grades_at is None or sorted(report.grades) != majors(findings):
        return None
    moment: datetime = report.grades_at
    return Signed(report.grades_by.name, moment)
