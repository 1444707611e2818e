"""The forms in which a second factor is asked: so many tries, one sentence for what is not accepted."""

from typing import Any, cast

from flask import request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import (
    Form,
    MfRecoveryForm,
    TwoFactorRescueForm,
    TwoFactorSelectForm,
    TwoFactorVerifyCodeForm,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninResponseForm,
)
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from audit_app.accounts import factors, limits
from audit_app.accounts.forms import checks
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.accounts.sign_in_forms import may_sign_in_here
from audit_app.core.clock import local
from audit_app.web import logs
from audit_app.web.forms import BaseForm, RadioField


def counted(person: Any, right: Any) -> str:
    """Why a code is not accepted, in words; empty when it is. ``right()`` looks at it, after the try was
    counted."""
    taken = limits.take(factors.code_name(person), request.remote_addr)
    if taken.until:
        logs.event("sign_in.failed", "paused", account=person.id)
        return str(_("Too many wrong codes. Try again at %(time)s.", time=f"{local(taken.until):%H:%M}"))
    if person.is_active and right():
        limits.right(taken)
        return ""
    limits.wrong(taken, person)
    logs.event("sign_in.failed", "code", account=person.id)
    return str(_("This code is not right, or it was used before. Type the next one."))


class CodeForm(TwoFactorVerifyCodeForm):
    """A code of the app, after the password."""

    def validate(self, **kwargs: Any) -> bool:
        """Counted; the library looks at the code."""
        if not Form.validate(self, **kwargs) or self.user is None:
            return False
        look = super().validate
        words = counted(self.user, lambda: look(**kwargs))
        self.code.errors = [words] if words else []
        return not words


class RecoveryForm(MfRecoveryForm):
    """A recovery code, after the password."""

    def validate(self, **kwargs: Any) -> bool:
        """Counted, and used up when it is right."""
        if not Form.validate(self, **kwargs) or self.user is None:
            return False
        look = super().validate
        words = counted(self.user, lambda: look(**kwargs))
        self.code.errors = [words] if words else []
        if not words:
            factors.code_used(cast(Person, self.user))
        return not words


class SelectForm(TwoFactorSelectForm):
    """Which of several ways to confirm. (Here and below the fields are the house's: the library's give their
    choices in a form that WTForms is about to drop.)"""

    which = RadioField()


class NoRescueForm(TwoFactorRescueForm):
    """The library asks this form which ways out there are; its page is closed, ours has links."""

    help_setup = RadioField(choices=[])


class PasskeyForm(WebAuthnSigninResponseForm):
    """What the browser brings from a passkey: whatever is wrong with it, one sentence."""

    def validate(self, **kwargs: Any) -> bool:
        """The library's checks, and what it leaves open: an account that was ended, the passkey of somebody
        else than the one whose password was given, and who signs in at the provider only."""
        found: Any = None
        if super().validate(**kwargs):
            found = self.user
        waiting = session.get("tf_user_id") if self.is_secondary else None
        known = found is not None and found.is_active and waiting in (None, found.fs_uniquifier)
        if known and (self.is_secondary or may_sign_in_here(found)):
            return True
        logs.event("sign_in.failed", "passkey", account=found.id if found is not None else None)
        self.credential.errors = [_("This passkey was not accepted. Try once more, or sign in another way.")]
        return False


class NewPasskeyForm(WebAuthnRegisterForm):
    """The name of a new passkey."""

    usage = RadioField(choices=[("first", ""), ("secondary", "")], default="first")
    name: StringField = StringField(_l("Name of this passkey"), validators=[DataRequired()])

    def validate(self, **kwargs: Any) -> bool:
        """In the words of the house."""
        good = bool(super().validate(**kwargs))
        if self.name.errors:
            taken = self.name.data in {each.name for each in current_user.webauthn}
            self.name.errors = [
                _("You have a passkey of this name already. Choose another one.")
                if taken
                else _("Give it a name of letters and digits, at most 64: the device it is on, for example.")
            ]
        return good


class KeptPasskeyForm(WebAuthnRegisterResponseForm):
    """What the browser brings when a passkey was made."""

    def validate(self, **kwargs: Any) -> bool:
        """One sentence for whatever is wrong."""
        if super().validate(**kwargs):
            return True
        self.credential.errors = [_("The passkey was not kept. Begin once more.")]
        return False


class AppForm(BaseForm):
    """The first code that a new app shows; ``state`` is its key, sealed: a wrong code costs no new one."""

    state = HiddenField()
    code = StringField(_l("Code of six digits"))


class PolicyForm(BaseForm):
    """Which roles must have a second factor."""

    roles = checks(_l("Roles that must have one"), choices=Role.choices())


FORMS: dict[str, Any] = {
    "two_factor_select_form": SelectForm,
    "two_factor_rescue_form": NoRescueForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryForm,
    "wan_register_form": NewPasskeyForm,
    "wan_register_response_form": KeptPasskeyForm,
    "wan_signin_response_form": PasskeyForm,
}
"""What the library is given in place of its own."""
