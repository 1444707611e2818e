"""Signing in by the organisation's OpenID provider. Without its settings there is no such address at all.

A GET changes nothing here either: the provider sends the browser back to a page that posts what it was given,
with our own token, and only that signs in.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security.proxies import _security
from flask_security.utils import login_user

from audit_app.accounts import factor_gate, identities, queries, replies
from audit_app.accounts.identities import NotLetIn
from audit_app.accounts.language import short
from audit_app.accounts.models import in_reader_language
from audit_app.accounts.permissions import Permission
from audit_app.config import Settings
from audit_app.web import logs
from audit_app.web.access import allow, public
from audit_app.web.pages import safe_next

NAME = "provider"
"""Of the blueprint, of the extension, and of what Flask-Security is told this sign-in was by."""
SECOND_FACTOR = factor_gate.BY_PROVIDER
BY = "by_provider"
"""Mark in the session: signed in by the provider."""
LEAVE = "leave_provider"
"""Mark in the session after signing out: the provider's own session is still open."""

SENTENCES: dict[str, Any] = {
    "away": _l("%(name)s does not answer, and nobody was signed in. Try again in a few minutes."),
    "wrong": _l(
        "What %(name)s answered cannot be trusted, and nobody was signed in. Tell whoever runs this "
        "program: its log says what was wrong."
    ),
    "clock": _l(
        "The clocks of %(name)s and of this program differ too much, and nobody was signed in. Tell "
        "whoever runs this program."
    ),
    "stopped": _l("The sign-in was stopped at %(name)s. Begin again if you did not want that."),
    "lost": _l("This sign-in was begun elsewhere, was used already, or took too long. Begin again."),
    "unknown": _l("%(name)s knows you, but you have no account here. Ask an administrator to add you."),
    "unconfirmed": _l(
        "%(name)s has not confirmed your e-mail address, so it is not taken as yours. Ask those who "
        "run %(name)s to confirm it."
    ),
    "no_address": _l(
        "%(name)s tells no e-mail address of yours that can be used. Ask those who run %(name)s to add it."
    ),
    "taken": _l(
        "The account with your address belongs to another account at %(name)s. Ask an administrator "
        "to take it off there."
    ),
    "closed": _l("Your access here has ended. Ask an administrator if that is not right."),
    "no_role": _l(
        "None of your groups at %(name)s has a role here. Ask an administrator which group you need."
    ),
}
"""What is said to whoever is kept out, for each ``provider.Trouble`` and ``identities.Reason``."""
STATUS = {"away": 503, "wrong": 502, "clock": 502}
"""Of these replies; 422 where the fault is not the provider's."""

blueprint = Blueprint(NAME, __name__)


class SingleSignOn:
    """The provider of this application and its rules."""

    def __init__(self, settings: Settings) -> None:
        from audit_app.accounts import provider  # what speaks the protocol is loaded only where it is spoken

        self.settings, self.failed = settings, provider.Failed
        self.provider = provider.Provider(settings)
        self.rules = identities.Rules.of(settings)

    @property
    def name(self) -> str:
        """What people call the provider, in the reader's language."""
        named = in_reader_language(self.settings.oidc_name_en, self.settings.oidc_name_zh)
        return named or str(urlsplit(self.settings.oidc_issuer).hostname)


def present() -> SingleSignOn | None:
    """The single sign-on of this application; None where none is set."""
    return current_app.extensions.get(NAME)


def _own() -> SingleSignOn:
    found = present()
    assert found is not None  # these addresses exist only where it is set
    return found


def refusal(reason: str, detail: str = "") -> ResponseReturnValue:
    """The sign-in page with a sentence on what happened and what to do."""
    status, words = STATUS.get(reason, 422), SENTENCES[reason]
    logs.event("sign_in.failed", f"provider: {reason}", detail=detail)
    form = _security.forms["login_form"].instantiator("login_form", _security.forms["login_form"].cls)
    page = render_template(
        "security/login_user.html", login_user_form=form, trouble=str(words) % {"name": _own().name}
    )
    return page, status, {"Retry-After": "60"} if status == 503 else {}


@blueprint.get("/login/provider")
@public
def begin() -> ResponseReturnValue:
    """To the provider, and afterwards back to where the person wanted to be."""
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    try:
        return redirect(_own().provider.begin(target), 303)
    except _own().failed as failed:
        return refusal(failed.trouble, failed.detail)


@blueprint.get("/login/provider/back")
@public
def back() -> ResponseReturnValue:
    """What the provider answers: a page that posts it, or the sentence on why there is nothing to post."""
    state, own, error = request.args.get("state", ""), _own(), request.args.get("error")
    if error:  # also without the state, which not every provider gives back with a refusal: it opens nothing
        own.provider.forget(state)
        return refusal(_meaning(error), error[:60] if error.replace("_", "").isalnum() else "")
    try:
        own.provider.begun(state, request.args.get("iss"))
    except own.failed as failed:
        return refusal(failed.trouble, failed.detail)
    return render_template("security/provider_back.html", state=state, code=request.args.get("code", ""))


def _meaning(error: str) -> str:
    """What an error of the authorization endpoint is to the person (RFC 6749, 4.1.2.1)."""
    if error in ("access_denied", "login_required", "consent_required", "interaction_required"):
        return "stopped"
    return "away" if error in ("server_error", "temporarily_unavailable") else "wrong"


@blueprint.post("/login/provider/back")
@public
def finish() -> ResponseReturnValue:
    """Exchange the code, know the person, sign in."""
    own, state = _own(), request.form.get("state", "")
    if current_user.is_authenticated:
        return redirect("/", 303)
    try:
        target = own.provider.begun(state)
        told = own.provider.finish(request.form.get("code", ""), state)
        person = identities.admit(told, own.rules, language=short())
    except own.failed as failed:
        return refusal(failed.trouble, failed.detail)
    except NotLetIn as refused:
        return refusal(refused.reason)
    g.second_factor_by_provider = told.second_factor
    if not told.second_factor and (asked := factor_gate.ask(person, target)):
        return asked
    login_user(person, remember=False, authn_via=[NAME])
    return redirect(safe_next(target), 303)


@blueprint.get("/login/provider/leave")
@public
def leave() -> ResponseReturnValue:
    """To the provider's own sign-out, where it has one."""
    try:
        return redirect(_own().provider.leave() or url_for("security.login"), 303)
    except _own().failed as failed:
        return refusal(failed.trouble, failed.detail)


@blueprint.post("/organisation/people/<int:id>/provider")
@allow(Permission.PEOPLE_MANAGE)
def unbind(id: int) -> ResponseReturnValue:
    """Take an account off the provider."""
    person = queries.get(id, to=current_user)
    identities.unbind(person, _own().provider.issuer, by=replies.me())
    return replies.saved(url_for("accounts.person", id=id))


def bound_to(person: Any) -> Any:
    """Whom the provider knows a person as; None where nothing is set or nobody is known."""
    found = present()
    return identities.of(person, found.provider.issuer) if found else None


def leaving() -> bool:
    """Whether somebody has just signed out here who is still signed in at the provider (told once)."""
    return bool(session.pop(LEAVE, False))


def _note_coming(_app: Flask, user: Any, **_rest: Any) -> None:
    """Whatever somebody signed in with before in this browser counts no more."""
    by_provider = request.endpoint == f"{NAME}.finish"
    for mark, holds in ((BY, by_provider), (SECOND_FACTOR, by_provider and g.second_factor_by_provider)):
        session.pop(mark, None)
        if holds:
            session[mark] = user.id


def _note_leaving(app: Flask, **_rest: Any) -> None:
    came = session.pop(BY, None)
    session.pop(SECOND_FACTOR, None)
    if came and app.config["SETTINGS"].oidc_logout:
        session[LEAVE] = True


def init_app(app: Flask) -> None:
    """Attach it, if it is set. Raises ValueError, in words for the operator, for settings that cannot be."""
    settings: Settings = app.config["SETTINGS"]
    app.jinja_env.globals.update(single_sign_on=present, provider_knows=bound_to, leaving_provider=leaving)
    if settings.password_sign_in not in ("everybody", "administrators"):
        raise ValueError("PASSWORD_SIGN_IN is everybody or administrators.")
    if not settings.oidc_issuer:
        return
    app.extensions[NAME] = SingleSignOn(settings)
    app.register_blueprint(blueprint)
    user_logged_in.connect(_note_coming, app)
    user_logged_out.connect(_note_leaving, app)
