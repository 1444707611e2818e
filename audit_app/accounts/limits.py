"""How often a password may be tried: per account and per network address, for all processes together.

The counters are rows, so that every worker sees them, and each try is counted and committed *before* the
password is looked at: of a hundred tries sent at the same moment only as many get through as are free. What
counts is what was typed, whether such an account exists or not, so the refusal tells nothing about it.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.core.clock import now
from audit_app.core.db import Base, by_value, db, serialize_writes
from audit_app.trail import services as trail
from audit_app.web.transactions import commit_now


class Counted(StrEnum):
    """What tries are counted by."""

    ACCOUNT = "account"
    ADDRESS = "address"


@dataclass(frozen=True)
class Limit:
    """``free`` tries in a row; from the last of them on each costs a pause, twice as long as the one
    before."""

    free: int
    first: timedelta
    longest: timedelta

    def pause(self, tries: int) -> timedelta:
        """How long nobody tries again after so many tries in a row."""
        if tries < self.free:
            return timedelta(0)
        return min(self.first * 2 ** min(tries - self.free, 20), self.longest)


LIMITS = {
    Counted.ACCOUNT: Limit(5, timedelta(minutes=1), timedelta(minutes=15)),
    Counted.ADDRESS: Limit(30, timedelta(minutes=1), timedelta(minutes=15)),
}
"""An office often has one address for everybody. At most 4 tries an hour go on for ever: 96 a day."""
FORGOTTEN = timedelta(hours=24)
"""Without a try for this long, an account or address begins anew."""


class SignInTries(Base):
    """Tries in a row of one account or network address; its name is kept as a keyed hash only."""

    __tablename__ = "sign_in_tries"

    counted: Mapped[Counted] = mapped_column(by_value(Counted), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    paused_until: Mapped[datetime | None]


@dataclass
class Try:
    """One try: refused until a moment, or free; ``shut`` are the counters that it brought to a pause."""

    account: str
    address: str
    until: datetime | None = None
    shut: list[Counted] = field(default_factory=list)


def take(account: str, address: str | None) -> Try:
    """Count one try, before the password is looked at. ``until`` is set when none is free now."""
    taken, moment = Try(account, address or ""), now()
    serialize_writes()
    db.session.execute(delete(SignInTries).where(SignInTries.last_at < moment - FORGOTTEN))
    rows = [_row(Counted.ACCOUNT, account), _row(Counted.ADDRESS, network(taken.address))]
    pauses = [row.paused_until for row in rows if row.paused_until and row.paused_until > moment]
    if pauses:
        taken.until = max(pauses)
    else:
        for row in rows:
            row.tries, row.last_at = row.tries + 1, moment
            if pause := LIMITS[row.counted].pause(row.tries):
                row.paused_until = moment + pause
                taken.shut.append(row.counted)
    commit_now()
    return taken


def wrong(taken: Try, person: Any) -> None:
    """The password was wrong: a pause that begins with it is a line of the trail."""
    for counted in taken.shut:
        details = {"counted": counted, "address": taken.address}
        if counted is Counted.ACCOUNT and person is not None:
            trail.note("sign_in.paused", person, by=None, **details)
        else:
            trail.note_of_system("sign_in.paused", **details)
    commit_now()


def right(taken: Try) -> None:
    """The password was right: the account begins anew, and the address gets its try back (only that one, or
    whoever has one account could try all others)."""
    forget(taken.account)
    row = _row(Counted.ADDRESS, network(taken.address))
    row.tries = max(row.tries - 1, 0)
    if Counted.ADDRESS in taken.shut:
        row.paused_until = None


def forget(account: str) -> None:
    """An account begins anew (also when it is given a new password)."""
    serialize_writes()
    row = _row(Counted.ACCOUNT, account)
    row.tries, row.paused_until = 0, None


def network(address: str) -> str:
    """What counts as one address: IPv4 itself, of IPv6 the /64 that one line is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def _row(counted: Counted, name: str) -> SignInTries:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    key = hmac.new(secret, f"{counted}|{name.strip().lower()}".encode(), hashlib.sha256).hexdigest()
    query = select(SignInTries).where(SignInTries.counted == counted, SignInTries.key == key)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        row = SignInTries(counted=counted, key=key, tries=0, last_at=now())
        db.session.add(row)
    return row
