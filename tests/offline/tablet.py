"""A tablet: what it keeps, what it shows, and how it speaks to a server. The same for the model and the real one."""

import hashlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.offline.model import GENESIS, VERSION, Crash, Record, Reply

KEEP_DAYS = 30
"""How long a record stays on the tablet after it is known to be in a backup."""
MOST = 3
"""Records in one batch: small, so that several are needed."""
OK, LOST_REQUEST, LOST_REPLY, PORTAL, CRASH, RETRY, NO_STATUS = (
    "ok", "lost request", "lost reply", "captive portal", "crash before commit", "first item to be retried",
    "no status for the last item",
)  # fmt: skip
FATES = (OK, LOST_REQUEST, LOST_REPLY, PORTAL, CRASH, RETRY, NO_STATUS)


class Network:
    """Between tablets and server: loses requests and replies, and may deliver an old request once more."""

    def __init__(self, server: Any, heard: Callable[[Reply], None]) -> None:
        self.server, self.heard = server, heard
        self.old: list[Callable[[], Any]] = []

    def call(self, door: str, *facts: Any, fate: str = OK) -> Reply | None:
        """What the tablet gets: the reply, or None when none came or none that is JSON."""
        if fate in (LOST_REQUEST, PORTAL):
            return None
        self.old = [*self.old[-4:], lambda: getattr(self.server, door)(*facts)]
        self.server.crashing = fate == CRASH
        self.server.failing = {0} if fate == RETRY else set()
        try:
            reply = getattr(self.server, door)(*facts)
        except Crash:
            return None
        finally:
            self.server.crashing, self.server.failing = False, set()
        if fate == NO_STATUS and reply.get("results"):
            reply["results"].popitem()
        if fate == LOST_REPLY:
            return None
        self.heard(reply)
        return reply

    def replay(self, number: int) -> None:
        """A request that hung somewhere arrives again; nobody hears the reply."""
        self.old[number]()


@dataclass
class Kept:
    """A record on the tablet. ``state``: waiting, sent (it counts), held (with the lead auditor), red (malformed)."""

    record: Record
    device: str
    state: str = "waiting"
    seq: int = 0
    durable_since: float | None = None


@dataclass
class Picture:
    """A photo on the tablet. It may go only when a row later than its arrival is in a backup: see ``mark``."""

    content: bytes
    next: int = 0
    stored: bool = False
    mark: int | None = None
    durable_since: float | None = None


@dataclass
class Store:
    """What one person has on one tablet. Nobody else's sign-in opens it."""

    owner: int
    device: str
    """The id under which this store is known to the server: one person's work on one tablet."""
    device_seq: int = 0
    kept: dict[str, Kept] = field(default_factory=dict)
    photos: dict[str, Picture] = field(default_factory=dict)
    others: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """What the server said counts: id → (item, base)."""
    cursors: dict[int, int] = field(default_factory=dict)
    last: tuple[int, str] = (0, GENESIS)
    tickets: dict[tuple[str, int], str] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)
    reissued: dict[str, str] = field(default_factory=dict)
    chain_broke: bool = False
    twins: set[str] = field(default_factory=set)
    """The ids of which it was told that another device uses them too. Each store is told of its own."""

    @property
    def alarm(self) -> set[str]:
        """Records that were purged here, and of which the server, restored from a backup, says nothing."""
        return self.purged - set(self.others) if self.chain_broke else set()

    def heads(self, item: int, states: tuple[str, ...]) -> set[str]:
        """The heads of a question among what counts on the server and the own records in these states."""
        graph = {key: base for key, (place, base) in self.others.items() if place == item}
        for key, kept in self.kept.items():
            if kept.record["item"] == item and kept.state in states and key not in self.reissued:
                graph[key] = tuple(kept.record["base"])
        return set(graph) - {base for bases in graph.values() for base in bases}

    def waiting(self) -> list[Kept]:
        """What is to be sent, oldest first."""
        return [kept for kept in self.kept.values() if kept.state == "waiting"]

    def batches(self) -> Iterator[tuple[str, list[Record]]]:
        """What waits, per device id under which it was made (a cloned tablet has had two), few at a time."""
        waiting = self.waiting()
        for device in dict.fromkeys(kept.device for kept in waiting):
            records = [kept.record for kept in waiting if kept.device == device]
            for start in range(0, len(records), MOST):
                yield device, records[start : start + MOST]


class Tablet:
    """One device with the stores of those who work on it; ``person`` has theirs open, ``cookie`` is signed in."""

    def __init__(
        self,
        network: Network,
        new_id: Callable[[], str],
        saved: Callable[[Store, Kept], None],
        person: int,
    ) -> None:
        self.network, self.new_id, self.saved = network, new_id, saved
        self.stores: dict[int, Store] = {}
        self.clock_days = 0.0
        """How far its clock is off."""
        self.lost_store = False
        self.sign_in(person)

    # --- people ---------------------------------------------------------------------------------------------
    def sign_in(self, person: int) -> None:
        """Somebody takes the tablet; whose work is on it already stays sealed in a store of its own."""
        self.person = self.cookie = person
        if person not in self.stores:
            self.stores[person] = Store(person, self.new_id())

    @property
    def store(self) -> Store:
        """The open one."""
        return self.stores[self.person]

    def clone(self) -> "Tablet":
        """The same tablet again (a restored image, a duplicated profile)."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.stores = deepcopy(self.stores)
        return other

    def evict(self) -> None:
        """The browser throws everything away; only the device id is known elsewhere."""
        self.stores = {self.person: Store(self.person, self.store.device)}

    def take_new_device_id(self, store: Store) -> None:
        """Numbers begin anew under a new id; what was made before keeps the id it was made under."""
        store.device, store.device_seq = self.new_id(), 0

    # --- writing --------------------------------------------------------------------------------------------
    def answer(
        self, audit: int, item: int, value: Any, now: float, content: bytes = b"", **facts: Any
    ) -> Kept:
        """A tap: one transaction, and from here on the screen says saved."""
        store = self.store
        photos = []
        if content:
            photos = [self.new_id()]
            store.photos[photos[0]] = Picture(content)
        record = {
            "id": self.new_id(),
            "audit": audit,
            "item": item,
            "base": sorted(store.heads(item, ("waiting", "sent", "held"))),
            "value": value,
            "note": "",
            "author": self.person,
            "client_time": now + self.clock_days,
            "template_version": VERSION,
            "attachment_ids": photos,
            **facts,
        }
        return self._save(store, record)

    def _save(self, store: Store, record: Record) -> Kept:
        store.device_seq += 1
        record["device_seq"] = store.device_seq
        kept = store.kept[record["id"]] = Kept(record, store.device)
        self.saved(store, kept)
        return kept

    # --- speaking -------------------------------------------------------------------------------------------
    def hello(self, fate: str = OK) -> None:
        """On opening: is the chain the one we saw, and has this tablet lost its store?"""
        store = self.store
        reply = self.network.call("hello", self.cookie, store.device, store.last, fate=fate)
        if reply is None or "error" in reply or reply["user"] != store.owner:
            return
        self._look_at_chain(store, reply)
        if reply["seen"].get(store.device, 0) > store.device_seq:
            self.lost_store = True
            self.take_new_device_id(store)

    def sync(self, fate: str = OK) -> Reply | None:
        """Send one batch of the open store, under whatever session the browser has."""
        store = self.store
        device, records = next(store.batches(), (store.device, []))
        batch = self._batch(store, device, records)
        reply = self.network.call("sync", self.cookie, batch, fate=fate)
        if reply is not None and "error" not in reply:
            self.apply(store, reply)
        return reply

    def deposit(self, person: int, fate: str = OK) -> None:
        """Hand in a sealed store of somebody who cannot sign in, by the ticket kept with it.

        An empty batch goes too: it is how such a tablet learns that the server was restored.
        """
        store = self.stores[person]
        for (device, audit), ticket in list(store.tickets.items()):
            waiting = [kept.record for kept in store.waiting() if kept.device == device]
            records = [record for record in waiting if record["audit"] == audit][:MOST]
            batch = self._batch(store, device, records)
            reply = self.network.call("deposit", ticket, batch, fate=fate)
            if reply is not None and "error" not in reply:
                self.apply(store, reply)

    def take_offline(self, audit: int, fate: str = OK) -> None:
        """Fetch the deposit ticket of this person for this audit on this device."""
        reply = self.network.call("take_offline", self.cookie, audit, self.store.device, fate=fate)
        if reply is not None and "error" not in reply and self.cookie == self.person:
            self.store.tickets[self.store.device, audit] = reply["ticket"]

    def file(self, person: int) -> list[Reply]:
        """A file for the lead auditor: everything that is kept, for "sent" may no longer be true (a restore)."""
        store = self.stores[person]
        kept = list(store.kept.values())
        return [
            self._batch(store, device, [each.record for each in kept if each.device == device])
            for device in dict.fromkeys(each.device for each in kept)
        ]

    def _batch(self, store: Store, device: str, records: list[Record]) -> Reply:
        seq, row_hash = store.last
        return {
            "device_id": device,
            "last_seq": seq,
            "last_hash": row_hash,
            "outbox_count": len(store.waiting()),
            "items": records,
        }

    def apply(self, store: Store, reply: Reply) -> None:
        """What a reply to a batch changes, in one transaction with the new (seq, hash)."""
        self._look_at_chain(store, reply)
        for key, result in reply["results"].items():
            kept = store.kept.get(key)
            if kept is not None:
                self._acknowledge(store, kept, result)
        store.last = (reply["server_seq"], reply["row_hash"])
        self._purge(store, reply)

    def _acknowledge(self, store: Store, kept: Kept, result: Reply) -> None:
        status = result["status"]
        if status in ("accepted", "duplicate", "held"):
            held = status == "held" or bool(result.get("reason"))
            kept.state, kept.seq = "held" if held else "sent", result["server_seq"]
        elif status == "id_reuse" and kept.record["id"] not in store.reissued:
            kept.state, kept.seq = "held", result["server_seq"]
            again = self._save(store, {**kept.record, "id": self.new_id()})
            store.reissued[kept.record["id"]] = again.record["id"]
        elif status == "id_reuse":
            kept.state, kept.seq = "held", result["server_seq"]
        elif status == "invalid":
            kept.state = "red"
        if "device_forked" in result.get("warnings", ()) and kept.device == store.device:
            store.twins.add(store.device)
            self.take_new_device_id(store)

    def _look_at_chain(self, store: Store, reply: Reply) -> None:
        """After a restore everything kept is offered again, and what others did is read anew."""
        if reply["chain_ok"]:
            return
        store.chain_broke = True
        for kept in store.kept.values():
            if kept.state in ("sent", "held"):
                kept.state, kept.seq, kept.durable_since = "waiting", 0, None
        for photo in store.photos.values():
            photo.next, photo.stored, photo.mark, photo.durable_since = 0, False, None, None
        store.others.clear()
        store.cursors.clear()
        store.last = (0, GENESIS)

    def _purge(self, store: Store, reply: Reply) -> None:
        """Let go what has been durable for 30 days by the server's clock; only after the chain was found whole."""
        today, durable = reply["server_time"], reply["durable_seq"]
        for key, kept in list(store.kept.items()):
            if kept.state in ("sent", "held") and kept.seq <= durable:
                kept.durable_since = today if kept.durable_since is None else kept.durable_since
                if today - kept.durable_since > KEEP_DAYS:
                    del store.kept[key]
                    store.purged.add(key)
        for photo in store.photos.values():
            if photo.stored and photo.mark is None:
                photo.mark = reply["server_seq"]
            elif photo.mark is not None and durable > photo.mark and photo.durable_since is None:
                photo.durable_since = today

    # --- reading and photos ---------------------------------------------------------------------------------
    def pull(self, audit: int, fate: str = OK) -> bool:
        """A page of what others did. Says whether there is more."""
        store = self.store
        after = store.cursors.get(audit, 0)
        reply = self.network.call("changes", self.cookie, audit, after, store.last, fate=fate)
        if reply is None or "error" in reply:
            return False
        if not reply["chain_ok"]:
            self._look_at_chain(store, reply)
            return True
        store.last = (reply["server_seq"], reply["row_hash"])
        for row in reply["changes"]:
            store.others[row["id"]] = (row["item"], tuple(row["base"]))
            store.cursors[audit] = row["seq"]
            kept = store.kept.get(row["id"])
            if kept is not None and kept.state == "held" and row["id"] not in store.reissued:
                kept.state = "sent"  # the lead auditor admitted it
        return bool(reply["more"])

    def upload(self, fate: str = OK) -> bool:
        """One part of the first photo that is not there yet; asks again for those that were. Says: work done."""
        store = self.store
        for key, photo in store.photos.items():
            if photo.stored or self.cookie != store.owner:
                continue
            part = photo.content[photo.next : photo.next + len(photo.content) // 2 + 1]
            facts = (photo.next, len(photo.content), hashlib.sha256(photo.content).hexdigest(), part)
            reply = self.network.call("put_photo", self.cookie, key, *facts, fate=fate)
            if reply is not None and ("next" in reply or reply.get("state") == "stored"):
                photo.next = reply.get("next", 0)
                photo.stored = reply.get("state") == "stored"
            return True
        return False

    def check_photos(self, today: float) -> None:
        """The chain says nothing of photos: ask for each one that is still kept whether it is there.

        Only one that is there now, and has been durable for 30 days, may go.
        """
        photos = self.store.photos
        for key, photo in list(photos.items()):
            reply = self.network.call("photo_state", self.cookie, key) if photo.stored else None
            if reply is None or "error" in reply:
                continue
            if reply["state"] != "stored":
                photo.stored, photo.next, photo.mark, photo.durable_since = False, reply["next"], None, None
            elif photo.durable_since is not None and today - photo.durable_since > KEEP_DAYS:
                del photos[key]
