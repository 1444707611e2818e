"""The library's doors for second factors, and the gate: who must have one and has none sets it up first."""

from functools import wraps
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from flask_security import wan_registered
from flask_security.utils import check_and_update_authn_fresh
from sqlalchemy import exists, or_, select

from audit_app.accounts import factors, second_factor
from audit_app.accounts.factor_models import Passkey, SecondFactor
from audit_app.accounts.models import Organisation, Person
from audit_app.accounts.permissions import roles_named
from audit_app.web.access import PUBLIC, TICKET, not_signed_in, wants_json

CLOSED = {
    "two_factor_setup",
    "two_factor_setup_validate",
    "two_factor_rescue",
    "mf_recovery_codes",
    "wan_delete",
}
"""Doors of the library that have their own page here, or none."""
OPEN = {
    "accounts.second_factor", "accounts.factor_app", "accounts.factor_codes", "security.wan_register",
    "security.wan_register_response", "security.verify", "security.logout", "security.change_password",
}  # fmt: skip
"""What opens although a second factor is owed."""


BY_PROVIDER = "second_factor_by_provider"
"""Mark in the session, the person's number: the organisation's provider asked for a second factor already."""


def beside_the_reader() -> dict[str, Any]:
    """Read with the person of each request: which roles must have a second factor; whether there is one."""
    app = exists().where(SecondFactor.person_id == Person.id, SecondFactor.method.is_not(None))
    passkey = exists().where(Passkey.person_id == Person.id)
    return {
        "factor_roles": select(Organisation.second_factor_roles)
        .where(Organisation.id == 1)
        .scalar_subquery(),
        "has_factor": or_(app.correlate(Person), passkey.correlate(Person)),
    }


def owes_a_factor() -> bool:
    """Whether the person of this request must set up a second factor before anything else."""
    reader = g.get("reader")
    if reader is None or not reader.factor_roles or reader.has_factor:
        return False
    if session.get(BY_PROVIDER) == reader.id:
        return False
    return bool(roles_named(reader.roles_held or "") & roles_named(reader.factor_roles))


def asks_password_again(view: Any) -> Any:
    """A view that changes a factor: the password was given within the last minutes, or is asked for now."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        within, grace = (current_app.config[f"SECURITY_FRESHNESS{each}"] for each in ("", "_GRACE_PERIOD"))
        if check_and_update_authn_fresh(within, grace):
            return view(*args, **kwargs)
        come_back = request.path if request.method == "GET" else url_for("accounts.second_factor")
        return redirect(url_for("security.verify", next=come_back), 303)

    return guarded


def ask(person: Person, target: str) -> ResponseReturnValue | None:
    """The second step of a sign-in whose first one was made elsewhere; None for whoever has no factor."""
    reply: ResponseReturnValue | None = second_factor.library().two_factor_plugins.tf_enter(
        person, False, "provider", next_loc=target
    )
    return reply


def stay_signed_in(person: Person) -> None:
    """This session goes on after all sessions of the person were ended."""
    row = g.get("session_row")
    login_user(person, remember=row is not None and row.session_stays)


def init_app(app: Flask) -> None:
    """Close the library's doors that have a page of the house, and stand at the others."""
    views = app.view_functions
    for name in CLOSED:
        views[f"security.{name}"] = _closed
    for name in ("tf_select", "two_factor_token_validation", "mf_recovery", "wan_signin"):
        views[f"security.{name}"] = _only_between(views[f"security.{name}"])
    views["security.wan_signin_response"] = _back_to_sign_in(views["security.wan_signin_response"])
    wan_registered.connect(_kept, app)

    @app.before_request
    def lead_to_set_up() -> ResponseReturnValue | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN or endpoint.endswith("static"):
            return None
        if getattr(views[endpoint], "access", "") in (PUBLIC, TICKET):
            return None
        if not current_user.is_authenticated or not owes_a_factor():
            return None
        if wants_json() or request.headers.get("HX-Request"):
            return not_signed_in()  # a tablet keeps what it holds, and asks its person to sign in
        return redirect(url_for("accounts.second_factor"), 303)


def _closed(**_given: Any) -> ResponseReturnValue:
    abort(404)


def _only_between(view: Any) -> Any:
    """Doors between password and second factor: who is signed in has nothing to do there, and who did not
    give a password begins with it (a passkey alone begins on the sign-in page, too)."""

    @wraps(view)
    def guarded(**given: Any) -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect("/")
        if request.method == "GET" and "tf_user_id" not in session:
            return redirect(url_for("security.login"))
        return view(**given)

    return guarded


def _back_to_sign_in(view: Any) -> Any:
    """A passkey that was not accepted: back to where one began."""

    @wraps(view)
    def guarded(**given: Any) -> ResponseReturnValue:
        reply = view(**given)
        location = getattr(reply, "location", None) or ""
        if location.endswith(url_for("security.wan_signin")) and "tf_user_id" not in session:
            reply.location = url_for("security.login")
        return reply

    return guarded


def _kept(_app: Flask, user: Any, name: str, **_rest: Any) -> None:
    """A passkey was made; the library says so on screen."""
    person = user._get_current_object() if hasattr(user, "_get_current_object") else user
    factors.passkey_added(person, name)
    stay_signed_in(person)
