"""A lock on a file that ends with whoever holds it, even when the process is killed."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock inside; the file is made if it is not there. Raises :class:`OSError` when somebody else
    holds it, in this process or another, and still does after ``patience`` seconds.
    """
    ends = time.monotonic() + patience
    with path.open("a") as file:
        while True:
            try:
                _lock(file.fileno())
                break
            except OSError:
                if time.monotonic() >= ends:
                    raise
                time.sleep(0.02)
        yield


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock at this moment."""
    if not path.exists():
        return False
    try:
        with alone(path):
            return False
    except OSError:
        return True
