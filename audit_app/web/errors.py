"""Error pages and refusals: a sentence in the reader's language, nothing half-done, no stack trace."""

from typing import Any

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from audit_app.core.db import set_reading
from audit_app.core.errors import NotVisible, Refused
from audit_app.web.access import wants_json
from audit_app.web.pages import safe_next
from audit_app.web.transactions import roll_back_anyway

PAGES = {400, 403, 404, 409, 413, 429, 500}


def page(status: int, **context: Any) -> ResponseReturnValue:
    """The error page (or JSON for scripts) of a status."""
    roll_back_anyway()
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
    app.register_error_handler(NotVisible, lambda _error: page(404))
    app.register_error_handler(CSRFError, lambda _error: _csrf())
    app.register_error_handler(StaleDataError, lambda _error: page(409))
    app.register_error_handler(
        HTTPException, lambda error: page(error.code or 500) if error.code != 304 else error
    )

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        current_app.logger.exception("database", exc_info=error)
        roll_back_anyway()
        set_reading(True)  # the words of the reply ask for the reader's language: that must not wait too
        if not wants_json():
            return page(500)
        reply = jsonify(error="busy", message=_("The server is busy. What you sent waits and is sent again."))
        reply.headers["Retry-After"] = "5"
        return reply, 503

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        if app.testing:
            raise error
        current_app.logger.exception("unexpected", exc_info=error)
        return page(500)


def _csrf() -> ResponseReturnValue:
    words = _("This page was open too long, or in another sign-in. Go back, reload it and send it again.")
    return (
        page(400, kind="csrf", message=words)
        if not wants_json()
        else (jsonify(error="csrf", message=words), 403)
    )
