"""The standards that competence is recorded for, and which of them an audit's criteria name."""

import re
from functools import lru_cache

STANDARDS: dict[str, str] = {
    "20000-1": "ISO/IEC 20000-1:2018",
    "27001": "ISO/IEC 27001:2022",
    "9001": "ISO 9001:2015",
    "22301": "ISO 22301:2019",
    "27701": "ISO/IEC 27701:2025",
    "14001": "ISO 14001:2015",
    "45001": "ISO 45001:2018",
}
"""The number by which people call a standard → the edition competence is recorded for."""

HOME = STANDARDS["20000-1"]
"""The standard whose clauses scope every audit here; it counts when the criteria name none."""


@lru_cache(maxsize=4096)
def standards_in(criteria: str) -> tuple[str, ...]:
    """The standards an audit is against, read from its criteria; that of the management system if none."""
    return tuple(name for number, name in STANDARDS.items() if _named(number, criteria)) or (HOME,)


def _named(number: str, criteria: str) -> bool:
    """Whether a text names a standard by its number, and not a longer number that holds it."""
    return re.search(rf"(?<![0-9]){re.escape(number)}(?![0-9])", criteria) is not None


def of_home(standard: str) -> bool:
    """Whether what a checklist asks about is the management system's own standard, or names none."""
    return HOME in standards_in(standard)


def clause_told(standard: str, clause: str) -> str:
    """A clause beside those of the system's own standard: "4.1" there, "27001 4.1" of another one.

    The standards share their numbers, not their clauses: 10.2 is improvement here and nonconformity there.
    """
    if of_home(standard) or not clause:
        return clause
    number = next(number for number, name in STANDARDS.items() if name in standards_in(standard))
    return f"{number} {clause}"
