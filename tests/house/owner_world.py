"""What owners write to each other and hand to each other, one of everything."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from audit_app.accounts import erasing, sessions
from audit_app.accounts import services as accounts
from audit_app.accounts.factor_models import Passkey, RecoveryCode, SecondFactor
from audit_app.accounts.identities import SignInIdentity
from audit_app.accounts.limits import Counted, SignInTries
from audit_app.accounts.session_models import SignInSession
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import comments, cover_services
from audit_app.retention import services as retention
from tests.people import PASSWORD, People

WEEK = timedelta(days=7)


def build(p: People, made: dict[str, Any]) -> None:
    """Comments on a finding and on its action; one of the people called may not see them. And a try at a password, and every kind of second factor."""
    db.session.add(SignInTries(counted=Counted.ACCOUNT, key="0" * 64, tries=1, last_at=now()))
    db.session.add(
        SignInIdentity(person=p.reader, issuer="https://id.example.org", subject="r-1", bound_at=now())
    )
    for person in (p.owner, p.manager):
        _session(person)
    _left_long_ago(p)
    p.reader.factor = SecondFactor(handle="0" * 32, method="authenticator", secret="{}", set_at=now())
    p.reader.recovery_codes = [RecoveryCode(salt="0" * 32, hashed="0" * 64)]
    p.reader.webauthn = [
        Passkey(name="平板电脑", credential_id=b"id", public_key=b"key", transports=["internal"])
    ]
    finding = made["planned"]
    comments.add(finding, text="@Ana Auditor 需要哪份记录？ @Otto Owner", by=p.owner)
    comments.add(finding, text="<b>下周</b>完成。", action=finding.actions[0], by=p.owner)
    cover_services.delegate(
        finding.actions[0], to=p.boss, from_on=today(), to_on=today() + WEEK, reason="现场工作。", by=p.owner
    )
    cover_services.record_absence(
        p.owner2, deputy=p.manager, from_on=today(), to_on=today() + WEEK, remark="休假", by=p.owner2
    )


def _session(person: Any) -> None:
    """A sign-in on another device."""
    row = sessions.row_for(person, stays=True)
    row.secret_sha256, row.device, row.address = sessions.hashed(person.email), "Safari · iPad", "192.0.2.7"
    db.session.add(row)
    db.session.flush()


def addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of these doors."""
    finding = made["planned"]
    known = select(SignInSession).where(SignInSession.device == "Safari · iPad").order_by(SignInSession.id)
    first, second = db.session.scalars(known)
    of_owner = {"person_id": first.person_id}
    return {
        "home.session_end": [{"id": second.id}],
        "home.person_devices": [of_owner],
        "home.person_session_end": [of_owner | {"id": first.id}],
        "home.person_sessions_end": [of_owner],
        "accounts.person_factor_reset": [{"id": finding.owner_id}],
        "accounts.passkey_remove": [{"id": 1}],
        "findings.comment": [{"id": finding.id}],
        "findings.absence_end": [{"id": 1}],
        "findings.action_comment": [{"id": finding.actions[0].id}],
    }


def _left_long_ago(p: People) -> None:
    """Somebody whose personal data were erased, and a period that was chosen for others."""
    left = accounts.add_person(
        name="老同事",
        email="left@example.org",
        roles=["auditor"],
        language="zh",
        password=PASSWORD,
        by=p.admin,
    )
    accounts.deactivate(left, by=p.admin)
    erasing.erase(left, reason="本人要求", by=p.admin)
    retention.choose("mails", 100, by=p.admin)
