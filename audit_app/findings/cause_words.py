"""What can be pointed out about a cause without knowing the field. Advice only: nothing here ever refuses.

Four habits make an analysis worthless: the cause says the finding again in other words; it names a person's
failing and stops there; it stops after one or two whys; or the root is nothing that anybody could change.
They are seen by words alone, in both languages, so a remark may be wrong; whoever answers may go on, and
whoever approves the plan sees the same remarks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from rapidfuzz import fuzz

from audit_app.findings.cause_models import FindingCause
from audit_app.findings.cause_tree import Twig, roots, trees, walk
from audit_app.findings.likeness import tokens
from audit_app.findings.models import Finding

WHYS = 3
"""Fewer whys before the root are pointed out. Five is a rule of thumb; below three, habit has answered."""
ALIKE, HELD = 72, 0.8
"""Percent of equal letters in order, and share of a cause's words that stand in the statement."""
LONGEST = 10000
"""Characters of a cause that are compared: all of it."""
FEWEST = 4
"""Words a text must have before its share of known words means anything."""

_BLAME_EN = re.compile(
    r"\b(forgot(ten)?|forgets?|careless(ness|ly)?|negligen(ce|t|tly)|human (error|mistake|failure)|"
    r"(operator|user|staff|employee|personal|individual) (error|mistake)s?|inattenti(on|ve|veness)|"
    r"not (attentive|careful|diligent|conscientious)|not pay(ing)? attention|lack(ed|s|ing)? (of )?"
    r"(attention|awareness|diligence|discipline|care|responsibility)|sloppy|sloppiness|lazy|laziness|"
    r"overlooked|by mistake|absent-?minded(ness)?|weak sense of responsibility|not aware|unaware)\b",
    re.IGNORECASE,
)
_BLAME_ZH = re.compile(
    "忘记|忘了|遗忘|疏忽|疏漏|粗心|马虎|大意|人为(失误|错误|差错|原因|因素)|操作失误|工作失误|个人(失误|原因)|"
    "责任心(不强|不够|不足|差|缺失)|(缺乏|缺少|没有)责任心|意识(不足|不强|不够|淡薄|薄弱|欠缺)|"
    "(缺乏|缺少)\\w{0,6}意识|(不够|不)(重视|认真|细心|仔细|用心)|重视(不够|不足)|注意力不集中|失职|态度不端正"
)
_DENIED = re.compile(
    r"(\b(not|no|never|without|nobody|isn't|wasn't|rather than|instead of)\W+(\w+\W+){0,3}|"
    r"(不是|并非|而非|不在于|没有人|无人|不会)[^，。；]{0,8})$",
    re.IGNORECASE,
)
_FATE = re.compile(
    r"\b(bad luck|coincidence|by chance|human nature|act of god|force majeure|nothing (could|can) be done|"
    r"unavoidable|inevitabl[ey]|time pressure|too busy|the weather|market situation|"
    r"it happens|shortage of staff)\b|"
    "运气|巧合|偶然|人性|天灾|不可抗力|无法避免|难以避免|在所难免|没有办法|客观原因|工作(太|繁)忙|时间(紧|不够)|"
    "天气|市场(环境|形势)|人手不(足|够)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Remark:
    """One thing to look at again. ``node`` is the id of the answer it is about, None for the whole."""

    key: str
    words: Any
    node: int | None = None


def repeats(cause: str, said: Iterable[str]) -> bool:
    """Whether a cause only says again what stands in one of the texts: by letters in order, or by words.

    Another question than :func:`likeness.likeness` asks: a cause that names the case and then goes on to say
    why is alike and repeats nothing, so the share counts what of the cause stands in the statement.
    """
    mine = tokens(cause, LONGEST)
    words = mine.split()
    for theirs in (tokens(text, LONGEST) for text in said) if words else ():
        if theirs and fuzz.ratio(mine, theirs) >= ALIKE:
            return True
        known = set(theirs.split())
        if len(words) >= FEWEST and sum(each in known for each in words) / len(words) >= HELD:
            return True
    return False


def blames(text: str) -> str:
    """The words that put it down to a person's failing; "" when there are none, or when it is denied."""
    for pattern in (_BLAME_EN, _BLAME_ZH):
        for found in pattern.finditer(text):
            if not _DENIED.search(text[: found.start()]):
                return found.group(0)
    return ""


def fated(text: str) -> str:
    """The words that name something nobody can change; "" when there are none."""
    found = _FATE.search(text)
    return found.group(0) if found else ""


def remarks(statement: Sequence[str], nodes: Iterable[FindingCause], cause: str = "") -> list[Remark]:
    """Everything worth a second look, the whole chain first, then answer by answer."""
    found = trees(nodes)
    return [*_of_chain(found, cause), *_of_cause(statement, cause, bool(found)), *_of_nodes(statement, found)]


def about(finding: Finding) -> list[Remark]:
    """The remarks on a finding's chain and cause as they stand."""
    said = (finding.nonconformity, finding.title, finding.objective_evidence)
    return remarks(said, finding.causes, finding.cause)


def _of_chain(found: tuple[Twig, ...], cause: str) -> list[Remark]:
    if not found:
        return [
            Remark("no_chain", _l("There is no chain of whys. Ask “why?” until the answer can be changed."))
        ]
    marked = roots(found)
    if not marked:
        return [Remark("no_root", _l("No answer is marked as the root: which one will be removed?"))]
    deepest = max(each.depth for each in marked)
    if deepest < WHYS:
        return [
            Remark(
                "few_whys",
                _l(
                    "The root comes after %(count)s of at least %(least)s whys. Ask again: why is that so?",
                    count=deepest,
                    least=WHYS,
                ),
            )
        ]  # fmt: skip
    return []


def _of_cause(statement: Sequence[str], cause: str, chain: bool) -> list[Remark]:
    found = []
    if cause and repeats(cause, statement):
        found.append(
            Remark("repeats", _l("The cause says again what was found. Why could it happen at all?"))
        )
    if cause and not chain and (words := blames(cause)):
        found.append(Remark("blames", _blame(words)))
    return found


def _blame(words: str) -> Any:
    return _l(
        "“%(words)s” blames a person. Why could one slip have this effect, and why did nothing stop it?",
        words=words,
    )


def _of_nodes(statement: Sequence[str], found: tuple[Twig, ...]) -> list[Remark]:
    said: list[Remark] = []
    for twig in walk(found):
        node = twig.node
        if repeats(node.text, statement) and (not twig.twigs or node.is_root):
            said.append(
                Remark("repeats", _l("This says again what was found. Why could it happen at all?"), node.id)
            )
        elif (words := blames(node.text)) and (not twig.twigs or node.is_root):
            said.append(Remark("blames", _blame(words), node.id))
        elif node.is_root and (words := fated(node.text)):
            said.append(
                Remark(
                    "fated",
                    _l("“%(words)s” is nothing that can be changed. Why did it have this effect here?",
                       words=words),
                    node.id,
                )
            )  # fmt: skip
        if node.is_root and not node.evidence:
            said.append(Remark("unshown", _l("What shows that this is the root? Name a record."), node.id))
    return said
