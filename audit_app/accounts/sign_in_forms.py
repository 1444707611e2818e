"""The forms in which a password is asked: one verification, one sentence, and only so many tries."""

from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import ChangePasswordForm, Form, LoginForm
from flask_security.forms import VerifyForm
from sqlalchemy import select

from audit_app.accounts import limits, passwords
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.web import logs


def checked(account: str, person: Person | None, typed: str, *, wrong: str, may: bool = True) -> str:
    """Why a password is not accepted, in words (``wrong`` when it is not the right one); empty when it is.

    Unless they ``may`` use it, nobody has a right one.
    Counts the try, and keeps the count whatever the reply is.
    """
    taken = limits.take(account, request.remote_addr)
    number = person.id if person is not None else None
    if taken.until:
        logs.event("sign_in.failed", "paused", account=number)
        return str(_("Too many wrong passwords. Try again at %(time)s.", time=f"{local(taken.until):%H:%M}"))
    if passwords.right(person, typed) and person is not None and person.is_active and may:
        limits.right(taken)
        return ""
    closed = person is not None and not person.is_active
    reason = "unknown" if person is None else "closed" if closed else "wrong" if may else "not_by_password"
    logs.event("sign_in.failed", reason, account=number)
    limits.wrong(taken, person)
    return wrong


def checked_own(typed: str) -> str:
    """The same for somebody who is signed in and gives the password once more."""
    words = str(_("This is not your password. Type the one you sign in with."))
    return checked(current_user.email, current_user._get_current_object(), typed, wrong=words)


def may_sign_in_here(person: Person | None) -> bool:
    """Whether this person signs in here, and not at the organisation's provider alone."""
    everybody: bool = current_app.config["SETTINGS"].passwords_for_everybody
    return everybody or (person is not None and Role.ADMINISTRATOR in person.role_set)


class SignInForm(LoginForm):
    """Unknown address, wrong password and closed account get the same reply for the same work."""

    def validate(self, **kwargs: Any) -> bool:
        """In place of the library's own checks, which do different work for each of the three."""
        wrong = str(_("The e-mail address or the password is not right. Check both and try again."))
        if not Form.validate(self, **kwargs):
            if self.email.errors or self.password.errors:
                self.form_errors.append(wrong)
            self.email.errors, self.password.errors = [], []
            return False
        address = str(self.email.data)
        person = db.session.scalars(select(Person).where(Person.email == address)).one_or_none()
        words = checked(address, person, str(self.password.data), wrong=wrong, may=may_sign_in_here(person))
        if words:
            self.form_errors.append(words)
            return False
        self.ifield, self.user, self.user_authenticated = self.email, person, True
        return True


class OwnPasswordForm(VerifyForm):
    """One's password once more."""

    def validate(self, **kwargs: Any) -> bool:
        """Counted as sign-in counts."""
        if not Form.validate(self, **kwargs):
            return False
        words = checked_own(str(self.password.data))
        self.password.errors = [words] if words else []
        return not words


class NewPasswordForm(ChangePasswordForm):
    """The old password, and the new one twice."""

    def validate(self, **kwargs: Any) -> bool:
        """The new one is looked at first: what is wrong with it costs no try."""
        filled = Form.validate(self, **kwargs)
        for field in (self.password, self.new_password, self.new_password_confirm):
            if not field.data:
                field.errors = [_("Please fill in this field.")]
            elif field.errors:
                field.errors = [_("The two new passwords are not the same. Type the new one again.")]
        if not filled or not self.password.data:
            return False
        refusal = passwords.refusal(str(self.new_password.data), current_user.name, current_user.email)
        if refusal:
            self.new_password.errors = [str(refusal)]
            return False
        if words := checked_own(str(self.password.data)):
            self.password.errors = [words]
            return False
        if passwords.normal(str(self.password.data)) == passwords.normal(str(self.new_password.data)):
            self.new_password.errors = [_("The new password is the present one. Choose another.")]
            return False
        self.new_password.data = passwords.normal(str(self.new_password.data))
        return True


FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "verify_form": OwnPasswordForm,
    "change_password_form": NewPasswordForm,
}
"""What the library is given in place of its own."""
