"""The chapter of programmes and audits: planned by year, approved, conducted, reported, closed."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from audit_app.accounts.library import assessable_clauses
from audit_app.checklists import queries as library
from audit_app.checklists import services as checklists
from audit_app.core import workdays
from audit_app.demo import fieldwork, planning, reports
from audit_app.demo.story import Story, texts
from audit_app.programme import queries as programmes
from audit_app.programme import services as programme
from audit_app.programme.models import EXTERNAL, AuditKind, AuditState, ProgrammeState, TeamRole

BEGIN = -1000
NOTICE = 9
TEMPLATE, INTEGRATED = "iso20000-1-2018", "iso27001-2022"


def tell(story: Story) -> None:
    """Put the events of all programmes and audits on the list."""
    entries = texts("audits")["audits"]
    years = sorted({story.day(each["facts"]["start"]).year for each in entries})
    for year in years:
        mine = [each for each in entries if story.day(each["facts"]["start"]).year == year]
        written = max(BEGIN + 1, story.offset(date(year - 1, 12, 2)))
        known = [each for each in mine if each["facts"].get("planned", BEGIN) <= written]
        story.plan(written, 10, partial(_write_programme, story, year, known))
        for each in mine:
            if each not in known:
                story.plan(each["facts"]["planned"], 14, partial(_plan_later, story, year, each))
        story.plan(written + 6, 15, partial(_approve, story, year))
    for each in entries:
        _life(story, each)
    story.plan(-150, 11, lambda: _close_years(story))


def _write_programme(story: Story, year: int, entries: list[dict[str, Any]]) -> None:
    told, lin = story.said(texts("audits")["programme"]), story.people["lin"]
    words = {key: told[key] for key in ("objectives", "risks", "methods")}
    words["title"] = told["title"].format(year=year)
    # In the days when the proposal is made before the programme is written, its draft is there already.
    made = next((each for each in programmes.open_programmes() if each.year == year), None)
    if made is None:
        made = programme.add_programme(year, manager=lin, by=lin, **words)
    else:
        programme.edit_programme(made, manager=lin, by=lin, **words)
    story.audits[f"programme {year}"] = made
    for each in entries:
        _plan_audit(story, made, each)


def _plan_later(story: Story, year: int, entry: dict[str, Any]) -> None:
    """What nobody could know when the year was planned; the next version of the programme holds it."""
    _plan_audit(story, story.audits[f"programme {year}"], entry)


def _plan_audit(story: Story, year: Any, entry: dict[str, Any]) -> None:
    facts, words, people = entry["facts"], story.said(entry), story.people
    kind, start = AuditKind(facts["kind"]), story.day(facts["start"])
    clauses = list(assessable_clauses()) if facts["clauses"] == "all" else facts["clauses"]
    story.audits[entry["key"]] = programme.add_audit(
        year,
        kind,
        words["title"],
        story.said(texts("audits")["criteria"]) + words.get("criteria", ""),
        start,
        _ends_on(story, facts),
        objective=words["objective"],
        rationale=words.get("rationale", ""),
        clauses=clauses,
        processes=[story.processes[code] for code in facts.get("processes", [])],
        departments=[story.departments[code] for code in facts.get("departments", [])],
        sites=[story.sites[code] for code in facts.get("sites", ["SHA", "CTU"])],
        auditees=[people[key] for key in facts["auditees"]],
        lead=people[facts["lead"]] if "lead" in facts else None,
        members=[(people[key], TeamRole.AUDITOR) for key in facts.get("members", [])],
        body=story.said(texts("audits")["body"]) if kind in EXTERNAL else "",
        by=people["lin"],
    )


def _approve(story: Story, year: int) -> None:
    plan = story.audits[f"programme {year}"]
    planning.justify(story, plan)
    programme.approve_programme(plan, by=story.people["chen"])


def _life(story: Story, entry: dict[str, Any]) -> None:
    """Notice, start, days of answers, report. Findings hang themselves in between (see ``findings``)."""
    facts, key = entry["facts"], entry["key"]
    start, lin = facts["start"], story.people["lin"]
    if "cancel" in facts:
        story.plan(
            facts["cancel"],
            11,
            lambda: programme.cancel(story.audits[key], story.said(entry)["cancel"], by=lin),
        )
        return
    if key != "sv2":
        story.plan(
            facts.get("notice", start - NOTICE), 10.5, lambda: programme.notify(story.audits[key], by=lin)
        )
    if start > 0:
        if "lead" in facts:
            story.plan(facts["notice"], 14, lambda: _add_checklist(story, key, facts))
        return
    lead = story.people[facts.get("lead", "lin")]
    if "lead" in facts:
        story.plan(start - 3, 14, lambda: _add_checklist(story, key, facts))
        story.plan(start, 8.5, lambda: programme.start(story.audits[key], by=lead))
        story.plan(start, 8.75, lambda: fieldwork.answer(story, key))
    if "conclusion" in entry["en"]:
        end = story.worked(last_day(story, facts) + 4)
        story.plan(end, 15, lambda: _prepare_report(story, key, entry, lead))
        story.plan(end, 16, lambda: _report(story, key, entry, lead))
        story.plan(end + 2, 10, lambda: close_if_settled(story, key))


def _prepare_report(story: Story, key: str, entry: dict[str, Any], lead: Any) -> None:
    """Our own report is written, and its major grades are approved, before it is issued."""
    if not story.audits[key].external:
        reports.prepare(story, key, story.said(entry)["conclusion"], lead)


def _report(story: Story, key: str, entry: dict[str, Any], lead: Any) -> None:
    """Our own audits issue their report; a certification body's has its result recorded."""
    if story.audits[key].external:
        programme.report(story.audits[key], story.said(entry)["conclusion"], by=lead)
    else:
        reports.issue(story, key, lead)


def last_day(story: Story, facts: dict[str, Any]) -> int:
    """The last day of an audit, counted from today: its days are working days."""
    return story.offset(_ends_on(story, facts))


def _ends_on(story: Story, facts: dict[str, Any]) -> date:
    """Nobody is audited on a public holiday: an audit that would run into one ends before it."""
    start = story.day(facts["start"])
    day = story.after(start, facts["days"] - 1)
    while day > start and not workdays.is_working(day):
        day -= timedelta(days=1)
    return day


def _add_checklist(story: Story, key: str, facts: dict[str, Any]) -> None:
    """The audit's own copy of the shipped checklist, cut to its clauses."""
    version = next(each for each in library.published() if each.template.key == TEMPLATE)
    clauses = None if facts["clauses"] == "all" else facts["clauses"]
    lead = story.people[facts["lead"]]
    checklists.add_checklist(story.audits[key], version, by=lead, clauses=clauses)
    if "integrated" in facts:
        other = next(each for each in library.published() if each.template.key == INTEGRATED)
        checklists.add_checklist(story.audits[key], other, by=lead, clauses=facts["integrated"])


def close_if_settled(story: Story, key: str) -> None:
    """Close a reported audit whose nonconformities are all settled; called after each finding's end."""
    audit = story.audits[key]
    open_ = [each for each in audit.findings if each.is_nonconformity and not each.settled]
    if audit.state is AuditState.REPORTED and not open_:
        programme.close(audit, by=story.people["lin"])


def _close_years(story: Story) -> None:
    """Close the programmes of past years in which nothing is open any more."""
    for key, year in story.audits.items():
        if not key.startswith("programme") or year.year >= story.today.year:
            continue
        ended = all(each.state in (AuditState.CLOSED, AuditState.CANCELLED) for each in year.audits)
        if ended and year.state is ProgrammeState.APPROVED:
            programme.close_programme(year, by=story.people["lin"])
