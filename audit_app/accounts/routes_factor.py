"""One's own second factor: app, recovery codes, passkeys; and what an administrator does about them."""

from dataclasses import dataclass
from typing import Any

import qrcode
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadData

from audit_app.accounts import factor_forms, factor_gate, factors, queries, replies, second_factor
from audit_app.accounts.blueprint import blueprint
from audit_app.accounts.factor_gate import asks_password_again, stay_signed_in
from audit_app.accounts.factor_models import Passkey
from audit_app.accounts.permissions import Permission, roles_named
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.web.access import allow, signed_in
from audit_app.web.forms import refused_or

WITHIN = 1800
"""Seconds in which a new app must show its first code."""


@blueprint.get("/profile/second-factor", endpoint="second_factor")
@signed_in
def my_factor() -> ResponseReturnValue:
    """What I confirm my sign-in with."""
    standing = factors.standing(current_user)
    return render_template("accounts/factor.html", standing=standing, owes=factor_gate.owes_a_factor())


@blueprint.route("/profile/second-factor/app", methods=["GET", "POST"])
@signed_in
@asks_password_again
def factor_app() -> ResponseReturnValue:
    """Set up an app; its key is made when the page opens and kept once it has shown a right code."""
    form, person = factor_forms.AppForm(), replies.me()
    secret = (
        _opened(form.state.data or "", person) if form.is_submitted() else _codes().generate_totp_secret()
    )
    if secret is None:
        flash(_("This page was open for too long. Scan the new picture."), "warning")
        return redirect(url_for(".factor_app"), 303)
    if form.validate_on_submit():
        words = factor_forms.counted(person, lambda: factors.set_app(person, secret, form.code.data or ""))
        if not words:
            stay_signed_in(person)
            flash(_("The app is set up. Sessions on other devices have ended."), "success")
            return redirect(url_for(".second_factor"), 303)
        form.code.errors = [words]
    form.state.data = _seal().dumps([person.id, secret])
    key, picture = (
        _codes().get_totp_pretty_key(secret),
        Picture.of(_codes().get_totp_uri(person.email, secret)),
    )
    return replies.page("accounts/factor_app.html", form, key=key, picture=picture)


@blueprint.post("/profile/second-factor/app/remove")
@signed_in
@asks_password_again
def factor_app_remove() -> ResponseReturnValue:
    """The app's codes no longer count."""
    person = replies.me()
    factors.remove_app(person)
    stay_signed_in(person)
    flash(_("The app is removed. Sessions on other devices have ended."), "success")
    return redirect(url_for(".second_factor"), 303)


@blueprint.post("/profile/second-factor/codes")
@signed_in
@asks_password_again
def factor_codes() -> ResponseReturnValue:
    """Make recovery codes and show them once."""
    person = replies.me()
    codes = factors.new_codes(person)
    return render_template("accounts/factor_codes.html", codes=codes)


@blueprint.post("/profile/second-factor/passkeys/<int:id>/remove")
@signed_in
@asks_password_again
def passkey_remove(id: int) -> ResponseReturnValue:
    """A passkey no longer opens this account."""
    person, found = replies.me(), db.session.get(Passkey, id)
    if found is None or found.person_id != current_user.id:
        raise NotVisible
    factors.remove_passkey(person, found)
    stay_signed_in(person)
    flash(_("The passkey is removed. Sessions on other devices have ended."), "success")
    return redirect(url_for(".second_factor"), 303)


@blueprint.post("/people/<int:id>/factor")
@allow(Permission.PEOPLE_MANAGE)
def person_factor_reset(id: int) -> ResponseReturnValue:
    """Take the second factor away from somebody who lost it."""
    found = queries.get(id, to=current_user)
    factors.reset(found, by=replies.me())
    flash(_("%(name)s signs in by password alone now and is told so by mail.", name=found.name), "success")
    return redirect(url_for(".person", id=id), 303)


@blueprint.route("/second-factor", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def factor_policy() -> ResponseReturnValue:
    """Which roles must have a second factor, and who of them has none yet."""
    organisation = queries.organisation()
    held = roles_named(organisation.second_factor_roles if organisation else "")
    form = factor_forms.PolicyForm(
        data={"roles": [role.value for role in held]} if not request.form else None
    )
    if form.validate_on_submit() and refused_or(form, factors.demand, form.roles.data or [], by=replies.me()):
        return replies.saved(url_for(".factor_policy"))
    return replies.page("accounts/factor_policy.html", form, without=factors.without(held), held=held)


@dataclass(frozen=True)
class Picture:
    """A QR code as one path of unit squares in a square of ``size``, with a margin of 4 around it."""

    size: int
    path: str

    @classmethod
    def of(cls, text: str) -> "Picture":
        """The QR code of a text."""
        code = qrcode.QRCode(border=4)
        code.add_data(text)
        rows = code.get_matrix()
        dark = ((x, y) for y, row in enumerate(rows) for x, square in enumerate(row) if square)
        return cls(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))


def _codes() -> Any:
    return second_factor.library().totp_factory


def _seal() -> Any:
    return second_factor.library().tf_setup_serializer


def _opened(state: str, person: Any) -> str | None:
    """The (encrypted) key that was shown to this person, or None when that was too long ago."""
    try:
        whose, secret = _seal().loads(state, max_age=WITHIN)
    except (BadData, ValueError):
        return None
    return str(secret) if whose == person.id else None
