"""Upload and download. Both ask the subject's own domain: may this person see it, may they add to it now."""

from flask import Blueprint, flash, jsonify, redirect, request, send_file, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import arriving, queries, services
from audit_app.web import downloads
from audit_app.web.access import allow, signed_in, wants_json
from audit_app.web.pages import safe_next
from audit_app.web.transactions import commit_now

blueprint = Blueprint("evidence", __name__, url_prefix="/evidence")


@blueprint.record
def _tell_templates(state: BlueprintSetupState) -> None:
    """The script that shows chosen files refuses at once what the server would refuse after the transfer."""
    state.app.jinja_env.globals.update(
        largest_file=services.LARGEST, most_files=services.MOST_FILES,
        largest_request=state.app.config["MAX_CONTENT_LENGTH"] - (1 << 20),
    )  # fmt: skip


@blueprint.post("/<kind>/<id>")
@allow(Permission.EVIDENCE_ADD)
def upload(kind: str, id: str) -> ResponseReturnValue:
    """Attach one or several files to a subject."""
    subject = queries.subject_of(kind, id, to=current_user)
    if (refusal := queries.refusal(subject, current_user)) is not None:
        raise Refused(refusal)
    files = arriving.sent()
    if not files:
        raise Refused(_("No file arrived. Choose a file or take a photo, then send it again."))
    taken = services.attach_all(subject, files, caption=request.form.get("caption", ""), by=current_user)
    if wants_json() or request.headers.get("X-Requested-With") == "fetch":
        if taken.refused:  # a script sends a file again as a whole request: all of it or nothing
            db.session.rollback()
            services.tell_of(taken.infected, subject, by=current_user)
            commit_now()
            raise Refused(taken.refused[0], "files")
        return jsonify(
            files=[
                {
                    "id": each.id,
                    "filename": each.filename,
                    "size": each.size,
                    "sha256": each.sha256,
                    "url": url_for("evidence.download", id=each.id),
                    "image": each.is_image,
                }
                for each in taken.kept
            ]
        )
    for words in taken.refused:
        flash(str(words), "danger")
    if taken.kept:
        flash(ngettext("%(num)d file attached.", "%(num)d files attached.", len(taken.kept)), "success")
    return redirect(safe_next(request.form.get("next")), 303)


@blueprint.get("/<id>")
@signed_in
def download(id: str) -> ResponseReturnValue:
    """A stored file: images may be shown inside a page, everything else is a download. No copy stays in the
    browser, so that a right taken away acts at the next request."""
    attachment = queries.get(id, to=current_user)
    reply = send_file(
        services.path_of(attachment.sha256).resolve(),
        mimetype=attachment.media_type,
        as_attachment=not attachment.is_image,
        download_name=attachment.filename,
        etag=attachment.sha256,
    )
    reply.headers["Content-Security-Policy"] = downloads.SEALED
    reply.headers["Cache-Control"] = "private, no-store"
    return reply
