"""The end of every story: everyone comes home, and all that was made is where it belongs."""

from tests.offline.model import LEAD
from tests.offline.tablet import Store, Tablet
from tests.offline.world import AUDITS, PLACES, World

ROUNDS = 60
"""More than any story needs; a tablet that never gets rid of its records would go on for ever."""


def everyone_comes_home(world: World) -> None:
    """All tablets online with the right person, nothing lost on the way, then the lead auditor clears up."""
    for _round in range(2):  # what one tablet hands in may be what another has been waiting for
        for tablet in world.tablets:
            for person in list(tablet.stores):
                _hand_in(world, tablet, person)
    world.watch()
    assert world.server.verify(), "the chain is broken"
    _all_is_there(world)
    _gaps_are_told(world)
    _clear_up(world)
    _screens_agree(world)


def _hand_in(world: World, tablet: Tablet, person: int) -> None:
    """By the door, else by the ticket, else by a file."""
    tablet.sign_in(person)
    store = tablet.store
    tablet.hello()
    for _each in range(ROUNDS):
        reply = tablet.sync()
        if reply is None or "error" in reply or not store.waiting():
            break
    for _each in range(ROUNDS):
        before = len(store.waiting())
        tablet.deposit(person)
        if len(store.waiting()) == before:
            break
    if refused(world, tablet, store):  # what was acknowledged is in the file too: a restore may have taken it
        world.server.import_file(tablet.file(person))
    for _each in range(ROUNDS):
        tablet.check_photos(world.server.day)
        if not tablet.upload():
            break
    for audit in AUDITS:
        while tablet.pull(audit):
            pass


def _all_is_there(world: World) -> None:
    rows = world.by_id()
    for place, made in enumerate(world.made):
        found = world.on_server(made, rows)
        red = made.record["value"] == "maybe" and world.held_by_a_tablet(made)
        quarantined = made.record in world.server.quarantined()
        assert found or red or quarantined or place in world.excused, f"not home: {made}"
    for tablet, store in world.stores():
        if not refused(world, tablet, store):
            assert not store.waiting(), "it never gets rid of its records"
            _its_photos_are_there(world, tablet, store)
        for key in store.reissued:
            here = any(row.reason == "id_reuse" for row in rows[key])
            assert here or key in world.alarmed, "a false alarm about an id"


def refused(world: World, tablet: Tablet, store: Store) -> bool:
    """Whether this person or this device may not come in any more."""
    devices = {store.device, *(kept.device for kept in store.kept.values())}
    return world.server.is_revoked(store.owner) or any(world.server.is_device_revoked(d) for d in devices)


def _its_photos_are_there(world: World, tablet: Tablet, store: Store) -> None:
    for key in store.photos:
        assert world.server.photo_here(key), "a photo is not home"


def _gaps_are_told(world: World) -> None:
    """What an evicted store took with it shows as a gap; what a restore took that was too old raises an alarm."""
    numbers: dict[str, list[tuple[int, int]]] = {}
    for place, made in enumerate(world.made):
        numbers.setdefault(made.device, []).append((made.record["device_seq"], place))
    rows = world.by_id()
    for device, made_here in numbers.items():
        there = {number for number, place in made_here if world.on_server(world.made[place], rows)}
        lost = {number for number, place in made_here} - there
        quarantined = {r["device_seq"] for r in world.server.quarantined() if isinstance(r, dict)}
        told = world.server.missing(device)
        assert told - quarantined == {n for n in lost if n < max(there, default=0)} - quarantined, "gaps"
    for place in world.late:
        key = world.made[place].record["id"]
        for tablet, store in world.stores():
            if key in store.purged and not refused(world, tablet, store):
                again = world.on_server(world.made[place], rows)
                assert again or key in store.alarm, "no alarm about what a restore took"


def _clear_up(world: World) -> None:
    """The lead auditor rules on what is held, resolves conflicts, waives lost photos, and closes."""
    server = world.server
    for audit in AUDITS:
        server.reopen(audit)
    server.revoke(LEAD, False)
    server.assign(LEAD, True)
    for number, row in enumerate(server.undecided()):
        if not server.rule(row, ("admit", "reject", "late")[number % 3]):
            server.rule(row, "reject")
    assert server.undecided() == []
    desk = type(world.tablets[0])(world.network, world.new_id, world.saved, LEAD)
    for audit, item in PLACES:
        while desk.pull(audit):
            pass
        if len(server.heads(item)) > 1:
            if server.why_open(audit):
                assert not server.close(audit), "closed over a conflict"
            desk.answer(audit, item, "conform", server.day)
            desk.sync()
            assert len(server.heads(item)) == 1, "a third answer did not resolve"
    world.tablets.append(desk)
    for audit in AUDITS:
        for photo in server.missing_photos(audit):
            assert not server.close(audit), "closed although a photo is missing"
            server.waive(photo)
        assert server.close(audit), server.why_open(audit)
    world.watch()
    assert server.verify(), "chain"


def _screens_agree(world: World) -> None:
    """Every tablet that may look shows the same answers as the server."""
    for tablet, store in world.stores():
        if refused(world, tablet, store):
            continue
        tablet.sign_in(store.owner)
        tablet.hello()
        for audit in AUDITS:
            while tablet.pull(audit):
                pass
        for _audit, item in PLACES:
            assert store.heads(item, ("sent",)) == world.server.heads(item), "a screen shows something else"
