"""Asking at every address as everybody, and comparing with what the mark of the route and the domain say."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect, Rule

from audit_app.accounts.models import Person
from audit_app.web.access import PUBLIC, SIGNED_IN
from tests.house.world import own_rules, table
from tests.security.rows import everything, kinds_of
from tests.security.wide import Wide

ABSENT = (0, 987_654, 2**31, 2**63, 2**70)
"""Keys of rows that do not exist: some do not fit into a column of either database."""
ODD = ("-1", "abc", "1.5", "%00", "..%2f..", "'--", "0x1", "1e3", "null")
"""Texts in the place of a key."""


@dataclass(frozen=True)
class Probe:
    """One question: who asks what, and the statuses that may answer (None: whatever the page wants)."""

    who: str
    method: str
    url: str
    endpoint: str
    want: frozenset[int] | None


def rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every address of ours with the method it is asked by."""
    return [(method, rule) for method in ("GET", "POST") for rule in own_rules(app, method)]


def may(app: Flask, rule: Rule, person: Person) -> bool:
    """Whether the mark of a route lets a person in."""
    mark = getattr(app.view_functions[rule.endpoint], "access", ())
    return mark in (PUBLIC, SIGNED_IN) or any(person.may(each) for each in mark)


def wanted(
    app: Flask, wide: Wide, rule: Rule, person: Person, given: dict[str, Any]
) -> frozenset[int] | None:
    """The answer to somebody without the permission, or to one who asks for a row that is hidden from them."""
    if not may(app, rule, person):
        return frozenset({403})
    for name, kind in kinds_of(rule).items():
        if not wide.sight.sees(person, kind, given[name]):
            return frozenset({404})
    return None


def address(app: Flask, rule: Rule, given: dict[str, Any]) -> str:
    """The address of a rule with these values."""
    with app.test_request_context():
        return url_for(
            rule.endpoint, **{name: given[name] for name in rule.arguments - set(rule.defaults or ())}
        )


def refusals(app: Flask, wide: Wide, each: int, who_else: Iterable[str]) -> Iterator[Probe]:
    """Everybody at the first rows (``each`` of a kind) hidden from them; some also at every address they may not
    enter at all."""
    filled = table(wide.world)
    for who, person in wide.people.items():
        for method, rule in rules(app):
            given = filled.get(rule.endpoint, [{}])[0]
            if not rule.arguments <= set(given):
                continue
            kinds = kinds_of(rule)
            if not may(app, rule, person):
                if who in who_else:
                    yield Probe(who, method, address(app, rule, given), rule.endpoint, frozenset({403}))
                continue
            for name, kind in kinds.items():
                for key in hidden(wide, person, kind)[:each]:
                    values = given | {name: key}
                    yield Probe(who, method, address(app, rule, values), rule.endpoint, frozenset({404}))


def hidden(wide: Wide, person: Person, kind: str) -> list[Any]:
    """The rows of a kind that others see and this person does not; the newest first (another site's)."""
    return sorted(everything(wide.sight, kind) - wide.sight.seen[person.id, kind], reverse=True)


def chance(app: Flask, wide: Wide, number: int, seed: int) -> Iterator[Probe]:
    """Questions at random: any person, any address, keys of rows of one's own, of others, of none, and nonsense."""
    dice = random.Random(seed)
    filled, all_rules = table(wide.world), [each for each in rules(app) if each[1].arguments]
    everyone = list(wide.people)
    made = 0
    while made < number:
        method, rule = dice.choice(all_rules)
        given = dict(dice.choice(filled.get(rule.endpoint, [{}])))
        if not rule.arguments <= set(given):
            continue
        who = dice.choice(everyone)
        person = wide.people[who]
        odd = False
        for name, kind in kinds_of(rule).items():
            way = dice.random()
            if way < 0.4:
                given[name] = dice.choice(sorted(everything(wide.sight, kind)) or [1])
            elif way < 0.7:
                given[name] = dice.choice(hidden(wide, person, kind) or [1])
            elif isinstance(given[name], int):
                given[name], odd = dice.choice((*ABSENT, *ODD)), True
        url = odd_address(rule, given) if odd else address(app, rule, given)
        want = routed(app, url, method) or wanted(app, wide, rule, person, given)
        made += 1
        yield Probe(who, method, url, rule.endpoint, want)


def odd_address(rule: Rule, given: dict[str, Any]) -> str:
    """The address of a rule with values that its builder would refuse."""
    return "".join(
        each if not dynamic else str(given[each]) for dynamic, each in rule._trace if each != "|"
    )  # fmt: skip


def routed(app: Flask, url: str, method: str) -> frozenset[int] | None:
    """404 when no rule answers to an address at all."""
    try:
        with app.test_request_context():
            app.url_map.bind("localhost").match(url, method=method)
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return frozenset({404, 405, 308})
    return None


Clients = Callable[[Person], FlaskClient]


def faults(wide: Wide, probes: Iterator[Probe], client_for: Clients) -> tuple[int, list[str]]:
    """Ask them all: how many were asked, and what was wrong with the answers."""
    clients = {who: client_for(person) for who, person in wide.people.items()}
    asked, wrong = 0, []
    for probe in probes:
        asked += 1
        reply = clients[probe.who].open(probe.url, method=probe.method)
        person = wide.people[probe.who]
        if reply.status_code == 302 and reply.location.startswith(
            "/login"
        ):  # a question before ended the session
            clients[probe.who] = client_for(person)
            reply = clients[probe.who].open(probe.url, method=probe.method)
            if reply.status_code == 302 and not person.active:
                continue
        if probe.want is not None and reply.status_code not in probe.want:
            wrong.append(
                f"{probe.who}: {probe.method} {probe.url}: {reply.status_code}, not {set(probe.want)}"
            )
        if reply.status_code >= 500:
            wrong.append(f"{probe.who}: {probe.method} {probe.url}: {reply.status_code}")
        if told := wide.look.hidden(reply, person, probe.endpoint):
            wrong.append(f"{probe.who}: {probe.method} {probe.url} tells of {sorted(told)[:5]}")
    return asked, wrong
