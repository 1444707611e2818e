"""What gunicorn loads in the kill tests: the application as it is, or with a door that replies before its commit."""

import io
import os
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from audit_app import create_app
from audit_app.core.db import db

PAUSE = 0.1
"""Seconds between reply and commit in the control: somewhere in there it is killed."""


class RepliesBeforeItCommits:
    """Answers a batch from a transaction that is rolled back, and does the work once the reply has left."""

    def __init__(self, inner: Callable[..., Any]) -> None:
        self.inner, self.dry = inner, False
        self.commit = db.session.commit
        db.session.commit = self.maybe_commit  # type: ignore[method-assign]

    def maybe_commit(self) -> None:
        """Roll back instead, while the reply is only being made."""
        db.session.rollback() if self.dry else self.commit()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """One request."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", "/sync"):
            return self.inner(environ, start)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        once, again = ({**environ, "wsgi.input": io.BytesIO(body)} for _each in range(2))

        def afterwards() -> None:
            time.sleep(PAUSE)
            b"".join(self.inner(again, lambda *_facts: None))

        self.dry = True
        try:
            reply = [b"".join(self.inner(once, start))]
        finally:
            self.dry = False
        return ClosingIterator(reply, afterwards)


def create() -> Flask:
    """The application from the environment, as in the operating guide."""
    app = create_app()
    if os.environ.get("TEST_REPLIES_BEFORE_COMMIT"):
        app.wsgi_app = RepliesBeforeItCommits(app.wsgi_app)  # type: ignore[method-assign]
    return app
