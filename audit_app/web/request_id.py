"""The number of a request: in its reply, on the error page, and in each line of the log that it caused."""

import re
import secrets

from flask import Flask, Response, current_app, g, has_request_context, request

HEADER = "X-Request-ID"
FITS = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""What is taken over from the proxy; anything else could forge lines or fill them."""


def current() -> str:
    """The number of the present request; empty outside of one."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        told = request.headers.get(HEADER, "") if current_app.config["SETTINGS"].trust_proxy else ""
        g.request_id = told if FITS.fullmatch(told) else secrets.token_hex(8)
    number: str = g.request_id
    return number


def init_app(app: Flask) -> None:
    """Give it back with each reply."""
    app.jinja_env.globals["request_reference"] = current

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = current()
        return response
