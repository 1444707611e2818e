"""Protocol bugs, each one small and each one somebody's lost data: the state machine must find every one."""

from dataclasses import replace

from tests.offline.model import DEVICE_REVOKED, GENESIS, LEAD, Record, Reply, Row, Server, State
from tests.offline.tablet import KEEP_DAYS, Kept, Store, Tablet


# --- servers ------------------------------------------------------------------------------------------------
class RepliesBeforeItCommits(Server):
    """The reply leaves, then the server dies, and the batch with it."""

    found_by = "^acknowledged"

    def commit(self, draft: State) -> None:
        if not self.crashing:
            self.state = draft


class NeverChecksTheChain(Server):
    """After a restore the tablets go on believing "sent"."""

    found_by = "^shown as"

    def chain_ok(self, seq: int, row_hash: str) -> bool:
        return True


class ComparesOnlyTheNumber(Server):
    """As soon as others have written as many rows as were lost, nobody notices the restore."""

    found_by = "^shown as"

    def chain_ok(self, seq: int, row_hash: str) -> bool:
        return seq <= len(self.state.rows)


class TakesAnybodysWork(Server):
    """Whoever is signed in is taken for the author's stand-in."""

    found_by = "^under another session"

    def may_speak_for(self, record: Record, author: int | None) -> bool:
        return True


class SignsWithWhoeverIsSignedIn(TakesAnybodysWork):
    """The queue of one person becomes the answers of the next one on a shared tablet."""

    found_by = "^(lost|twice)"

    def append(self, draft, record, device, session, reason, admitted_by=0):
        record = {**record, "author": session or record["author"]}
        return super().append(draft, record, device, session, reason, admitted_by)


class LastWriterWins(Server):
    """The newest row is the answer; what somebody else said at the same time disappears from sight."""

    found_by = "^heads"

    def heads(self, item: int) -> set[str]:
        rows = [r for r in self.state.rows if r.status == "accepted" and r.body["item"] == item]
        return {rows[-1].body["id"]} if rows else set()


class BelievesTheTabletsClock(Server):
    """The answer with the latest time on its device counts."""

    found_by = "^heads"

    def heads(self, item: int) -> set[str]:
        found = super().heads(item)
        rows = [r for r in self.state.rows if r.status == "accepted" and r.body["item"] == item]
        if len(found) == 1:
            return {max(rows, key=lambda row: (row.body["client_time"], row.seq)).body["id"]}
        return found


class DropsWhatItHolds(Server):
    """ "Held" is said, and nothing is kept."""

    found_by = "^acknowledged"

    def append(self, draft, record, device, session, reason, admitted_by=0):
        row = super().append(draft, record, device, session, reason, admitted_by)
        if row.status == "held":
            draft.rows.pop()
        return row


class HoldsOutsideOfTheChain(Server):
    """Held records are kept in a table of their own: a restore that takes them does not break the chain."""

    found_by = "^shown as held"

    def _receive(self, batch, author, session, held):
        reply = super()._receive(batch, author, session, held)
        return self._without_held(reply) if "results" in reply else reply

    def _without_held(self, reply: Reply) -> Reply:
        counted = [row for row in self.state.rows if row.status == "accepted"]
        reply["server_seq"] = len(counted)
        reply["row_hash"] = self._hash(counted)
        return reply

    @staticmethod
    def _hash(rows: list[Row]) -> str:
        return str(hash(tuple(row.body["id"] for row in rows))) if rows else GENESIS

    def _envelope(self, state, last):
        return self._without_held(super()._envelope(state, last))

    def chain_ok(self, seq: int, row_hash: str) -> bool:
        counted = [row for row in self.state.rows if row.status == "accepted"]
        return not seq or (seq <= len(counted) and self._hash(counted[:seq]) == row_hash)


class KnowsBatchesNotRecords(Server):
    """A batch that came before is known again; a record that comes in another batch is not."""

    found_by = "^(twice|shown as|heads|acknowledged|not home)"

    def __init__(self) -> None:
        super().__init__()
        self.batches: dict[tuple[str, ...], Reply] = {}

    def _receive(self, batch, author, session, held):
        key = tuple(record["id"] for record in batch["items"])
        if key and key in self.batches:
            return {
                **self._envelope(self.state, (batch["last_seq"], batch["last_hash"])),
                **self.batches[key],
            }
        reply = super()._receive(batch, author, session, held)
        if key and reply is not DEVICE_REVOKED:
            self.batches[key] = {"results": dict(reply["results"])}
        return reply

    def receive_one(self, draft, record, device, author, session, held):
        known = draft.rows
        draft.rows = []
        before = draft.copy()
        draft.rows = known
        result = super().receive_one(before, record, device, author, session, held)
        if "server_seq" not in result:
            return result
        row = self.append(draft, record, device, session, result.get("reason", ""))
        return {**result, "server_seq": row.seq}


class KnowsRecordsByTheirNumber(Server):
    """The number of the device stands for the record: what a cloned tablet made is taken for known."""

    found_by = "^(acknowledged|shown as)"

    def receive_one(self, draft, record, device, author, session, held):
        for row in draft.rows:
            if (row.device, row.body["device_seq"]) == (device, record["device_seq"]):
                return {"status": "duplicate", "server_seq": row.seq}
        return super().receive_one(draft, record, device, author, session, held)


class ForgetsThatAnIdWasInUse(Server):
    """When the reply about a used id is lost, the second one says "duplicate": the answer never counts."""

    found_by = "^shown as sent"

    def _again(self, row: Row) -> Reply:
        return {"status": "duplicate", "server_seq": row.seq}


class AdmitsByChangingTheRow(Server):
    """An admitted record is changed in place: the chain after it no longer holds."""

    found_by = "^(twice|(the )?chain|admitted)"

    def rule(self, row: Row, ruling: str) -> bool:
        if ruling == "admit" and super().rule(row, "late"):
            changed = replace(row, status="accepted", reason="", admitted_by=LEAD)
            self.state.rows = [changed if each is row else each for each in self.state.rows]
            return True
        return super().rule(row, ruling)


class ClosesOverConflicts(Server):
    """Nothing keeps an audit open."""

    found_by = "^closed"

    def close(self, audit: int) -> bool:
        self.state.closed.add(audit)
        return True


# --- tablets ------------------------------------------------------------------------------------------------
class AcknowledgesAllOfABatch(Tablet):
    """200 means that everything is there."""

    found_by = "^shown as sent"

    def sync(self, fate="ok"):
        _device, records = next(self.store.batches(), ("", []))
        reply = super().sync(fate)
        if reply is not None and "error" not in reply:
            for record in records:
                self.store.kept[record["id"]].state = "sent"
        return reply


class PurgesWhatIsAcknowledged(Tablet):
    """The outbox is emptied as it is sent."""

    found_by = "^(lost|purged too early)"

    def _acknowledge(self, store: Store, kept: Kept, result: Reply) -> None:
        super()._acknowledge(store, kept, result)
        if kept.state == "sent":
            del store.kept[kept.record["id"]]


class PurgesAtTheWatermark(Tablet):
    """A record goes as soon as it is in a backup; a restore of the backup before takes it."""

    found_by = "^(purged too early|lost)"

    def _purge(self, store: Store, reply: Reply) -> None:
        for kept in store.kept.values():
            if kept.seq and kept.seq <= reply["durable_seq"]:
                kept.durable_since = -KEEP_DAYS - 1.0
        super()._purge(store, reply)


class KeepsTheNumbersOfItsTwin(Tablet):
    """A cloned tablet goes on under the id and with the numbers that its twin uses too."""

    found_by = "^numbers of a twin"

    def take_new_device_id(self, store: Store) -> None:
        """Not this one."""


class RenamesWhatWaits(Tablet):
    """A new device id is put on what was already sent under the old one: the same answer looks like another."""

    found_by = "^(not home|lost|a false alarm|shown as)"

    def take_new_device_id(self, store: Store) -> None:
        super().take_new_device_id(store)
        for kept in store.waiting():
            kept.device = store.device


class KeepsItsPlaceAfterARestore(Tablet):
    """What others did is read on from the old number, although the numbers were given anew."""

    found_by = "^(a screen|no alarm)"

    def _look_at_chain(self, store: Store, reply: Reply) -> None:
        cursors, others = dict(store.cursors), dict(store.others)
        super()._look_at_chain(store, reply)
        store.cursors, store.others = cursors, others


class TrustsPhotosForEver(Tablet):
    """Photos are not in the chain: a restore takes one, and nobody asks for it again."""

    found_by = "^a photo"

    def check_photos(self, today: float) -> None:
        """Never asks."""
