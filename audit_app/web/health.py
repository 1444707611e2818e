"""Whether this process lives, and whether it can serve: for load balancers and for those who watch.

The answers hold no detail, because anybody may ask; what is wrong stands in the log.
"""

import os

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.web.access import public


@public
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked, so that a database that is away does not get it killed."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@public
def ready() -> ResponseReturnValue:
    """The database answers and evidence can be written; else 503, and a load balancer asks another one."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        db.session.execute(text("SELECT 1"))
        writable = os.access(settings.data_dir, os.W_OK)
    except Exception:
        current_app.logger.exception("not ready: the database does not answer")
        db.session.rollback()
        writable = False
    else:
        if not writable:
            current_app.logger.error("not ready: the data folder cannot be written to")
    words, status = ("ready\n", 200) if writable else ("not ready\n", 503)
    return words, status, {"Content-Type": "text/plain; charset=utf-8"}


def init_app(app: Flask) -> None:
    """Attach both addresses."""
    app.add_url_rule("/healthz", "healthz", alive)
    app.add_url_rule("/readyz", "readyz", ready)
