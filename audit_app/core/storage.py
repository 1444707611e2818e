"""Whether an error means that nothing can be stored: the disk is full, read-only, broken, or at a limit.

Asked of an exception and of what caused it: SQLAlchemy wraps the driver's, and a commit at the end of a
request arrives wrapped once more. Values: ``errno`` of Linux, result codes of SQLite
(https://www.sqlite.org/rescode.html), SQLSTATE classes 53 and 58 of PostgreSQL.
"""

import errno
import sqlite3
from collections.abc import Iterator
from enum import StrEnum


class Fault(StrEnum):
    """Why nothing can be stored."""

    FULL = "full"
    LOCKED = "locked"
    """Writing is not allowed: mounted read-only, or the rights of a folder."""
    BROKEN = "broken"
    """Errors of input and output, or no more files may be opened."""


BY_ERRNO = {
    errno.ENOSPC: Fault.FULL,
    errno.EDQUOT: Fault.FULL,
    errno.EROFS: Fault.LOCKED,
    errno.EIO: Fault.BROKEN,
    errno.EFBIG: Fault.BROKEN,
    errno.ESTALE: Fault.BROKEN,
    errno.EMFILE: Fault.BROKEN,
    errno.ENFILE: Fault.BROKEN,
}
BY_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.LOCKED,
    sqlite3.SQLITE_IOERR: Fault.BROKEN,
    sqlite3.SQLITE_CANTOPEN: Fault.BROKEN,
}
BY_SQLSTATE = {"53100": Fault.FULL, "53200": Fault.FULL, "25006": Fault.LOCKED, "58030": Fault.BROKEN}


def fault_in(error: BaseException | None) -> Fault | None:
    """What is wrong with the storage by this error or what lies behind it; None when it is something else."""
    return next((found for each in _behind(error) if (found := _fault(each)) is not None), None)


def is_mistake(error: BaseException) -> bool:
    """Whether the database was only asked wrongly (a table is missing): waiting mends nothing."""
    return any(
        isinstance(each, sqlite3.Error)
        and (getattr(each, "sqlite_errorcode", 0) or 0) & 0xFF == sqlite3.SQLITE_ERROR
        for each in _behind(error)
    )


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        wrapped = getattr(error, "orig", None) or getattr(error, "original_exception", None)
        error = wrapped or error.__cause__ or error.__context__


def _fault(error: BaseException) -> Fault | None:
    if isinstance(error, sqlite3.Error):
        return BY_SQLITE.get((getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF)
    if isinstance(error, OSError):
        return BY_ERRNO.get(error.errno or 0)
    return BY_SQLSTATE.get(getattr(error, "sqlstate", "") or "")
