"""What a person confirms a sign-in with, beside the password: an app's codes, recovery codes, passkeys.

Kept apart from the person: a code that is used is no change of the person's record, and what opens an account
is not read at every request. The properties of :class:`Factors` carry the names that Flask-Security asks for.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_security.core import WebAuthnMixin
from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from audit_app.core.clock import now
from audit_app.core.db import Base


class Either(str):
    """A passkey that asked for finger, face or PIN is good as first *and* as second factor; the library
    wants one of the two words and compares with it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other in {"first", "secondary"}

    __hash__ = str.__hash__


class SecondFactor(Base):
    """A person's authenticator app, and the handle under which passkeys know the person.

    ``secret`` is encrypted (``SECURITY_TOTP_SECRETS``); ``counter`` is the period of 30 seconds whose code
    was used last: no code of it or before it counts again.
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    method: Mapped[str | None] = mapped_column(String(20))
    secret: Mapped[str | None] = mapped_column(String(500))
    counter: Mapped[int | None]
    set_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One code that counts once; kept as a slow hash, in one set that shares a random salt (hex)."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    salt: Mapped[str] = mapped_column(String(32))
    hashed: Mapped[str] = mapped_column(String(64))


class Passkey(WebAuthnMixin, Base):
    """A passkey of a person; the private half never leaves their device."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(4096))
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[list[str] | None] = mapped_column(JSON)
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(40), default="single_device")
    extensions: Mapped[str | None] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(default=now)
    lastuse_datetime: Mapped[datetime] = mapped_column(default=now)

    @property
    def usage(self) -> str:
        """See :class:`Either`."""
        return Either("first")

    @usage.setter
    def usage(self, _value: str) -> None:
        """The library chooses one of the two; both hold."""

    @property
    def used_at(self) -> datetime | None:
        """When it was last used to sign in; None before the first time."""
        return self.lastuse_datetime if (self.lastuse_datetime - self.made_at).total_seconds() > 1 else None

    def get_user_mapping(self) -> dict[str, Any]:
        """How the library finds the person."""
        return {"id": self.person_id}


class Factors:
    """Mixin of ``Person``: what the library asks a person for, read only when it asks."""

    if TYPE_CHECKING:
        id: Mapped[int]

    @declared_attr
    def factor(cls) -> Mapped[SecondFactor | None]:
        """The row of the app, if there is one."""
        return relationship(SecondFactor, uselist=False, cascade="all, delete-orphan", passive_deletes=True)

    @declared_attr
    def recovery_codes(cls) -> Mapped[list[RecoveryCode]]:
        """Recovery codes that were not used yet."""
        return relationship(
            RecoveryCode, cascade="all, delete-orphan", passive_deletes=True, order_by=RecoveryCode.id
        )

    @declared_attr
    def webauthn(cls) -> Mapped[list[Passkey]]:
        """Passkeys, the oldest first."""
        return relationship(Passkey, cascade="all, delete-orphan", passive_deletes=True, order_by=Passkey.id)

    def the_factor(self) -> SecondFactor:
        """The row of the app, made when missing."""
        if self.factor is None:
            self.factor = SecondFactor()
        return self.factor

    @property
    def has_factor(self) -> bool:
        """Whether a sign-in by password alone is not enough."""
        return self.tf_primary_method is not None or bool(self.webauthn)

    @property
    def tf_primary_method(self) -> str | None:
        """``authenticator`` when an app is set up."""
        return self.factor.method if self.factor else None

    @tf_primary_method.setter
    def tf_primary_method(self, value: str | None) -> None:
        if value or self.factor:
            self.the_factor().method = value

    @property
    def tf_totp_secret(self) -> str | None:
        """The key of the app, encrypted."""
        return self.factor.secret if self.factor else None

    @tf_totp_secret.setter
    def tf_totp_secret(self, value: str | None) -> None:
        if value or self.factor:
            self.the_factor().secret = value

    tf_phone_number = None
    """No code is sent by telephone."""

    @property
    def fs_webauthn_user_handle(self) -> str | None:
        """What a passkey keeps instead of a name: random, and the same for all passkeys of a person."""
        return self.factor.handle if self.factor else None

    @fs_webauthn_user_handle.setter
    def fs_webauthn_user_handle(self, value: str) -> None:
        self.the_factor().handle = value

    @property
    def mf_recovery_codes(self) -> list[str]:
        """Hashes of the codes that are left: the library asks only whether there are any."""
        return [each.hashed for each in self.recovery_codes]
