"""What a password must be, and whether one that was typed is right.

Length counts and nothing else is prescribed (NIST SP 800-63B 3.1.1.2, ASVS 5.0 6.2): no kinds of characters,
no date at which it ends. Words that everybody tries first are refused, by a list on disk.
"""

import gzip
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_security import PasswordUtil
from flask_security.core import UserMixin
from flask_security.utils import hash_password, verify_and_update_password

from audit_app.config import PRODUCT

SHORTEST, LONGEST = 10, 128
"""Characters, as a person counts them."""
SHORTEST_PART = 4
"""Letters between digits are looked up from this length on; a shorter part that is repeated is no secret."""
FORM: Literal["NFKD"] = "NFKD"
"""The Unicode form in which passwords are hashed: the same word from another keyboard is the same word."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For what is made: nothing that looks like something else when read aloud or from paper."""
LIST = Path(__file__).parent / "library" / "passwords.txt.gz"
READABLE = 4096
"""The library hashes no longer text; nobody has such a password, because none can be set."""


def made(groups: int) -> str:
    """Random letters in groups of four, 4.95 bits each."""
    return "-".join("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(groups))


def normal(password: str) -> str:
    """A password as it is hashed and compared."""
    return unicodedata.normalize(FORM, password)


def refusal(password: str, *own: str) -> Any:
    """Why this cannot be somebody's password, in words; None when it can.

    ``own`` are words that stand for the person (name, address): alone they are guessed at once.
    """
    count = len(unicodedata.normalize("NFC", password))
    if count < SHORTEST:
        return _l("A password needs at least %(count)d characters. A short sentence is fine.", count=SHORTEST)
    if count > LONGEST:
        return _l("A password has at most %(count)d characters. Leave some out.", count=LONGEST)
    if any(is_known(each) for each in variants(password)):
        return _l(
            "This password stands on lists of stolen passwords, with or without the digits around it. "
            "Choose another one: several words that do not belong together are good."
        )
    if {bare(each) for each in variants(password)} & words_of(*own):
        return _l("Your name, your address or the name of this program is guessed first. Choose another one.")
    return None


def variants(password: str) -> set[str]:
    """The password, its heart without what is put around it, and what it repeats: ``Sunshine2026!`` is
    ``sunshine``."""
    whole = unicodedata.normalize("NFKC", password).casefold().strip()
    heart = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", whole)
    found = {whole, *({heart} if len(heart) >= SHORTEST_PART else ())}
    return found | {repeated.group(1) for each in found if (repeated := re.fullmatch(r"(.+?)\1+", each))}


def is_known(part: str) -> bool:
    """Whether a part is on the list, or so short that repeating it makes no secret."""
    return len(part) < SHORTEST_PART or f"\n{part}\n".encode() in _list()


@lru_cache(maxsize=1)
def _list() -> bytes:
    """The list as one text: looking a word up takes half a millisecond, and it costs 1 MB of memory."""
    return b"\n" + gzip.decompress(LIST.read_bytes())


def bare(text: str) -> str:
    """Letters and digits only, in lower case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def words_of(*own: str) -> set[str]:
    """What stands for a person or for this program, also the part of an address before its @."""
    names = [*own, PRODUCT, *(each.partition("@")[0] for each in own)]
    return {bare(each) for each in names if bare(each)}


def right(person: Any, typed: str) -> bool:
    """Whether the password is this person's. For nobody (None) it takes as long, and is wrong.

    Exactly one hash is verified in every case, so that the time does not tell whether an account exists.
    """
    text, stand_in = (
        normal(typed),
        _stand_in(repr(current_app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"])),
    )
    known = person is not None and bool(person.password)
    whose = person if known else cast(UserMixin, SimpleNamespace(password=stand_in))
    matches = verify_and_update_password(text if len(text) <= READABLE else "", whose)
    return bool(matches) and known


@lru_cache(maxsize=4)
def _stand_in(_cost: str) -> str:
    """The hash of a password that nobody knows, at the cost of the real ones."""
    made: str = hash_password(secrets.token_urlsafe(32))
    return made


class Passwords(PasswordUtil):
    """The same rules wherever Flask-Security asks."""

    def normalize(self, password: str) -> str:
        """See :func:`normal`."""
        return normal(password)

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[Any] | None, str]:
        """See :func:`refusal`."""
        person = kwargs.get("user")
        words = refusal(password, *((person.name, person.email) if person is not None else ()))
        return ([words] if words else None), normal(password)
