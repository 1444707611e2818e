"""Taking a step through its form: evidence with it, two people at once, and nothing typed is lost."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import replies
from audit_app.core.db import db, serialize_writes
from audit_app.evidence import arriving
from audit_app.evidence import queries as evidence
from audit_app.evidence.services import Taken
from audit_app.findings import forms, screens, workflow
from audit_app.findings.models import Action, Finding
from audit_app.trail import queries as trail
from audit_app.web.forms import refused_or

TAKES_FILES = frozenset(
    {"finding.accept", "finding.correct", "finding.analyse", "finding.propose", "finding.start",
     "finding.report", "action.done"}
)  # fmt: skip
"""Steps of the owner whose form takes evidence too."""


def take(subject: Any, form: Any, verb: Any, row: Any, back: str, template: str) -> ResponseReturnValue:
    """Show the form of a step, or take the step."""
    table = workflow.FINDING if isinstance(subject, Finding) else workflow.ACTION
    brings = f"{table.name}.{row.name}" in TAKES_FILES and evidence.may_attach(subject, current_user)
    arrived = _wait_for_turn(subject, brings) if form.is_submitted() else Taken()
    if hasattr(form, "propose"):
        form.propose(subject)
    form.show_version(subject)
    ready = form.validate_on_submit() and _still_possible(table, subject, row, form)
    ready = ready and form.check_fresh(subject) and not arrived.refused
    if ready and refused_or(form, verb, subject, **_facts(form), by=replies.me()):
        flash(_("Done: %(step)s", step=row.label), "success")
        return redirect(back)
    form.refusals += [str(words) for words in arrived.refused]
    return form_page(
        template, form, subject=subject, step=row, back=back, takes_files=brings, kept_files=arrived.kept,
        **screens.step_page(subject, row, current_user),
    )  # fmt: skip


def _wait_for_turn(subject: Finding | Action, brings: bool) -> Taken:
    """Files first, then the write lock and the record as it is now: of two people at once, the second one
    judges by what the first one left."""
    arrived = arriving.keep(subject, replies.me()) if brings else Taken()
    serialize_writes()
    db.session.refresh(subject)
    return arrived


def _still_possible(table: Any, subject: Finding | Action, row: Any, form: Any) -> bool:
    """False when somebody took another step meanwhile; the form then says who did what."""
    if row.name not in table.by_name or table.state(subject) in row.frm:
        return True
    last = next(iter(trail.history(subject, 1)), None)
    form.refusals.append(
        _(
            "Meanwhile %(who)s acted: %(what)s. It now stands at “%(state)s”, where “%(step)s” is not "
            "possible any more. What you typed stays here; take a copy if you still need it.",
            who=last.actor if last is not None else "–",
            what=last.sentence if last is not None else "–",
            state=subject.state.label,
            step=row.label,
        )
    )
    return False


def form_page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A form page: 422 when it comes back."""
    page = render_template(template, form=form, tones=forms.GRADE_TONES, **context)
    return page, 422 if form.is_submitted() else 200


def shown(subject: Any) -> Any:
    """What a form starts from: the record when it is first shown, nothing but what was typed when it comes
    back."""
    return subject if request.method == "GET" else None


def _facts(form: Any) -> dict[str, Any]:
    facts: dict[str, Any] = form.facts() if hasattr(form, "facts") else form.values()
    return facts
