"""How standards and clauses are cited: the same one under the several names that people and files give it."""

import re
from dataclasses import dataclass

_CITED = re.compile(
    r"(?:ISO(?:\s*/\s*IEC)?\s+)?(?P<name>[^:\s]+)(?:\s*[:\s]\s*(?P<edition>\d[\d.]*)\b.*)?", re.I
)
_TRIMMED = re.compile(r"^(?:clause|section|requirement|条款|第)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Cited:
    """A standard by its bare name ("20000-1", "fitsm-1") and edition; the edition is "" when none is said."""

    name: str
    edition: str = ""

    def is_of(self, edition: "Cited") -> bool:
        """Whether this citation can mean that edition: the same one, or no edition is said here."""
        return self.name == edition.name and self.edition in ("", edition.edition)


def cited(text: str) -> Cited:
    """Read a citation: "ISO/IEC 20000-1:2018 + Amd 1:2024" is the 2018 edition of 20000-1.

    Amendments do not make another edition. A text that is not cited like that is its own name, as a whole.
    """
    found = _CITED.fullmatch(" ".join(text.split()))
    if found is None:
        return Cited(" ".join(text.casefold().split()))
    return Cited(found["name"].casefold(), (found["edition"] or "").rstrip("."))


def bare_clause(clause: str) -> str:
    """A clause number as the standard has it: "Clause 4.1." and "4.1-2" (second question on 4.1) are 4.1."""
    text = _TRIMMED.sub("", " ".join(clause.split())).removesuffix("条").rstrip(".").strip()
    return re.sub(r"(?<=\d)-\d+$", "", text)


def upwards(clause: str) -> list[str]:
    """A clause and those it stands below, nearest first: 8.5.1.2, 8.5.1, 8.5, 8."""
    text = re.split(r"\s", bare_clause(clause), maxsplit=1)[0]
    parts = text.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
