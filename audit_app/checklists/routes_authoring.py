"""Authoring a draft: how a question is answered, when it is asked, what is taken over, what changed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.accounts.permissions import Permission
from audit_app.checklists import (
    copies,
    difference,
    fields,
    forms_authoring,
    queries,
    questions,
    reuse,
    services,
)
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.models import Need, Question, ResponseKind, VersionState
from audit_app.checklists.routes_library import EDIT, SEE, me
from audit_app.core.errors import NotVisible, Refused
from audit_app.standards import crosswalk
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

MOST = 60
"""Questions offered at once; a search narrows them."""


def _draft_question(id: int) -> Question:
    question = queries.get_question(id, to=me())
    services.refuse_unless_draft_now(question.version_of)
    return question


def _back(question: Question) -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("checklists.edit", id=question.version_id, _anchor=f"q{question.id}"), 303)


@blueprint.route("/checklists/questions/<int:id>/response", methods=["GET", "POST"])
@allow(EDIT)
def response(id: int) -> ResponseReturnValue:
    """How a question is answered, and what is in order. ``kind`` chooses the form."""
    question = _draft_question(id)
    asked = request.args.get("kind", "")
    kind = ResponseKind(asked) if asked in {each.value for each in ResponseKind} else question.kind
    form = forms_authoring.FORMS[kind](data=question.settings if kind is question.kind else None)
    form.topic.choices = [("", _("as its clause says")), *((each.key, each.name) for each in topics())]
    form.show_version(question)
    if not form.is_submitted():
        form.show(question)
    elif form.validate() and form.check_fresh(question):
        if refused_or(form, _respond, question, kind, form) is not None:
            return _back(question)
        question = _draft_question(id)
    page = render_template(
        "checklists/response.html", form=form, question=question, kind=kind, kinds=_tabs(question, kind)
    )
    return page, 422 if form.is_submitted() else 200


def _tabs(question: Question, kind: ResponseKind) -> list[tuple[Any, str, bool, None]]:
    address = "checklists.response"
    return [
        (each.label, url_for(address, id=question.id, kind=each.value), each is kind, None)
        for each in ResponseKind
    ]


def topics() -> tuple[Any, ...]:
    """The subjects that standards share, in the order of the crosswalk."""
    return tuple(crosswalk.shipped().topics)


def _respond(question: Question, kind: ResponseKind, form: Any) -> Question:
    return questions.set_response(
        question, kind, form.settings(), needs=Need(form.needs.data), weight=form.weight.data,
        topic=form.topic.data or "", by=me(),
    )  # fmt: skip


@blueprint.route("/checklists/questions/<int:id>/condition", methods=["GET", "POST"])
@allow(EDIT)
def condition(id: int) -> ResponseReturnValue:
    """After which answer of which earlier question a question is asked. ``on`` names the earlier one."""
    question = _draft_question(id)
    earlier = questions.earlier_than(question)
    on = next((each for each in earlier if str(each.id) == request.args.get("on", "")), None)
    if on is None and "on" not in request.args:
        on = next((each for each in earlier if each.lineage == question.asked_if), None)
    form = forms_authoring.ConditionForm(data={"when": question.asked_when})
    form.offer(fields.tokens(on) if on is not None else [])
    form.show_version(question)
    if form.validate_on_submit() and form.check_fresh(question):
        if refused_or(form, questions.set_condition, question, on, form.when.data or [], by=me()) is not None:
            return _back(question)
        question = _draft_question(id)
    page = render_template("checklists/condition.html", form=form, question=question, earlier=earlier, on=on)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/checklists/questions/<int:id>/always")
@allow(EDIT)
def always(id: int) -> ResponseReturnValue:
    """Ask a question whatever was answered before."""
    question = _draft_question(id)
    questions.set_condition(question, None, by=me())
    return _back(question)


@blueprint.route("/checklists/versions/<int:id>/take", methods=["GET", "POST"])
@allow(EDIT)
def take(id: int) -> ResponseReturnValue:
    """Take questions of other checklists into a draft; ``q`` and ``from`` narrow what is offered."""
    version = queries.get_version(id, to=me())
    services.refuse_unless_draft_now(version)
    words, source = request.args.get("q", "").strip(), request.args.get("from", "")
    found = reuse.reusable(version, words, int(source) if source.isdecimal() and len(source) < 10 else None)
    form = forms_authoring.TakeForm()
    form.offer(found[:MOST] if not form.is_submitted() else found)
    if form.validate_on_submit():
        chosen = [each for each in found if each.id in set(form.taken.data or ())]
        made = refused_or(form, questions.take, version, chosen, by=me())
        if made is not None:
            flash(ngettext("%(num)s question is taken into the draft.",
                           "%(num)s questions are taken into the draft.", len(made)), "success")  # fmt: skip
            return redirect(url_for("checklists.edit", id=id, _anchor=f"q{made[0].id}"), 303)
        version = queries.get_version(id, to=me())
    page = render_template(
        "checklists/take.html", form=form, version=version, found=found[:MOST], more=len(found) - MOST,
        sources=[each for each in queries.published() if each.template_id != version.template_id],
        words=words, source=source,
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/checklists/questions/<int:id>/take-over/<int:source>")
@allow(EDIT)
def take_over(id: int, source: int) -> ResponseReturnValue:
    """Give a question of a draft the newer words that it has in another checklist."""
    question = _draft_question(id)
    questions.take_over(question, queries.get_question(source, to=me()), by=me())
    return _back(question)


@blueprint.get("/checklists/versions/<int:id>/difference")
@allow(SEE)
def compare(id: int) -> ResponseReturnValue:
    """What changed from another version (``to``; without it, the one before) to this one."""
    version = queries.get_version(id, to=me())
    asked = request.args.get("to", "")
    others = [
        each
        for each in version.template.versions
        if each.id != version.id and (each.state is not VersionState.DRAFT or me().may(EDIT))
    ]
    other = next((each for each in others if str(each.id) == asked), None) or next(
        (each for each in others if each.number < version.number), others[0] if others else None
    )
    if other is None:
        raise NotVisible
    old, new = sorted((other, version), key=lambda each: each.number)
    return render_template(
        "checklists/difference.html", version=version, old=old, new=new,
        others=[(_("Version %(number)s", number=each.number),
                 url_for("checklists.compare", id=version.id, to=each.id), each.id in (old.id, new.id), None)
                for each in others],
        told=difference.between(queries.get_version(old.id, to=me()).questions,
                                queries.get_version(new.id, to=me()).questions),
    )  # fmt: skip


@blueprint.post("/audit-checklists/<int:id>/adopt/<int:version_id>")
@allow(Permission.AUDIT_PLAN, Permission.ANSWER_RECORD)
def adopt(id: int, version_id: int) -> ResponseReturnValue:
    """Bring a planned audit's copy to a newer version."""
    checklist = queries.get_checklist(id, to=me())
    audit_id = checklist.audit_id
    version = next((each for each in queries.published() if each.id == version_id), None)
    if version is None:
        raise Refused(_("That version is out of use meanwhile. Open the page again."))
    copies.adopt(checklist, version, by=me())
    flash(_("The audit has the newer version now."), "success")
    return redirect(url_for("checklists.index", audit_id=audit_id), 303)
