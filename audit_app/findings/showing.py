"""The pages of a finding and of an action, with the comments beneath; also when a comment comes back."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audit_app.accounts import replies
from audit_app.findings import comments, queries, repeat_screens, screens
from audit_app.findings.models import Action, Finding
from audit_app.findings.visibility import readers
from audit_app.web.forms import TICKED, BaseForm, long_text, rows


class CommentForm(BaseForm):
    """A comment, and whom to tell beside those called by name in it."""

    text = long_text(
        _l("Your comment"), need=True, longest=2000, rows=3,
        description=_l("Begin a name with @ to tell somebody. A comment cannot be changed afterwards."),
    )  # fmt: skip
    to = rows(_l("Tell these people"), **TICKED)


def comment_form(finding: Finding) -> CommentForm | None:
    """The form for the reader, with the people who may see the finding; None for who only reads."""
    person = replies.me()
    if not comments.may_comment(person):
        return None
    form = CommentForm()
    others = [each for each in readers(finding, queries.active_people()) if each.id != person.id]
    form.to.choices = [(each.id, each.name) for each in others]
    return form


def finding(subject: Finding, form: CommentForm | None = None) -> ResponseReturnValue:
    """A finding, from statement to effectiveness."""
    person = replies.me()
    context = {**screens.finding_page(subject, person), **repeat_screens.on_page(subject, person)}
    return _page("findings/show.html", subject, subject, form, finding=subject, **context)


def action(subject: Action, form: CommentForm | None = None) -> ResponseReturnValue:
    """An action with its evidence."""
    context = screens.action_page(subject, replies.me())
    return _page("findings/action.html", subject, subject.finding, form, action=subject, **context)


def _page(
    template: str, subject: Any, origin: Finding | None, form: CommentForm | None, **context: Any
) -> ResponseReturnValue:
    """The page; 422 when its comment was refused."""
    refused = form is not None
    if origin is not None:
        context |= {
            "comments": comments.of(subject),
            "comment_form": form if refused else comment_form(origin),
            "comment_kind": subject.__tablename__,
        }
    return render_template(template, **context), 422 if refused else 200
