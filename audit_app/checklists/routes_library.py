"""The library: templates, versions, drafts."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.checklists import difference, exports, forms, outline, queries, questions, reuse, services
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.models import TemplateVersion, VersionState
from audit_app.checklists.workflow import VERSION
from audit_app.exports import xlsx
from audit_app.exports.names import download_name
from audit_app.trail import queries as trail
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments

SEE, EDIT = Permission.TEMPLATE_SEE, Permission.TEMPLATE_EDIT


def me() -> Any:
    """The person behind the request, without the proxy."""
    return current_user._get_current_object()


@blueprint.get("/checklists")
@allow(SEE)
def library() -> ResponseReturnValue:
    """All checklists with their versions."""
    given = arguments(["q", "state"])
    found = queries.library(me(), given.get("q", ""), given.get("state", ""))
    counts = queries.question_counts(version for _template, versions in found for version in versions)
    return render_template(
        "checklists/library.html", templates=found, counts=counts, states=VersionState.choices()
    )


@blueprint.route("/checklists/new", methods=["GET", "POST"])
@allow(EDIT)
def new() -> ResponseReturnValue:
    """Begin a checklist of one's own."""
    form = forms.NewTemplateForm()
    if form.validate_on_submit():
        version = refused_or(form, services.add_template, **_typed(form), by=me())
        if version is not None:
            flash(_("The draft is there. Add its questions now."), "success")
            return redirect(url_for("checklists.edit", id=version.id), 303)
    return render_template("checklists/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/checklists/versions/<int:id>")
@allow(SEE)
def show(id: int) -> ResponseReturnValue:
    """A version: what it asks, clause by clause."""
    version = queries.get_version(id, to=me())
    return render_template(
        "checklists/show.html",
        version=version,
        outline=outline.of(version.questions),
        **_told(version),
        asked=sum(question.assessable for question in version.questions),
        missing=_missing(version),
        usages=queries.usages(version),
        history=trail.history(version),
    )


@blueprint.get("/checklists/versions/<int:id>.xlsx")
@allow(SEE)
def export(id: int) -> ResponseReturnValue:
    """The questions as a workbook that the import reads back."""
    version = queries.get_version(id, to=me())
    book = exports.workbook([exports.template(version)], version.name)
    return downloads.send(xlsx.render(book), download_name(version.name, "xlsx"), downloads.XLSX)


@blueprint.get("/checklists/versions/<int:id>/edit")
@allow(EDIT)
def edit(id: int) -> ResponseReturnValue:
    """The rows of a draft, to add, change, move and remove."""
    version = queries.get_version(id, to=me())
    services.refuse_unless_draft_now(version)
    return render_template(
        "checklists/edit.html",
        version=version,
        outline=outline.of(version.questions),
        **_told(version),
        newer=reuse.newer_words(version),
        missing=_missing(version),
    )


def _told(version: TemplateVersion) -> dict[str, Any]:
    """How a row is answered and when it is asked, for the outline."""
    names = {each.lineage: each for each in version.questions}
    return {"answered_by": difference.answered_by, "condition": lambda row: difference.condition(row, names)}


@blueprint.route("/checklists/versions/<int:id>/title", methods=["GET", "POST"])
@allow(EDIT)
def title(id: int) -> ResponseReturnValue:
    """Title and origin of a draft."""
    version = queries.get_version(id, to=me())
    form = forms.TemplateForm(obj=version)
    form.show_version(version)
    if form.validate_on_submit() and form.check_fresh(version):
        if refused_or(form, services.edit_version, version, **_typed(form), by=me()):
            flash(_("Saved."), "success")
            return redirect(url_for("checklists.edit", id=id), 303)
        version = queries.get_version(id, to=me())
    return (
        render_template("checklists/title.html", form=form, version=version),
        422 if form.is_submitted() else 200,
    )


@blueprint.post("/checklists/versions/<int:id>/<any(publish, copy, renew, discard, retire):verb>")
@allow(EDIT)
def act(id: int, verb: str) -> ResponseReturnValue:
    """Publish, copy, begin a new version, throw a draft away, take out of use."""
    version = queries.get_version(id, to=me())
    words, where, done = _ACTS[verb]
    made = done(version, me())
    flash(words(), "success")
    return redirect(url_for(where, **({"id": made.id} if made is not None else {})), 303)


_ACTS: dict[str, tuple[Any, str, Any]] = {
    "publish": (
        lambda: _("The version is published: audits can use it, and nobody can change it any more."),
        "checklists.show",
        lambda version, by: services.publish(version, by=by),
    ),
    "copy": (
        lambda: _("Your copy is a draft. Change what you need, then publish it."),
        "checklists.edit",
        lambda version, by: services.copy_template(version, by=by),
    ),
    "renew": (
        lambda: _("The new version is a draft that starts as the last one was."),
        "checklists.edit",
        lambda version, by: services.new_version(version.template, by=by),
    ),
    "discard": (
        lambda: _("The draft is gone."),
        "checklists.library",
        lambda version, by: services.discard(version, by=by),
    ),
    "retire": (
        lambda: _("The version is out of use. Audits that have it keep it."),
        "checklists.show",
        lambda version, by: services.retire(version, by=by),
    ),
}


@blueprint.route("/checklists/versions/<int:id>/questions/new", methods=["GET", "POST"])
@allow(EDIT)
def question_new(id: int) -> ResponseReturnValue:
    """Add a row to a draft, below the row named by ``after``."""
    version = queries.get_version(id, to=me())
    after = next((each for each in version.questions if str(each.id) == request.args.get("after")), None)
    form = forms.QuestionForm()
    if form.validate_on_submit():
        made = refused_or(form, questions.add_question, version, **_facts(form), after=after, by=me())
        if made is not None:
            flash(_("The row is added."), "success")
            return redirect(url_for("checklists.edit", id=id, _anchor=f"q{made.id}"), 303)
        version = queries.get_version(id, to=me())
    elif not form.is_submitted() and after is not None:
        form.section.data = after.section if after.assessable else after.clause
    return _question_page(form, version, None)


@blueprint.route("/checklists/questions/<int:id>/edit", methods=["GET", "POST"])
@allow(EDIT)
def question_edit(id: int) -> ResponseReturnValue:
    """Change a row of a draft."""
    question = queries.get_question(id, to=me())
    form = forms.QuestionForm(obj=question)
    if not form.is_submitted():
        form.kind.data = "question" if question.assessable else "heading"
    form.show_version(question)
    if form.validate_on_submit() and form.check_fresh(question):
        if refused_or(form, questions.edit_question, question, **_facts(form), by=me()):
            flash(_("Saved."), "success")
            return redirect(
                url_for("checklists.edit", id=question.version_id, _anchor=f"q{question.id}"), 303
            )
        question = queries.get_question(id, to=me())
    return _question_page(form, question.version_of, question)


@blueprint.post("/checklists/questions/<int:id>/move")
@allow(EDIT)
def question_move(id: int) -> ResponseReturnValue:
    """Move a row: ``to`` is its new position."""
    question = queries.get_question(id, to=me())
    to = request.form.get("to", "")
    if to.isdecimal() and len(to) < 7:
        questions.move_question(question, to=int(to), by=me())
    return redirect(url_for("checklists.edit", id=question.version_id, _anchor=f"q{id}"), 303)


@blueprint.post("/checklists/questions/<int:id>/remove")
@allow(EDIT)
def question_remove(id: int) -> ResponseReturnValue:
    """Take a row out of a draft."""
    question = queries.get_question(id, to=me())
    version_id = question.version_id
    questions.remove_question(question, by=me())
    flash(_("The row is removed."), "success")
    return redirect(url_for("checklists.edit", id=version_id), 303)


def _question_page(form: Any, version: TemplateVersion, question: Any) -> ResponseReturnValue:
    page = render_template("checklists/question.html", form=form, version=version, question=question)
    return page, 422 if form.is_submitted() else 200


def _typed(form: Any) -> dict[str, str]:
    return {name: value or "" for name, value in form.values().items()}


def _facts(form: Any) -> dict[str, Any]:
    found: dict[str, Any] = form.facts()
    return found


def _missing(version: TemplateVersion) -> list[Any]:
    """What a draft lacks before it can be published."""
    if version.state is not VersionState.DRAFT:
        return []
    return VERSION.missing(VERSION.by_name["publish"], version, me())
