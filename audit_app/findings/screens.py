"""What the pages show beyond the record itself: filters, words on forms, which form belongs to which step."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from flask import get_template_attribute, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from audit_app.accounts.models import Person, in_reader_language
from audit_app.accounts.permissions import Permission
from audit_app.checklists.models import ChecklistItem
from audit_app.core.clock import today
from audit_app.core.workflow import Offer, Step
from audit_app.evidence import queries as evidence
from audit_app.findings import (
    action_services,
    answers,
    cause_screens,
    chart_figures,
    checks,
    cover,
    cover_forms,
    cover_services,
    deadline_forms,
    deadlines,
    escalation,
    extensions,
    filters,
    forms,
    pareto,
    plain,
    queries,
    repeats,
    returned,
    services,
    turns,
    workflow,
)
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.models import (
    SERIES,
    SETTLED,
    Action,
    ActionKind,
    ActionState,
    Finding,
    FindingState,
    Grade,
    Origin,
)
from audit_app.trail import queries as trail

P = Permission
F = FindingState

REGRADE = Step("regrade", _l("Change the grade"), tuple(FindingState), F.DRAFT, P.FINDING_RAISE)
EXTEND = Step("extend", _l("Ask for more time"), tuple(FindingState), F.PLANNED, P.FINDING_ANSWER)
EDIT_ACTION = Step("edit", _l("Change the action"), (ActionState.OPEN,), ActionState.OPEN, P.ACTION_DO)
"""Changes that leave the state alone; written as steps only so that they share the form page."""


def regrade(finding: Finding, *, grade: str, reason: str, by: Person) -> Finding:
    """Regrade with the grade as the form gives it."""
    return services.regrade(finding, grade=Grade(grade), reason=reason, by=by)


FINDING_STEPS: dict[str, tuple[Any, Any]] = {
    "issue": (forms.IssueForm, services.issue),
    "accept": (forms.AcceptForm, answers.accept),
    "dispute": (forms.DisputeForm, answers.dispute),
    "uphold": (forms.ReasonForm, answers.uphold),
    "concede": (forms.ReasonForm, answers.concede),
    "correct": (forms.CorrectForm, answers.correct),
    "analyse": (forms.AnalyseForm, answers.analyse),
    "propose": (forms.ProposeForm, answers.propose),
    "restate": (forms.AnalyseForm, answers.restate),
    "approve_plan": (forms.ApproveForm, answers.approve_plan),
    "return_plan": (forms.ReasonForm, answers.return_plan),
    "start": (forms.NoFactsForm, answers.start),
    "report": (forms.NoFactsForm, answers.report_done),
    "verify": (forms.NoteForm, checks.verify),
    "send_back": (forms.ReasonForm, checks.send_back),
    "close": (forms.CloseForm, checks.close),
    "fail_check": (forms.ReasonForm, checks.fail_check),
    "settle": (forms.SettleForm, checks.settle),
    "reopen": (forms.ReasonForm, checks.reopen),
    "resume": (forms.ReasonForm, checks.resume),
    "withdraw": (forms.ReasonForm, services.withdraw),
}
ACTION_STEPS: dict[str, tuple[Any, Any]] = {
    "done": (forms.NoteForm, action_services.done),
    "grant": (forms.NoFactsForm, action_services.grant),
    "decline": (forms.ReasonForm, action_services.decline),
    "extend": (deadline_forms.ExtendForm, action_services.extend),
    "delegate": (cover_forms.DelegateForm, cover_services.delegate),
    "take_back": (forms.ReasonForm, cover_services.take_back),
    "verify": (forms.NoteForm, action_services.verify),
    "send_back": (forms.ReasonForm, action_services.send_back),
    "cancel": (forms.ReasonForm, action_services.cancel),
}
"""Form and verb of each step."""

WHAT_HAPPENS: dict[str, Any] = {
    "issue": _l("The owner is told, and the deadlines start. Afterwards the statement keeps all its parts."),
    "accept": _l("You agree that the finding is right. If the case is repaired already, say how and when."),
    "dispute": _l("Lead auditor or programme manager decides. Until then no deadline is moved."),
    "uphold": _l("The finding counts as accepted from today; the owner is told your reason."),
    "concede": _l("The finding is withdrawn. It keeps its number and its story. This is final."),
    "correct": _l("The case itself is repaired. What removes the cause comes in the next steps."),
    "analyse": _l("You state why it could happen. The plan is built on it."),
    "propose": _l("Lead auditor or programme manager approves the plan before the work begins."),
    "restate": _l("The cause is worded anew; planned actions stay."),
    "approve_plan": _l("The plan stands from now on, and so does by what and when its effect is checked."),
    "return_plan": _l("The owner gets the plan back with your reason and proposes again."),
    "start": _l("The actions are under way."),
    "report": _l("All actions are done and evidence is attached: an independent auditor is asked to verify."),
    "verify": _l(
        "You confirm that the actions were carried out. Actions reported done count as verified with it."
    ),
    "send_back": _l("The owner gets it back with your reason and reports again."),
    "close": _l("The finding is closed. It can be reopened, with a reason, if it comes back."),
    "fail_check": _l("The owner starts again with correction, cause and plan. Failed checks are counted."),
    "settle": _l("The finding is closed with what became of it."),
    "reopen": _l("The owner starts again with correction, cause and plan. Reopenings are counted."),
    "resume": _l("The finding is open again."),
    "withdraw": _l(
        "The finding does not hold. It keeps its number; its open actions are cancelled. This is final."
    ),
    "regrade": _l("The code stays; deadlines already agreed stay as well."),
    "extend": _l("Somebody else decides. Until then the present date counts; the first one stays on record."),
    "done": _l("Say what was done and put the evidence below. Somebody else verifies it."),
    "cancel": _l("The action ends here; the reason stays on record."),
    "delegate": _l(
        "Somebody else does it for a time and is told. You stay responsible; they never verify it."
    ),
    "take_back": _l("The doing is the owner's again. The other one is told your reason."),
    "grant": _l("The new date counts; the first date stays on record."),
    "decline": _l("The present date stays; the owner is told why."),
}
FINAL = frozenset({"withdraw", "concede", "cancel"})
"""Steps that cannot be taken back: the page asks once more."""
CAUSE_STEPS = frozenset({"analyse", "restate", "propose", "approve_plan", "return_plan"})
"""Steps whose page shows the chain of whys and what can be pointed out about it."""
ENDINGS = frozenset({"withdraw", "cancel"})
"""Steps that end everything at any time: they stand aside from those that lead on."""


def lines(rows: Iterable[Any]) -> Markup:
    """The rows of the list of findings. What was drawn before from the same values is not drawn again."""
    place = str(get_locale()), today(), request.script_root
    return Markup("").join(_line(row, *place) for row in rows)


@lru_cache(maxsize=2000)
def _line(row: Any, _language: str, day: date, _root: str) -> Markup:
    """One row. Its language and the root of its links are read by the template, so they are in the key."""
    process = in_reader_language(row.process_en or "", row.process_zh or "")
    department = in_reader_language(row.department_en or "", row.department_zh or "")
    days = (
        deadlines.days_past(row.original_due_on, row.implemented_at, day) if row.state not in SETTLED else 0
    )
    drawn: Markup = get_template_attribute("findings/_rows.html", "line")(row, process, department, day, days)
    return drawn


def finding_filters(person: Person, given: Mapping[str, str]) -> list[tuple[str, Any, list[tuple[Any, Any]]]]:
    """(name, label, choices) of the filters above the list of findings."""
    return [
        (
            "state",
            _("State"),
            [(queries.OPEN, _("Not settled")), (queries.ISSUED, _("Issued and not withdrawn")), *F.choices()],
        ),
        ("grade", _("Grade"), [(queries.NC, _("All nonconformities")), *Grade.choices()]),
        ("overdue", _("Late"), [("1", _("Only late ones"))]),
        ("aged", _("Past the first date"), filters.bands()),
        ("mine", _("Mine"), [("1", _("Only mine"))]),
        ("process", _("Process"), [(each.id, f"{each.code} {each.name}") for each in queries.processes()]),
        (
            "department",
            _("Department"),
            [(each.id, f"{each.code} {each.name}") for each in queries.departments()]
            + (
                [(chart_figures.NONE, _("No department"))]
                if given.get("department") == chart_figures.NONE
                else []
            ),
        ),
        ("clause", _("Clause"), [(each, each) for each in queries.clauses_in_use()]),
        ("owner", _("Owner"), queries.names()),
        ("audit", _("Audit"), queries.audits_to_choose(person, given.get("audit", ""))),
        ("origin", _("Origin"), Origin.choices()),
        ("cause", _("Kind of cause"), [*CauseCategory.choices(), (pareto.UNSTATED, _("not stated"))]),
        ("kept", _("First date"), filters.kept_choices()),
        ("kept_now", _("Date that stands now"), filters.kept_choices()),
        ("checked", _("Effectiveness"), filters.checked_choices()),
        (
            "again",
            _("Repeats"),
            [(chart_figures.AGAIN, _("Came again")), (chart_figures.FIRST, _("First time"))],
        ),
    ]


def action_filters() -> list[tuple[str, Any, list[tuple[Any, Any]]]]:
    """(name, label, choices) of the filters above the list of actions."""
    return [
        ("mine", _("Mine"), [("1", _("Only mine"))]),
        ("state", _("State"), ActionState.choices()),
        ("overdue", _("Late"), [("1", _("Only late ones"))]),
        ("aged", _("Past the first date"), filters.bands()),
        ("kind", _("Kind"), ActionKind.choices()),
        ("source", _("Source"), [("finding", _("From findings")), ("review", _("From management reviews"))]),
    ]


def _split(offers: list[Offer]) -> dict[str, list[Offer]]:
    """The steps that lead on, and aside from them those that end everything: never the button one hits
    first."""
    return {
        "offers": [each for each in offers if each.step.name not in ENDINGS],
        "endings": [each for each in offers if each.step.name in ENDINGS and each.ready],
    }


def finding_page(finding: Finding, person: Person) -> dict[str, Any]:
    """Everything the page of a finding shows beside its columns."""
    history = trail.history(finding)
    return {
        **_split(workflow.offers(workflow.FINDING, finding, person)),
        **(cause_screens.summary(finding, person) if finding.is_nonconformity else {}),
        "next_words": turns.what_next(finding),
        "next_person": turns.named(finding),
        "stations": turns.stations(finding),
        **_plain(finding, history, person),
        "my_part": cover.theirs([each for each in finding.actions if each.state is ActionState.OPEN], person)
        if finding.state in (F.PLANNED, F.IN_PROGRESS)
        else [],
        "check_ahead": turns.check_ahead(finding),
        "files": evidence.of(finding),
        "action_files": evidence.of_many(Action.__tablename__, [each.id for each in finding.actions]),
        "history": history,
        "earlier": repeats.earlier(finding, to=person),
        "repeat_months": repeats.policy().months,
        "may_edit": services.may_edit(finding, person),
        "may_add": action_services.may_add_to(finding, person),
        "may_regrade": len([each for each in Grade if SERIES[each] == SERIES[finding.grade]]) > 1
        and not finding.settled
        and (
            person.may(P.FINDING_APPROVE) or (finding.state is F.DRAFT and finding.raised_by_id == person.id)
        ),
        "promises": deadlines.promises(finding),
        "late_days": deadlines.days_late(finding),
        "ladder": escalation.of(finding) if finding.due_on else [],
        **_more_time(finding, person),
        "may_attach": evidence.may_attach(finding, person),
    }


def _plain(subject: Finding | Action, history: list[Any], person: Person) -> dict[str, Any]:
    """What the owner reads first: what came back, what is owed, and what the finding is about."""
    finding = subject.finding if isinstance(subject, Action) else subject
    return {
        "returned": returned.of(subject, history),
        "owed": plain.owed(subject, person),
        "about": finding,
        "clause_title": plain.clause_title(finding) if finding is not None else "",
        "grade_means": plain.MEANS[finding.grade] if finding is not None else "",
        "first_date": plain.first_date(finding) if finding is not None else None,
        "item_files": evidence.of(finding.item) if finding is not None and finding.item is not None else [],
    }


def _more_time(subject: Finding | Action, person: Person) -> dict[str, Any]:
    """The requests for more time, whether another one can be made, and whether this person decides."""
    request_ = extensions.waiting(subject)
    return {
        "requests": subject.extensions,
        "granted": extensions.counted(subject),
        "may_ask": extensions.may_ask(subject, person)
        and (person.may(P.FINDING_ANSWER) or person.may(P.FINDING_APPROVE) or isinstance(subject, Action)),
        "may_decide": request_ is not None and extensions.why_not_decide(request_, person) is None,
    }


def action_page(action: Action, person: Person) -> dict[str, Any]:
    """Everything the page of an action shows beside its columns."""
    history = trail.history(action)
    return {
        **_plain(action, history, person),
        **_split(workflow.offers(workflow.ACTION, action, person)),
        "next_words": ACTION_NEXT[action.state],
        "given": cover.standing(action),
        "files": evidence.of(action),
        "history": history,
        "may_edit": action_services.may_edit(action, person),
        "late_days": deadlines.days_late(action),
        "ladder": escalation.of(action),
        **_more_time(action, person),
        "may_attach": evidence.may_attach(action, person),
    }


ACTION_NEXT: dict[ActionState, Any] = {
    ActionState.OPEN: _l("The owner carries it out, attaches evidence and reports it done."),
    ActionState.DONE: _l("Somebody who did not do it looks at the evidence and verifies."),
    ActionState.VERIFIED: _l("Nothing more to do: the action was verified."),
    ActionState.CANCELLED: _l("Nothing more to do: the action was cancelled."),
}


def step_page(subject: Finding | Action, row: Step, person: Person) -> dict[str, Any]:
    """Words of a step's form page, and what still stands in its way."""
    table = workflow.FINDING if isinstance(subject, Finding) else workflow.ACTION
    known = {offer.step.name: offer for offer in workflow.offers(table, subject, person)}
    about = subject if isinstance(subject, Finding) and row.name in CAUSE_STEPS else None
    return {
        **(cause_screens.summary(about, person) if about is not None else {}),
        "what_happens": WHAT_HAPPENS.get(row.name),
        "missing": known[row.name].missing if row.name in known else (),
        "final": row.name in FINAL,
    }


def prefill(form: forms.NewFindingForm, item: ChecklistItem | None, audit_id: int | None, grade: str) -> None:
    """What a checklist item knows already; everything stays editable."""
    if grade in {each.value for each in Grade}:
        form.grade.data = grade
    if item is None:
        if audit_id is not None and "audit_id" in form:
            form.audit_id.data = audit_id
        return
    form.clause.data = item.clause
    form.requirement.data = item.prompt
    form.objective_evidence.data = queries.answer_told(item)
    if item.process is not None:
        form.process_id.data = item.process.id
        form.department_id.data = item.process.department_id
        form.owner_id.data = item.process.owner_id


def new_page(item: ChecklistItem | None, person: Person) -> dict[str, Any]:
    """Where a new finding comes from, and what was written up from there before."""
    if item is None:
        return {"item": None, "already": [], "item_files": [], "back": url_for("findings.index")}
    return {
        "item": item,
        "already": queries.of_item(item, to=person),
        "item_files": evidence.of(item),
        "back": url_for("findings.index", audit=item.checklist.audit_id),
    }
