"""Which account belongs to whom at the OpenID provider, and what a sign-in there changes here.

An account is bound to issuer and subject, which a provider never gives to somebody else (OpenID Connect
Core 1.0, 5.7). An address binds once and only if the provider has confirmed it; afterwards it may change or
pass on to a newcomer, and opens nothing any more.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts import services
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.clock import now
from audit_app.core.db import Base, db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.trail import services as trail


class SignInIdentity(Base):
    """One person's name at one provider."""

    __tablename__ = "sign_in_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    bound_at: Mapped[datetime]

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("person_id", "issuer"))


class Reason(StrEnum):
    """Why somebody whom the provider knows is not let in here."""

    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    NO_ADDRESS = "no_address"
    TAKEN = "taken"
    CLOSED = "closed"
    NO_ROLE = "no_role"


class NotLetIn(Exception):
    """The provider vouches for the person, and there is still no way in; nothing was changed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Rules:
    """What the settings say about those who come by the provider."""

    mapping: dict[str, frozenset[Role]]
    default: Role | None
    provision: bool

    @classmethod
    def of(cls, settings: Any) -> "Rules":
        """Read from the settings. Raises ValueError, in words for the operator, when they cannot be read."""
        mapping: dict[str, frozenset[Role]] = {}
        for line in filter(None, (each.strip() for each in settings.oidc_roles.split(";"))):
            group, equals, names = line.rpartition("=")
            if not equals or not group.strip():
                raise ValueError(f"OIDC_ROLES: “{line}” is not written as group=role.")
            mapping[group.strip()] = frozenset(_role(name.strip(), "OIDC_ROLES") for name in names.split(","))
        if bool(mapping) != bool(settings.oidc_roles_claim):
            raise ValueError("OIDC_ROLES and OIDC_ROLES_CLAIM belong together: set both or none.")
        name = settings.oidc_default_role
        default = _role(name, "OIDC_DEFAULT_ROLE") if name else None
        if settings.oidc_provision and not mapping and default is None:
            raise ValueError(
                "OIDC_PROVISION needs OIDC_ROLES or OIDC_DEFAULT_ROLE: nobody is made without a role."
            )
        return cls(mapping, default, settings.oidc_provision)

    def roles(self, groups: frozenset[str]) -> frozenset[Role]:
        """The roles that these groups have here."""
        held = frozenset(role for group in groups for role in self.mapping.get(group, ()))
        return held or (frozenset({self.default}) if self.default else frozenset())


def _role(name: str, setting: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise ValueError(f"{setting}: there is no role “{name}”. There are: {known}.") from None


def admit(told: Any, rules: Rules, *, language: str) -> Person:
    """The person whom the provider vouches for (``provider.Told``), with today's roles; bound or made.

    ``language`` is that of the sign-in page, for a new account. Raises :class:`NotLetIn` and changes nothing.
    """
    serialize_writes()
    query = select(SignInIdentity).where(
        SignInIdentity.issuer == told.issuer, SignInIdentity.subject == told.subject
    )
    known = db.session.scalars(query).one_or_none()
    roles = rules.roles(told.groups)
    person = known.person if known else _by_address(told)
    if person is not None:
        if not person.is_active:
            raise NotLetIn(Reason.CLOSED)
        if rules.mapping and not roles:
            raise NotLetIn(Reason.NO_ROLE)
        if not known:
            _bind(person, told, "address")
        if rules.mapping:
            _set_roles(person, roles)
        return person
    if not rules.provision:
        raise NotLetIn(Reason.UNKNOWN)
    if not roles:
        raise NotLetIn(Reason.NO_ROLE)
    try:
        made = services.add_person(
            told.address, told.name, roles, language=told.language or language,
            password=services.new_password(), by=None,
        )  # fmt: skip  # a password that nobody has seen
    except Refused as refused:
        raise NotLetIn(Reason.NO_ADDRESS) from refused
    _bind(made, told, "new")
    return made


def _by_address(told: Any) -> Person | None:
    """The account with the address that the provider has confirmed, if it is bound to nobody else there."""
    if not told.address:
        raise NotLetIn(Reason.NO_ADDRESS)
    if not told.confirmed:
        raise NotLetIn(Reason.UNCONFIRMED)
    # In lower case other letters become ours, such as the Kelvin sign: a mailbox must not become another one.
    address = told.address.lower() if told.address.isascii() else told.address
    person = db.session.scalars(select(Person).where(Person.email == address)).one_or_none()
    if person is not None and of(person, told.issuer):
        raise NotLetIn(Reason.TAKEN)
    return person


def of(person: Person, issuer: str) -> SignInIdentity | None:
    """Whom this provider knows a person as."""
    query = select(SignInIdentity).where(
        SignInIdentity.person_id == person.id, SignInIdentity.issuer == issuer
    )
    return db.session.scalars(query).one_or_none()


def _bind(person: Person, told: Any, way: str) -> None:
    """``way``: by the confirmed address, or as a new account."""
    db.session.add(SignInIdentity(person=person, issuer=told.issuer, subject=told.subject, bound_at=now()))
    trail.note("person.bind", person, by=None, issuer=told.issuer, known_as=told.subject, way=way)


def unbind(person: Person, issuer: str, *, by: Person) -> None:
    """Take an account off the provider; the next sign-in with its confirmed address binds it anew."""
    bound = of(person, issuer)
    if bound is not None:
        trail.note("person.unbind", person, by=by, issuer=issuer, known_as=bound.subject)
        db.session.delete(bound)
        db.session.flush()


def _set_roles(person: Person, roles: frozenset[Role]) -> None:
    """As the groups say; the last administrator stays one, or nobody could repair the settings."""
    try:
        services.set_roles(person, roles, by=None)
    except Refused:
        services.set_roles(person, roles | {Role.ADMINISTRATOR}, by=None)
