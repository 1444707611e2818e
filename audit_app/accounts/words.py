"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "person.add": _l("added the person"),
    "person.edit": _l("changed the person's record"),
    "person.deactivate": _l("ended the person's access"),
    "person.erase": _l("erased the personal data"),
    "person.activate": _l("gave access again"),
    "person.password": _l("set a new password"),
    "person.roles": _l("set the person's roles as the sign-in service tells them"),
    "person.bind": _l("bound the account to the sign-in service"),
    "person.unbind": _l("took the account off the sign-in service"),
    "person.profile": _l("changed their own profile"),
    "person.language": _l("changed their language"),
    "person.sign_out": _l("signed out"),
    "person.end_session": _l("ended a sign-in on another device"),
    "person.end_sessions": _l("ended the sign-ins on other devices"),
    "person.confirm_wrong": _l("gave a wrong password when signing a record"),
    "sign_in.paused": _l("paused sign-in after too many wrong passwords or codes"),
    "factor.app_set": _l("set up an authenticator app"),
    "factor.app_changed": _l("set up another authenticator app"),
    "factor.app_removed": _l("removed the authenticator app"),
    "factor.passkey_added": _l("added a passkey"),
    "factor.passkey_removed": _l("removed a passkey"),
    "factor.codes_made": _l("made new recovery codes"),
    "factor.code_used": _l("used a recovery code"),
    "factor.reset": _l("reset the second factor"),
    "organisation.second_factor": _l("set which roles must have a second factor"),
    "organisation.set": _l("set the facts of the organisation"),
    "site.add": _l("added the site"),
    "site.edit": _l("changed the site"),
    "department.add": _l("added the department"),
    "department.edit": _l("changed the department"),
    "process.add": _l("added the process"),
    "process.edit": _l("changed the process"),
}

FIELDS: dict[str, Any] = {
    "active": _l("In use"),
    "audit_standard": _l("Audits follow"),
    "code": _l("Code"),
    "code_prefix": _l("Start of document codes"),
    "confidentiality_en": _l("Confidentiality marking in English"),
    "confidentiality_zh": _l("Confidentiality marking in Chinese"),
    "email": _l("E-mail address"),
    "importance": _l("Importance"),
    "independence_months": _l("Months until former work no longer conflicts"),
    "job_title": _l("Job title"),
    "language": _l("Language"),
    "legacy_en": _l("2005 process in English"),
    "legacy_zh": _l("2005 process in Chinese"),
    "legacy_number": _l("Process of the 2005 edition"),
    "name": _l("Name"),
    "name_en": _l("Name in English"),
    "name_zh": _l("Name in Chinese"),
    "second_factor_roles": _l("Roles that must have a second factor"),
    "scope_en": _l("Scope of the management system in English"),
    "scope_zh": _l("Scope of the management system in Chinese"),
    "valid_until": _l("Access ends after"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "factor.set": (
        _l("A way to sign in was added to your account"),
        _l("An authenticator app or a passkey was set up. If it was not you, tell an administrator at once."),
    ),
    "factor.removed": (
        _l("A way to sign in was removed from your account"),
        _l(
            "An authenticator app or a passkey was removed. If it was not you, tell an administrator at once."
        ),
    ),
    "factor.codes_made": (
        _l("New recovery codes were made for your account"),
        _l("Earlier ones no longer count. If it was not you, tell an administrator at once."),
    ),
    "factor.code_used": (
        _l("A recovery code was used to sign in to your account"),
        _l("It does not count again. If it was not you, tell an administrator at once."),
    ),
    "factor.reset": (
        _l("Your second factor was reset"),
        _l(
            "You sign in by password alone until you set one up again. If you did not ask for it, tell an "
            "administrator at once."
        ),
    ),
}
