"""Error pages and refusals: a sentence in the reader's language, nothing half-done, no stack trace."""

from typing import Any

from flask import Flask, current_app, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from audit_app.core.db import set_reading
from audit_app.core.errors import NotVisible, Refused
from audit_app.core.storage import Fault, fault_in, is_mistake
from audit_app.web import logs
from audit_app.web.access import wants_json
from audit_app.web.pages import safe_next
from audit_app.web.transactions import roll_back_anyway

PAGES = {400, 403, 404, 409, 413, 429, 500, 503}
STORAGE: dict[Fault, Any] = {
    Fault.FULL: _l("The disk of the server is full. Nothing of what you sent was saved by half."),
    Fault.LOCKED: _l(
        "The server may not write on its disk at the moment. Nothing of what you sent was saved by half."
    ),
    Fault.BROKEN: _l("The disk of the server reports errors. Nothing of what you sent was saved by half."),
}
"""What the person reads; the tablet's words say besides that everything is kept on it."""
AGAIN_S, AGAIN_STORAGE_S = 5, 60
"""Seconds after which a script may ask again: when others write, and when somebody must make room."""


def page(status: int, **context: Any) -> ResponseReturnValue:
    """The error page (or JSON for scripts) of a status."""
    roll_back_anyway()
    if status == 403:
        logs.event("access.refused", "permission", person=getattr(g.get("reader"), "id", None))
    if wants_json():
        return jsonify(
            error=context.get("kind", str(status)), message=str(context.get("message", ""))
        ), status
    known = status if status in PAGES else 400
    return render_template(f"errors/{known}.html", **context), status


def refused(error: Refused) -> ResponseReturnValue:
    """A rule said no: roll back, say why, and show the page the person came from."""
    roll_back_anyway()
    if wants_json():
        return jsonify(error="refused", message=str(error)), 422
    flash(str(error), "danger")
    came_from = request.referrer or ""
    own = came_from.startswith(request.host_url)
    target = safe_next("/" + came_from.removeprefix(request.host_url)) if own else "/"
    return redirect(target, 303)


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(NotVisible, _not_visible)
    app.register_error_handler(CSRFError, lambda _error: _csrf())
    app.register_error_handler(StaleDataError, lambda _error: page(409))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(OSError, _away)
    app.register_error_handler(Exception, _unexpected)


def _not_visible(_error: NotVisible) -> ResponseReturnValue:
    logs.event("access.refused", "row", person=getattr(g.get("reader"), "id", None))
    return page(404)


def _http(error: HTTPException) -> Any:
    """A status of HTTP; or what went wrong while the reply was finished already, as a commit does."""
    if error.code == 304:
        return error
    behind = getattr(error, "original_exception", None)
    if isinstance(behind, (OperationalError, OSError)):
        return _away(behind)
    return page(error.code or 500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing:
        raise error
    current_app.logger.exception("unexpected", exc_info=error)
    return page(500)


def _away(error: Exception) -> ResponseReturnValue:
    """Database or disk does not do what it should: in words, with a time to try again for scripts."""
    fault = fault_in(error)
    if fault is None and not isinstance(error, OperationalError):
        return _unexpected(error)
    if fault is None and is_mistake(error):
        current_app.logger.exception("database", exc_info=error)
        set_reading(True)
        return page(500)
    current_app.logger.critical("storage: %s", fault or "busy", exc_info=error)
    roll_back_anyway()
    set_reading(True)  # the words of the reply ask for the reader's language: that must not wait too
    if not wants_json():
        words = STORAGE[fault] if fault else ""
        return page(503, message=words, storage=fault)
    if fault is None:
        told = jsonify(error="busy", message=_("The server is busy. What you sent waits and is sent again."))
    else:
        kept = _("What you recorded is kept on the tablet and is sent again.")
        told = jsonify(error="storage", message=f"{STORAGE[fault]} {kept}")
    told.headers["Retry-After"] = str(AGAIN_STORAGE_S if fault else AGAIN_S)
    return told, 503


def _csrf() -> ResponseReturnValue:
    logs.event("access.refused", "csrf", person=getattr(g.get("reader"), "id", None))
    words = _("This page was open too long, or in another sign-in. Go back, reload it and send it again.")
    return (
        page(400, kind="csrf", message=words)
        if not wants_json()
        else (jsonify(error="csrf", message=words), 403)
    )
