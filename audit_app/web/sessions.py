"""The session cookie, signed as Flask signs it, by a signer that is made once and not twice per request.

A cookie that stays when the browser is closed ends with its session (``accounts/sessions.py``), not later.
"""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

from flask import Flask
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, with SHA-256 instead of SHA-1; the keys are part of what the signer is kept
    under."""

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self) -> None:
        self._signer = lru_cache(maxsize=4)(self._make)

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        """The end of the session for a cookie that stays; None for one that goes with the browser."""
        ends = session.get("ends")
        if session.permanent and isinstance(ends, int):
            return datetime.fromtimestamp(ends, UTC)
        return super().get_expiration_time(app, session)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of the present keys, or None when the application has no key."""
        keys = (*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key)
        return self._signer(keys) if app.secret_key else None

    def _make(self, keys: tuple[str | bytes, ...]) -> URLSafeTimedSerializer:
        signing = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        return URLSafeTimedSerializer(
            list(keys),  # type: ignore[arg-type]  # as Flask itself writes it
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs=signing,
        )


def init_app(app: Flask) -> None:
    """Use them."""
    app.session_interface = Sessions()
