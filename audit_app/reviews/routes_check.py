"""Checking a file against the register. The file is hashed in the request and not kept."""

import hashlib
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.core.errors import Refused
from audit_app.exports import pades
from audit_app.reviews import checking, forms
from audit_app.reviews.blueprint import blueprint
from audit_app.web.access import allow

LARGEST = 30
"""Megabytes of a file that is checked: ten times the largest pack that was measured."""


@blueprint.route("/check", methods=["GET", "POST"])
@allow(P.REVIEW_SEE, P.REVIEW_CONTRIBUTE)
def check() -> ResponseReturnValue:
    """Choose a file or type its SHA-256; the answer stands above the form. Changes nothing."""
    form, found = forms.CheckForm(), None
    if form.validate_on_submit():
        found = _answer(form)
    status = 422 if form.is_submitted() and found is None else 200
    return render_template("reviews/check.html", form=form, found=found), status


def _answer(form: forms.CheckForm) -> dict[str, Any] | None:
    content = form.file.data.read() if form.file.data else b""
    typed = "".join((form.sha256.data or "").split()).lower()
    if len(content) > LARGEST * 1024 * 1024:
        form.add_refusal(
            Refused(
                _("The file is larger than %(count)s MB: no pack is. Type its SHA-256.", count=LARGEST),
                "file",
            )
        )
        return None
    if not content and (len(typed) != 64 or set(typed) - set("0123456789abcdef")):
        words = _("Choose a file, or type its SHA-256: 64 digits and letters a to f.")
        form.add_refusal(Refused(words, "sha256" if typed else "file"))
        return None
    sha256 = hashlib.sha256(content).hexdigest() if content else typed
    known = checking.known(sha256, to=None if content else current_user)
    seal = pades.check(content) if content.startswith(b"%PDF") else None
    return {"sha256": sha256, "known": known, "seal": seal, "typed": not content}
