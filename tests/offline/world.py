"""The world of tablets, people and one server, with what must be true after every step and when all come home."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.offline.model import AUDITS, LEAD, MEMBER, OTHER, Record, Reply, Row
from tests.offline.tablet import KEEP_DAYS, Kept, Network, Store, Tablet

PEOPLE = (LEAD, MEMBER, OTHER)
PLACES = [(audit, item) for audit, items in AUDITS.items() for item in items]


@dataclass(frozen=True)
class Made:
    """An answer that a screen called saved, as it was at that moment."""

    record: Record
    device: str
    forked: bool
    """Whether the store it was made in had been told before that its device id is in use twice."""


class World:
    """Two tablets (a third when one is cloned), three people, one server, and a memory of all that was made."""

    def __init__(self, server: Any, tablet: type[Tablet] = Tablet) -> None:
        self.server, self.network = server, Network(server, self.heard)
        self.ids = 0
        self.made: list[Made] = []
        self.excused: set[int] = set()
        """Places in ``made`` of what nobody can have any more, by an accident of which the screen had warned."""
        self.evicted: set[int] = set()
        self.late: set[int] = set()
        """Of these, those that a restore took that was older than the watermark."""
        self.alarmed: set[str] = set()
        """Ids that stood for two records, in rows that a restore took since."""
        self.checked = 0
        self.tablets = [tablet(self.network, self.new_id, self.saved, person) for person in (LEAD, MEMBER)]

    def new_id(self) -> str:
        """The next id, in the shape of a UUIDv4."""
        self.ids += 1
        return f"{self.ids:08x}-0000-4000-8000-000000000000"

    def saved(self, store: Store, kept: Kept) -> None:
        """Remember what was made, as it is now."""
        self.made.append(Made(dict(kept.record), kept.device, kept.device in store.twins))

    def heard(self, reply: Reply) -> None:
        """An acknowledgement that reaches a tablet is true at that moment: the row is there."""
        results = reply.get("results")
        if results:
            rows = self.server.rows()
            for key, result in results.items():
                seq = result.get("server_seq")
                if seq is not None:
                    there = seq <= len(rows) and rows[seq - 1].body["id"] == key
                    assert there, f"acknowledged: {key}"

    # --- looking --------------------------------------------------------------------------------------------
    def stores(self) -> list[tuple[Tablet, Store]]:
        """Every store of every tablet."""
        return [(tablet, store) for tablet in self.tablets for store in tablet.stores.values()]

    def by_id(self) -> dict[str, list[Row]]:
        """The server's rows per id of their record."""
        found = defaultdict(list)
        for row in self.server.rows():
            found[row.body["id"]].append(row)
        return found

    def held_by_a_tablet(self, made: Made) -> bool:
        """Whether some tablet still has it, word for word."""
        key = made.record["id"]
        for _tablet, store in self.stores():
            kept = store.kept.get(key)
            if kept is not None and kept.record == made.record:
                return True
        return False

    @staticmethod
    def on_server(made: Made, rows: dict[str, list[Row]]) -> list[Row]:
        """The rows that hold it, word for word and from its device."""
        found = rows.get(made.record["id"], ())
        return [row for row in found if row.device == made.device and row.body == made.record]

    # --- accidents that take something away -----------------------------------------------------------------
    def evict(self, tablet: Tablet) -> None:
        """A browser throws its store away. What had not been sent is gone, as the screen had said it would be."""
        before = [n for n, made in enumerate(self.made) if self.held_by_a_tablet(made)]
        tablet.evict()
        rows = self.by_id()
        for place in before:
            if not self.held_by_a_tablet(self.made[place]):
                self.evicted.add(place)
                if not self.on_server(self.made[place], rows):
                    self.excused.add(place)

    def restore(self, number: int) -> None:
        """The server comes back from a backup. Tablets must still have what it lacks, unless it is very old."""
        age = self.server.day - self.server.backups[number][0]
        twice = (key for key, rows in self.by_id().items() if any(row.reason == "id_reuse" for row in rows))
        self.alarmed.update(twice)
        self.server.restore(number)
        self.checked = 0
        rows = self.by_id()
        for place, made in enumerate(self.made):
            if self.on_server(made, rows) or self.held_by_a_tablet(made) or place in self.excused:
                continue
            if place not in self.evicted:
                assert age > KEEP_DAYS, f"purged too early: {made}"
                self.late.add(place)
            self.excused.add(place)

    # --- what must be true after every step -----------------------------------------------------------------
    def watch(self) -> None:
        """All invariants."""
        rows = self.by_id()
        self.nothing_is_lost(rows)
        self.what_is_shown_as_sent_is_true(rows)
        self.no_record_is_there_twice(rows)
        self.heads_are_true(rows)
        self.new_rows_are_right(rows)
        self.numbers_of_devices_are_used_once()

    def nothing_is_lost(self, rows: dict[str, list[Row]]) -> None:
        """Everything made is on the server or still on a tablet, unchanged."""
        for place, made in enumerate(self.made):
            if not self.on_server(made, rows) and place not in self.excused:
                assert self.held_by_a_tablet(made), f"lost: {made}"

    def what_is_shown_as_sent_is_true(self, rows: dict[str, list[Row]]) -> None:
        """A tick means: it is on the server, or the next request will tell that the chain broke."""
        for _tablet, store in self.stores():
            told = None
            for key, kept in store.kept.items():
                if kept.state not in ("sent", "held"):
                    continue
                same = self.on_server(Made(kept.record, kept.device, False), rows)
                if same and (kept.state == "held" or any(row.status == "accepted" for row in same)):
                    continue
                told = self.server.chain_ok(*store.last) if told is None else told
                assert not told, f"shown as {kept.state} and not so: {key}"

    def no_record_is_there_twice(self, rows: dict[str, list[Row]]) -> None:
        """One row a record; one more only if the lead auditor admitted it."""
        for found in rows.values():
            for row in found if len(found) > 1 else ():
                twins = [each for each in found if each.body == row.body and each.device == row.device]
                came = [each for each in twins if not each.admitted_by]
                assert len(came) == 1, f"twice: {row}"
                assert len(twins) - len(came) <= 1, f"admitted twice: {row}"

    def heads_are_true(self, rows: dict[str, list[Row]]) -> None:
        """The server's answer to a question is what nobody built upon, told from the records as they were made."""
        graph = defaultdict(dict)
        for key, found in rows.items():
            for row in found:
                if row.status == "accepted":
                    graph[row.body["item"]][key] = row.body["base"]
        for _audit, item in PLACES:
            named = {base for bases in graph[item].values() for base in bases}
            assert self.server.heads(item) == set(graph[item]) - named, f"heads of {item}"

    def new_rows_are_right(self, rows: dict[str, list[Row]]) -> None:
        """What came in the last step: linked to the chain, under its author's session, and accepted only if it may be."""
        all_rows = self.server.rows()
        if len(all_rows) < self.checked:
            self.checked = 0
        made = {each.record["id"] for each in self.made}
        for before, row in pairwise([None, *all_rows][self.checked :]):
            number = before.seq if before else 0
            assert row.seq == number + 1, "chain: a number is missing"
            assert before is None or row.prev == before.hash, "chain"
            assert row.body["id"] in made
            if row.status != "accepted":
                continue
            if row.admitted_by:
                twins = [each for each in rows[row.body["id"]] if each.status == "held"]
                assert any(each.body == row.body and each.device == row.device for each in twins), "admitted"
            else:
                assert row.session == row.body["author"], f"under another session: {row}"
        self.checked = len(all_rows)

    def numbers_of_devices_are_used_once(self) -> None:
        """Once a store was told that an id has a twin, it makes no more records under it."""
        assert not any(each.forked for each in self.made), "numbers of a twin"
