"""The second factor by Flask-Security: its settings, and the places where the library leaves something open.

The library lets a code of the app count twice, keeps recovery codes so that they can be read again, and has
a passkey be either first or second factor. Who must have one is asked in ``factor_gate.py``.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_security import MfRecoveryCodesUtil, Totp, WebauthnUtil
from passlib.exc import TokenError, UsedTokenError
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from audit_app.accounts import passwords
from audit_app.accounts.factor_models import RecoveryCode
from audit_app.config import PRODUCT, Settings
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes

APP = "authenticator"
"""The library's word for an app that shows codes."""
PERIOD = 30
"""Seconds of one code. The one before and the one after it count too: clocks differ."""
CODES, GROUPS = 10, 3
"""Recovery codes in a set, and groups of four letters in each: 59 bits."""
COST = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1, "hash_len": 32, "type": Type.ID}
"""argon2id at OWASP's least cost: the codes are random, nobody chose them."""
FRESH_MINUTES = 10
"""Minutes after the password was given in which a factor can be changed without giving it once more."""


SAID: dict[str, tuple[Any, str]] = {
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("Welcome. The code was right."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Please begin with your password."), "error"),
    "REAUTHENTICATION_REQUIRED": (_l("Give your password once more; then you go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. Go on where you were."), "success"),
    "API_ERROR": (_l("That was not understood. Begin once more."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (
        _l("The passkey “%(name)s” is kept. Sessions on other devices have ended."),
        "success",
    ),
    "WEBAUTHN_EXPIRED": (_l("That took too long. Begin once more."), "error"),
}
"""What the library says on these pages, in the words of the house."""


def keys(settings: Settings) -> dict[str, str]:
    """The key that encrypts the keys of the apps: from FACTOR_KEY, else from the secret key. Setting
    FACTOR_KEY to the former secret key keeps the apps when that one is changed."""
    secret = settings.factor_key or settings.key()
    return {"1": hmac.new(secret.encode(), b"authenticator apps", sha256).hexdigest()}


def configuration(settings: Settings) -> dict[str, Any]:
    """The library's settings."""
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": [APP],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": PERIOD,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "accounts.second_factor",
        "SECURITY_TOTP_SECRETS": keys(settings),
        "SECURITY_TOTP_ISSUER": PRODUCT,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": PRODUCT,
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": None,
        "SECURITY_WAN_POST_REGISTER_VIEW": "accounts.second_factor",
        "SECURITY_FRESHNESS": timedelta(minutes=FRESH_MINUTES),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_DATETIME_FACTORY": now,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        **{f"SECURITY_MSG_{name}": (words, tone) for name, (words, tone) in SAID.items()},
    }


def library() -> Any:
    """Flask-Security of this application, with the classes below."""
    return current_app.extensions["security"]


class AppCodes(Totp):
    """A code counts once, also when two requests bring it at the same moment."""

    def get_last_counter(self, user: Any) -> int | None:
        """The period whose code was used last."""
        return user.factor.counter if user.factor else None

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Only the one who moves the counter on has used the code."""
        serialize_writes()
        db.session.refresh(user.factor, ["counter"])
        if user.factor.counter is not None and user.factor.counter >= tmatch.counter:
            raise UsedTokenError(expire_time=tmatch.expire_time)
        user.factor.counter = tmatch.counter
        db.session.flush()

    def first(self, secret: str, token: str) -> int | None:
        """The period of the first code of a new app; None when it is wrong."""
        try:
            return int(self._totp.verify("".join(token.split()), secret, window=PERIOD).counter)
        except TokenError:
            return None

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether the code is right and was not used before. An app whose key cannot be read any more (the
        secret key is another one) shows no right code; the log says why."""
        try:
            return bool(super().verify_totp("".join(token.split()), totp_secret, user, window))
        except (ValueError, KeyError, TypeError):
            current_app.logger.exception("the key of an authenticator app cannot be read: FACTOR_KEY")
            return False


class RecoveryCodes(MfRecoveryCodesUtil):
    """Kept as hashes; the set shares one salt, so that a try costs one hash and not ten."""

    def made(self) -> list[str]:
        """Codes as they are shown: letters that cannot be mistaken for another, in groups."""
        return [passwords.made(GROUPS) for _each in range(CODES)]

    def create_recovery_codes(self, user: Any) -> list[str]:
        """A new set, told this once; the former one is void."""
        codes = self.made()
        salt = secrets.token_hex(16)
        user.recovery_codes = [RecoveryCode(salt=salt, hashed=slow(code, salt)) for code in codes]
        db.session.flush()
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        """Nobody can read them again."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one of those left; asking uses it up, so that no second request can."""
        serialize_writes()
        db.session.expire(user, ["recovery_codes"])
        hashed = slow(code, user.recovery_codes[0].salt) if user.recovery_codes else ""
        for each in user.recovery_codes:
            if hmac.compare_digest(each.hashed, hashed):
                user.recovery_codes.remove(each)
                db.session.flush()
                return True
        return False

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """It was used up when it was checked."""
        return True


def slow(code: str, salt: str) -> str:
    """The hash under which a recovery code is kept; blanks, dashes and capitals do not count."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())[:64]
    return hash_secret_raw(plain.encode(), bytes.fromhex(salt), **COST).hex()  # type: ignore[arg-type]  # as named


class Passkeys(WebauthnUtil):
    """Finger, face or PIN is always asked for, and the tablet's own keys are welcome.

    The library would ask for a key on a separate stick where it is the first factor.
    """

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """Found without typing a name, and proved by who holds it."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        """The same whenever it is used."""
        return UserVerificationRequirement.REQUIRED


PARTS: dict[str, Any] = {
    "totp_cls": AppCodes,
    "mf_recovery_codes_util_cls": RecoveryCodes,
    "webauthn_util_cls": Passkeys,
}
"""What the library is given in place of its own."""
