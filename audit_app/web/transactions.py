"""One hook decides every transaction: an unsafe method answered below 400 commits, everything else rolls
back."""

from flask import Flask, Response, g, request

from audit_app.core.db import db, set_reading

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def roll_back_anyway() -> None:
    """Undo this request's changes although its reply is below 400 (a refusal that redirects)."""
    db.session.rollback()
    g.rolled_back = True


def keep_anyway() -> None:
    """Commit this request's changes although its reply is 400 or above: the refusal itself is a record."""
    g.kept = True


def commit_now() -> None:
    """What was done so far stays, whatever the rest of this request comes to (files that arrived whole)."""
    db.session.commit()


def init_app(app: Flask) -> None:
    """Attach the hook."""

    @app.before_request
    def begin() -> None:
        set_reading(request.method in SAFE)

    @app.after_request
    def finish(response: Response) -> Response:
        refused = response.status_code >= 400 and not g.get("kept", False)
        if request.method in SAFE or refused or g.get("rolled_back", False):
            if (
                app.testing
                and request.method in SAFE
                and (db.session.dirty or db.session.new or db.session.deleted)
            ):
                raise AssertionError(
                    f"{request.method} {request.path} leaves the session dirty: GET changes nothing."
                )
            db.session.rollback()
        else:
            db.session.commit()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        set_reading(False)
