"""Who may enter a route. Every view carries exactly one mark, or nobody may enter (default deny)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.web import addresses

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC, SIGNED_IN, TICKET = "public", "signed in", "ticket"
FOREIGN = {
    "static",
    *(
        f"security.{name}"
        for name in (
            "login", "logout", "change_password", "verify", "tf_select", "two_factor_setup",
            "two_factor_setup_validate", "two_factor_token_validation", "two_factor_rescue", "mf_recovery",
            "mf_recovery_codes", "wan_register", "wan_register_response", "wan_signin", "wan_signin_response",
            "wan_delete",
        )
    ),
}  # fmt: skip
"""Views of libraries that guard themselves."""


def public(view: View) -> View:
    """Anybody may enter, also without signing in. Keep the list short."""
    view.access = PUBLIC  # type: ignore[attr-defined]  # the mark that the route sweep reads
    return view


def by_ticket(view: View) -> View:
    """Whoever brings a ticket, which the view itself checks; no cookie is looked at, so no CSRF token is
    needed."""
    view.access = TICKET  # type: ignore[attr-defined]  # the mark that the route sweep reads
    return view


def ticket_views(app: Flask) -> list[Any]:
    """The views that a ticket opens: ``create_app`` takes them out of the CSRF check."""
    return [view for view in app.view_functions.values() if getattr(view, "access", "") == TICKET]


def signed_in(view: View) -> View:
    """Anybody who has signed in; the rows shown are the person's own."""
    return _guarded(view, SIGNED_IN, ())


def allow(*permissions: str) -> Callable[[View], View]:
    """Anybody who holds one of the permissions (a role may ever do this; rows and moments are checked
    further down)."""

    def mark(view: View) -> View:
        return _guarded(view, tuple(str(each) for each in permissions), permissions)

    return mark


def _guarded(view: View, access: Any, permissions: tuple[str, ...]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not (current_user.is_authenticated and current_user.is_active):
            return not_signed_in()
        if permissions and not any(current_user.may(permission) for permission in permissions):
            abort(403)
        return view(*args, **kwargs)

    guarded.access = access  # type: ignore[attr-defined]  # the mark that the route sweep reads
    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def json_door(view: View) -> View:
    """Only scripts come through this view: every refusal is JSON, whatever they say they accept."""
    view.json_only = True  # type: ignore[attr-defined]  # asked by :func:`wants_json`
    return view


def wants_json() -> bool:
    """Whether the caller is a script that cannot follow a redirect to a sign-in page."""
    view = current_app.view_functions.get(request.endpoint or "")
    return (
        getattr(view, "json_only", False)
        or request.is_json
        or request.accept_mimetypes.best == "application/json"
    )


def not_signed_in() -> ResponseReturnValue:
    """401 in JSON for scripts, the sign-in page for people (never a redirect for a script: offline.md case
    8)."""
    if wants_json() or request.headers.get("HX-Request"):
        reply = jsonify(
            error="signed_out", message=_("You are signed out. Sign in again; nothing you typed is lost.")
        )
        reply.status_code = 401
        if request.headers.get("HX-Request"):
            reply.headers["HX-Redirect"] = url_for(
                "security.login", next=request.headers.get("HX-Current-URL", "/")
            )
        return reply
    target = request.full_path if request.method == "GET" else "/"
    return redirect(url_for("security.login", next=target.rstrip("?")))


def init_app(app: Flask) -> None:
    """Refuse every view that carries no mark; what an address asks for is a number that a row may have."""
    addresses.init_app(app)

    @app.before_request
    def default_deny() -> ResponseReturnValue | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in FOREIGN or endpoint.endswith(".static"):
            return None
        if not hasattr(current_app.view_functions[endpoint], "access"):
            abort(403)
        return None
