"""Comments over HTTP: written beneath a finding or an action, read where they were written."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.accounts import replies
from audit_app.accounts.permissions import Permission
from audit_app.findings import comments, queries, showing
from audit_app.findings.blueprint import blueprint
from audit_app.findings.models import Action, Finding
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.post("/<int:id>/comments")
@allow(Permission.FINDING_COMMENT)
def comment(id: int) -> ResponseReturnValue:
    """Write a comment on a finding."""
    return _write(queries.get(id, to=replies.me()), None)


@blueprint.post("/actions/<int:id>/comments")
@allow(Permission.FINDING_COMMENT)
def action_comment(id: int) -> ResponseReturnValue:
    """Write a comment on an action of a finding."""
    found = queries.get_action(id, to=replies.me())
    if found.finding_id is None:
        abort(404)
    return _write(queries.get(found.finding_id, to=replies.me()), found)


def _write(finding: Finding, action: Action | None) -> ResponseReturnValue:
    form = showing.comment_form(finding) or abort(403)
    subject_id = action.id if action is not None else finding.id
    if form.validate_on_submit():
        facts = {"text": form.text.data, "to": form.to.data or [], "action": action}
        written = refused_or(form, comments.add, finding, **facts, by=replies.me())
        if written is not None:
            for words in written.not_told:
                flash(str(words), "warning")
            told = sum(each.told for each in written.comment.mentions)
            flash(
                ngettext("Written; %(num)d person is told.", "Written; %(num)d people are told.", told)
                if told
                else _("Written."),
                "success",
            )
            page = "findings.action" if action is not None else "findings.show"
            return redirect(url_for(page, id=subject_id) + "#comments", 303)
    if action is not None:
        return showing.action(queries.get_action(subject_id, to=replies.me()), form)
    return showing.finding(queries.get(subject_id, to=replies.me()), form)
