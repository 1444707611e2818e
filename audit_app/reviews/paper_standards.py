"""Which clauses of other standards the inputs of an integrated review answer: beside each, and as a table."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from audit_app.exports.document import Block, Grid, GridColumn, Heading
from audit_app.exports.values import Link, listed
from audit_app.reviews.pack import Answered, Input, Pack
from audit_app.reviews.telling import tell


def clauses(answers: Iterable[Answered]) -> str:
    """Standards with their clauses in one line: ISO/IEC 27001:2022 9.3.2 a), ISO 9001:2015 9.3.2 a)."""
    return listed(f"{each.standard} {each.clause}" for each in answers)


def cross_table(inputs: Iterable[Input]) -> list[tuple[str, str, str, list[str]]]:
    """Standard, clause, subject and the letters it is said under: in the order of standards and clauses."""
    found: dict[Answered, list[str]] = {}
    for one in inputs:
        for each in one.answers or ():
            found.setdefault(each, []).append(one.key)
    rows = [(each.standard, each.clause, tell(each.title), keys) for each, keys in found.items()]
    order = list(dict.fromkeys(each.standard for each in found))
    return sorted(rows, key=lambda row: (order.index(row[0]), row[1]))


def annex(pack: Pack) -> Iterator[Block]:
    """The cross table on paper; nothing for a review by one standard alone."""
    rows = cross_table(pack.inputs)
    if not rows:
        return
    yield Heading(_("Annex C: inputs of the other standards"))
    columns = (
        GridColumn(_("Standard"), 24),
        GridColumn(_("Clause"), 18),
        GridColumn(_("Subject"), 42),
        GridColumn(_("Said under"), 16),
    )
    yield Grid(
        columns,
        tuple(
            (
                standard,
                clause,
                subject,
                tuple(Link(f"{key})", url=f"#input-{key}") for key in keys),
            )
            for standard, clause, subject, keys in rows
        ),
        compact=True,
    )
