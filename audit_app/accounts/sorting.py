"""Sort keys of names: Chinese by sound, Latin without regard to case, and no dictionary to carry along.

The common characters stand in GB 2312 in the order of their pinyin, so the character's own code is a key
that sorts
by sound. Rare characters follow by radical, as in printed directories. Chinese names come after Latin
ones on every
database, because their keys start with ``zz`` and hold only letters and digits.
"""

LONGEST = 200


def sort_key(name: str) -> str:
    """The key by which a name is sorted; at most 200 characters."""
    return "".join(_letter(letter) for letter in name.strip().casefold())[:LONGEST]


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    try:
        return "zz" + letter.encode("gb18030").hex()
    except UnicodeEncodeError:
        return ""
