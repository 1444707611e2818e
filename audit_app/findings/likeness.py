"""How alike two wordings of a finding are, in percent; English and Chinese, also mixed in one text. Pure.

English words are taken without their endings and without the words that every sentence has; Chinese has no
blanks, so runs of characters become pairs of neighbours (bigrams), without the characters that only join
others. The likeness is the mean of two measures, because each errs where the other does not:
``token_set_ratio`` of rapidfuzz (forgives other forms of a word, but rises for any two short sentences), and
the share of common tokens in the shorter text (forgives that one text says more, but is blind to forms).

Measured on 46 pairs as an auditor writes them (22 of the same fault in other words, 24 of another fault on
the same clause, half of them Chinese; ``tests/findings/test_likeness.py`` holds them): all pairs of the same
fault lie at 50 or above; of the others 20 lie below 50 and four English ones between 50 and 54. The default
is 50, because a proposal is only a question and a repeat that nobody sees is the greater loss; where neither
process nor department agree, ``ELSEWHERE`` more is asked for, and none of the 24 reaches that.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

DEFAULT = 50
"""Percent from which two wordings in the same area are proposed as a repeat."""
ELSEWHERE = 10
"""Percent more that are asked for where only the clause agrees."""
FEWEST = 3
"""Tokens below which a text says too little to be compared."""
LONGEST = 300
"""Characters that are compared: what is wrong is said in the first sentences."""

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9][a-z0-9._/-]*")
_JOINING = re.compile("[的了在和与及是有对中未没不无均等]")
_COMMON = frozenset(
    "a an the of and or in on at to for with without by from is are was were be been not no it its that this "
    "these those as into than which who all any had has have did do does only out up after before during "
    "there their but still each one two three four five six seven eight nine ten twelve".split()
)
_ENDINGS = ("ings", "ing", "ied", "ed", "ies", "es", "s")


@lru_cache(maxsize=4096)
def tokens(text: str, longest: int = LONGEST) -> str:
    """The words and pairs of characters that carry the meaning of a text's beginning, once each."""
    plain = unicodedata.normalize("NFKC", text[:longest]).casefold()
    found: dict[str, None] = {}
    for run in _RUN.findall(plain):
        if run[0] >= "\u3400":
            found.update(dict.fromkeys(_pairs(run)))
        elif word := _word(run):
            found[word] = None
    return " ".join(found)


def _pairs(run: str) -> list[str]:
    kept = _JOINING.sub("", run)
    return [kept[place : place + 2] for place in range(len(kept) - 1)] or ([kept] if kept else [])


@lru_cache(maxsize=8192)
def _word(run: str) -> str:
    word = run.strip("._/-")
    if not word or word in _COMMON or word.isdecimal():
        return ""
    ending = next((each for each in _ENDINGS if word.endswith(each) and len(word) - len(each) >= 3), "")
    return word.removesuffix(ending)


def says_enough(text: str) -> bool:
    """Whether a text has enough tokens to be compared with others."""
    return len(tokens(text).split()) >= FEWEST


def likeness(one: str, other: str) -> int:
    """How alike two texts are, in percent; 0 when one of them says too little."""
    return of_tokens(tokens(one), tokens(other))


def of_tokens(one: str, other: str) -> int:
    """The same for what :func:`tokens` made of two texts."""
    mine, theirs = set(one.split()), set(other.split())
    least = min(len(mine), len(theirs))
    if least < FEWEST:
        return 0
    shared = 100 * len(mine & theirs) / least
    return round((fuzz.token_set_ratio(one, other) + shared) / 2)
