"""The dossier over HTTP: the page, the ZIP, and how far it is."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.language import short
from audit_app.accounts.permissions import Permission as P
from audit_app.core.db import db
from audit_app.dossiers import making, progress
from audit_app.dossiers.items import KINDS
from audit_app.exports.names import download_name
from audit_app.programme import queries as programmes
from audit_app.web import downloads
from audit_app.web.access import allow

blueprint = Blueprint("dossiers", __name__, url_prefix="/dossiers")

Write = Callable[[IO[bytes], Callable[..., None]], None]


@blueprint.get("/year/<int:year>")
@allow(P.PROGRAMME_SEE)
def year(year: int) -> ResponseReturnValue:
    """What the dossier of a year will hold, and the buttons that make it."""
    programme = programmes.programme_of(year, to=current_user)
    audits = programmes.of_year(programme, to=current_user)
    return render_template(
        "dossiers/show.html", programme=programme, audit=None, audits=audits, kinds=KINDS, tokens=_tokens()
    )


@blueprint.get("/audit/<int:id>")
@allow(P.AUDIT_SEE)
def audit(id: int) -> ResponseReturnValue:
    """The same for one audit."""
    found = programmes.get(id, to=current_user)
    return render_template(
        "dossiers/show.html",
        programme=found.programme,
        audit=found,
        audits=[found],
        kinds=KINDS,
        tokens=_tokens(),
    )


@blueprint.get("/year/<int:year>.zip")
@allow(P.PROGRAMME_SEE)
def year_zip(year: int) -> ResponseReturnValue:
    """The dossier of a year; ``?lang=`` chooses its language, ``?token=`` names its progress."""
    language, code = short(), programmes.programme_of(year, to=current_user).code
    me = current_user._get_current_object()
    return _made(lambda out, tick: making.of_year(year, language, out, tick, to=me), code, language)


@blueprint.get("/audit/<int:id>.zip")
@allow(P.AUDIT_SEE)
def audit_zip(id: int) -> ResponseReturnValue:
    """The dossier of one audit."""
    language, code = short(), programmes.get_alone(id, to=current_user).code
    me = current_user._get_current_object()
    return _made(lambda out, tick: making.of_audit(id, language, out, tick, to=me), code, language)


@blueprint.get("/progress/<uuid:token>")
@allow(P.AUDIT_SEE)
def progressed(token: UUID) -> ResponseReturnValue:
    """How far it is, as the piece of a page that asks again until it is done."""
    return render_template("dossiers/_progress.html", token=token, **progress.read(_data(), str(token)))


def _made(write: Write, code: str, language: str) -> ResponseReturnValue:
    """Make the ZIP in a file that has no name and goes with the reply; tell the page that waits."""
    say, folder = _teller(), _data() / "dossiers"
    folder.mkdir(parents=True, exist_ok=True)
    out = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by the server when it is sent
    try:
        write(out, say)
    except BaseException:
        out.close()
        say(0, 0, "", "failed")
        raise
    say(1, 1, "", "done")
    db.session.rollback()
    name = download_name(" ".join((code, _("Audit file"), language)), "zip")
    return downloads.stream(out, name, downloads.ZIP)


def _teller() -> Callable[..., None]:
    """Tells the page under the name it asks by; nobody where it brought no proper one."""
    data = _data()
    try:
        token = str(UUID(request.args.get("token", "")))
    except ValueError:
        return lambda *_said: None
    progress.clean(data)
    return partial(progress.tell, data, token)


def _tokens() -> dict[str, str]:
    return {"zh": str(uuid4()), "en": str(uuid4())}


def _data() -> Path:
    settings: Any = current_app.config["SETTINGS"]
    return Path(settings.data_dir)
