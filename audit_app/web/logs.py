"""The log for machines: one JSON line a request and a record, on standard error, without personal data.

A line holds the time in UTC, the level, the request's number, the name of the route (never the path, in
which a calendar has its secret), the status, the duration and the number of the person's account. It never
holds names, addresses, what was asked behind the ``?``, bodies, or the text of an exception, in which a
database quotes rows.
"""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request

from audit_app.web import request_id

FACTS = ("event", "reason", "detail", "account", "route", "method", "status", "ms", "person")
"""What a record may carry beside its words, each of them plain and chosen by us."""
REQUEST = "request"


def event(name: str, reason: str, *, level: int = logging.WARNING, **facts: Any) -> None:
    """Something that whoever watches over safety wants to know: its name and a code for the reason.

    ``account`` may be the number of a person's account; nothing else of a person belongs here.
    """
    current_app.logger.log(
        level,
        "%s: %s %s",
        name,
        reason,
        facts.get("detail", ""),
        extra={"event": name, "reason": reason, **facts},
    )


class Lines(logging.Formatter):
    """A record as one line of JSON; line breaks in it are escaped, so nobody forges a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at.replace("+00:00", "Z"), "level": record.levelname.lower()}
        line["request"] = request_id.current()
        if record.msg is not REQUEST:
            line |= {"from": record.name, "words": record.getMessage()}
            if has_request_context() and request.endpoint:
                line["route"] = request.endpoint
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": kinds(record.exc_info[1]), "trace": places(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False, default=str)


def kinds(error: BaseException) -> list[str]:
    """The kinds of an error and of those behind it, the innermost last. What it says is left out."""
    found: list[str] = []
    each: BaseException | None = error
    while each is not None and len(found) < 10:
        found.append(type(each).__qualname__)
        each = each.__cause__ or each.__context__
    return found


def places(error: BaseException) -> list[str]:
    """Where it happened, the innermost last."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]


class ToStandardError(logging.Handler):
    """Writes to whatever standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def init_app(app: Flask) -> None:
    """Write such lines, if ``LOG_JSON`` asks for them; call it before all that answers requests."""
    for old in [each for each in app.logger.handlers if isinstance(each, ToStandardError)]:
        app.logger.removeHandler(old)
    if not app.config["SETTINGS"].log_json:
        return
    handler = ToStandardError()
    handler.setFormatter(Lines())
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(logging.INFO)

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def told(response: Response) -> Response:
        app.logger.info(
            REQUEST,
            extra={
                "route": request.endpoint or "",
                "method": request.method,
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1),
                "person": getattr(g.get("reader"), "id", None),
            },
        )
        return response
