"""Sign-in by Flask-Security: its settings in one place, and the trail's line for every sign-in."""

import logging
from typing import Any

from flask import Flask, Response, request, session
from flask_login import user_logged_in, user_logged_out
from flask_principal import Principal
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore, password_changed
from sqlalchemy import select, update

from audit_app.accounts import factor_forms, factor_gate, passwords, second_factor, sessions, sign_in_forms
from audit_app.accounts.factor_models import Passkey
from audit_app.accounts.models import Person, RoleRow
from audit_app.accounts.permissions import Role
from audit_app.accounts.reader import Readers
from audit_app.accounts.session_models import Why
from audit_app.config import Settings
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.trail import services as trail
from audit_app.web import logs

BY_SIGN_IN: dict[str | None, dict[str, str]] = {
    "security.login": {},
    "security.two_factor_token_validation": {"way": "app"},
    "security.mf_recovery": {"way": "recovery code"},
    "security.wan_signin_response": {"way": "passkey"},
    "provider.finish": {"way": "provider"},
}
"""The addresses at which one signs in, and what the trail says beside it."""
FORMS = frozenset({"security.login", "security.change_password", "security.verify"})
"""The forms of Flask-Security."""
CHEAP = {"argon2__rounds": 1, "argon2__memory_cost": 1024, "argon2__parallelism": 1}
"""Password hashing for tests only: the real cost (argon2id, library defaults) would make each test slow."""


class TrimmedMail(MailUtil):
    """A tablet's keyboard puts a blank behind a completed address; it must not lock anybody out."""

    def normalize(self, email: str) -> str:
        """The address as it is compared: trimmed, then the library's own normal form."""
        return str(super().normalize(email.strip().lower()))

    def validate(self, email: str) -> str:
        """Same, for addresses that are newly entered."""
        return str(super().validate(email.strip().lower()))


def init_app(app: Flask, settings: Settings, beside: dict[str, Any]) -> None:
    """Attach Flask-Security with the features that are on: sign-in, sign-out, change of password.

    ``beside`` are queries whose values each request reads together with its person (see ``reader.py``).
    """
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # name of the hash scheme, not a password
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=CHEAP if settings.testing else {},
        SECURITY_PASSWORD_LENGTH_MIN=passwords.SHORTEST,
        SECURITY_PASSWORD_NORMALIZE_FORM=passwords.FORM,
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_SCRIPT_NONCE_KEY="csp_nonce",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_I18N_DOMAIN="flask_security",
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": _mail_address, "case_insensitive": True}}],
        SECURITY_TRACKABLE=False,
        **second_factor.configuration(settings),
    )
    app.extensions["accounts_datastore"] = datastore = SQLAlchemyUserDatastore(db, Person, RoleRow, Passkey)
    Security(
        app,
        datastore,
        mail_util_cls=TrimmedMail,
        password_util_cls=passwords.Passwords,
        **sign_in_forms.FORMS,
        **factor_forms.FORMS,
        **second_factor.PARTS,
    )
    app.login_manager.user_loader(Readers(**beside).load)  # type: ignore[attr-defined]  # set by Flask-Login
    # Flask-Security would also let in whoever brings a token in a header or address, which no session ends.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    _without_second_rights(app)
    app.after_request(_refused_is_422)
    factor_gate.init_app(app)
    user_logged_in.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    password_changed.connect(_note_password, app)


def _refused_is_422(reply: Response) -> Response:
    """Flask-Security shows a form that it refused as if all were well; here such a reply says so."""
    if request.method == "POST" and request.endpoint in FORMS and reply.mimetype == "text/html":
        reply.status_code = 422 if reply.status_code == 200 else reply.status_code
    return reply


def _without_second_rights(app: Flask) -> None:
    """Flask-Principal would gather a second set of rights at each request; ours are ``permissions.py``."""
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not isinstance(getattr(hook, "__self__", None), Principal)]


def _mail_address(identity: str) -> str | None:
    """A sign-in name as it is kept: trimmed and in lower case."""
    identity = identity.strip().lower()
    return identity if 3 <= len(identity) <= 255 and "@" in identity else None


def _note_sign_in(_app: Flask, user: Any, **_rest: Any) -> None:
    """However somebody comes in, a session begins. "Stay signed in" is what its cookie does; Flask-Login's
    own cookie for it, which nothing would end, is never sent."""
    stays = session.pop("_remember", None) == "set"
    session.pop("_remember_seconds", None)
    sessions.begin(user._get_current_object() if hasattr(user, "_get_current_object") else user, stays=stays)
    if request.method == "POST" and request.endpoint in BY_SIGN_IN:
        # A plain UPDATE: signing in is no edit, so it must not make an open form of this person stale.
        db.session.execute(update(Person).where(Person.id == user.id).values(last_seen_at=now()))
        logs.event(
            "sign_in.done",
            BY_SIGN_IN[request.endpoint].get("way", "password"),
            account=user.id,
            level=logging.INFO,
        )
        trail.note("person.sign_in", user, by=user, **BY_SIGN_IN[request.endpoint])


def _note_sign_out(_app: Flask, **_rest: Any) -> None:
    sessions.leave()


def _note_password(_app: Flask, user: Any, **_rest: Any) -> None:
    """One's own change ends the other sessions; what an administrator sets is written by the service.

    Flask-Security has signed the person in anew here by now.
    """
    trail.note("person.password", user, by=user)
    sessions.end_all(user, Why.PASSWORD, by=user, but=sessions.of_cookie_id())


def ensure_roles() -> dict[Role, RoleRow]:
    """The role rows, made when missing (the enum in ``permissions.py`` is what counts)."""
    rows = {Role(row.name): row for row in db.session.scalars(select(RoleRow))}
    for role in Role:
        if role not in rows:
            rows[role] = RoleRow(name=role.value)
            db.session.add(rows[role])
    db.session.flush()
    return rows
