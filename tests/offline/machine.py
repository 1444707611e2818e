"""What may happen, in any order: the state machine over the world, for the model and for the real application."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.offline.home import everyone_comes_home
from tests.offline.model import AUDITS, LEAD, MEMBER, OTHER, UNKNOWN_VERSION, VALUES, Server
from tests.offline.tablet import FATES, Tablet
from tests.offline.world import PEOPLE, PLACES, World

number = st.integers(0, 255)
fates = st.sampled_from(FATES)
MOST_TABLETS = 3


def story(examples: int, steps: int = 50, *, shrink: bool = True) -> settings:
    """Derandomized, so that a run is the same everywhere; more of it is another run, not another seed."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        print_blob=False,
    )


class Fieldwork(RuleBasedStateMachine):
    """Each rule is one thing that happens in the field, at the desk, or in the server room."""

    tablet_class = Tablet
    steps = 0
    """Counted over all runs of a class."""

    def make_server(self) -> Server:
        """The server of this story."""
        return Server()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.make_server(), self.tablet_class)
        self.server = self.world.server

    def tablet(self, n: int) -> Tablet:
        """One of the tablets."""
        return self.world.tablets[n % len(self.world.tablets)]

    # --- in the field ---------------------------------------------------------------------------------------
    @rule(n=number, place=number)
    def answer(self, n: int, place: int) -> None:
        """A tap on an answer."""
        audit, item = PLACES[place % len(PLACES)]
        self.tablet(n).answer(audit, item, VALUES[(n + place) % len(VALUES)], self.server.day)

    @rule(n=number, place=number)
    def answer_with_photo(self, n: int, place: int) -> None:
        """An answer that names a photo."""
        audit, item = PLACES[place % len(PLACES)]
        self.tablet(n).answer(audit, item, VALUES[0], self.server.day, self.photo(n + place))

    def photo(self, n: int) -> bytes:
        """What a camera gives."""
        return bytes([n % 256, n // 256, 7])

    @rule(n=number)
    def sync(self, n: int) -> None:
        """A batch goes through."""
        self.tablet(n).sync()

    @rule(n=number, fate=fates)
    def sync_on_a_bad_line(self, n: int, fate: str) -> None:
        """A batch, and what may befall it."""
        self.tablet(n).sync(fate)

    @rule(n=number, fate=fates)
    def look(self, n: int, fate: str) -> None:
        """A tablet is opened, or wakes up: hello, and what others did."""
        tablet = self.tablet(n)
        tablet.hello(fate)
        for audit in AUDITS:
            tablet.pull(audit)

    @rule(n=number, audit=st.sampled_from(list(AUDITS)))
    def pull_only(self, n: int, audit: int) -> None:
        """What others did, between two batches."""
        self.tablet(n).pull(audit)

    @rule(n=number, fate=fates)
    def upload(self, n: int, fate: str) -> None:
        """A part of a photo."""
        tablet = self.tablet(n)
        tablet.check_photos(self.server.day)
        tablet.upload(fate)

    @rule(n=number, person=st.sampled_from(PEOPLE))
    def sign_in(self, n: int, person: int) -> None:
        """The tablet is handed to somebody."""
        self.tablet(n).sign_in(person)
        self.tablet(n).take_offline()

    @rule(n=number, person=st.sampled_from((0, *PEOPLE)))
    def cookie_changes(self, n: int, person: int) -> None:
        """The session ends, or somebody signs in in another tab: the open store is not theirs."""
        self.tablet(n).cookie = person

    @rule(n=number, person=st.sampled_from(PEOPLE), fate=fates)
    def deposit(self, n: int, person: int, fate: str) -> None:
        """A sealed store is handed in by its ticket."""
        if person in self.tablet(n).stores:
            self.tablet(n).deposit(person, fate)

    @rule(n=number, person=st.sampled_from(PEOPLE))
    def import_file(self, n: int, person: int) -> None:
        """Unsent answers come to the lead auditor as a file."""
        if person in self.tablet(n).stores:
            self.server.import_file(self.tablet(n).file(person))

    @rule(n=number)
    def replay(self, n: int) -> None:
        """A request that hung in the network arrives once more."""
        if self.world.network.old:
            self.world.network.replay(n % len(self.world.network.old))

    # --- accidents ------------------------------------------------------------------------------------------
    @rule(n=number)
    def clone(self, n: int) -> None:
        """A tablet is copied with all that is on it."""
        if len(self.world.tablets) < MOST_TABLETS:
            self.world.tablets.append(self.tablet(n).clone())

    @rule(n=number)
    def evict(self, n: int) -> None:
        """A browser throws its store away (not too often: it excuses a loss)."""
        if n % 4 == 0:
            self.world.evict(self.tablet(n // 4))

    @rule(n=number, days=st.sampled_from((-400.0, -1.0, 0.0, 1.0, 45.0)))
    def clock_is_set(self, n: int, days: float) -> None:
        """A tablet's clock is wrong from now on."""
        self.tablet(n).clock_days = days

    @rule(n=number, k=number)
    def id_comes_twice(self, n: int, k: int) -> None:
        """A tablet gives an id that is in use elsewhere and that it has never seen."""
        tablet, made = self.tablet(n), self.world.made
        if made:
            record = made[k % len(made)].record
            known = {*tablet.store.kept, *tablet.store.others, *tablet.store.purged}
            named = {base for kept in tablet.store.kept.values() for base in kept.record["base"]}
            if record["id"] not in known | named:
                tablet.answer(record["audit"], record["item"], "minor", self.server.day, id=record["id"])

    @rule(n=number, field=st.sampled_from((("value", "maybe"), ("template_version", UNKNOWN_VERSION))))
    def odd_answer(self, n: int, field: tuple[str, object]) -> None:
        """A malformed answer, or one to a template that the server does not know."""
        audit, item = PLACES[n % len(PLACES)]
        facts = {"value": "conform", field[0]: field[1]}
        self.tablet(n).answer(audit, item, now=self.server.day, **facts)

    # --- at the desk and in the server room -----------------------------------------------------------------
    @rule(audit=st.sampled_from(list(AUDITS)))
    def close_or_reopen(self, audit: int) -> None:
        """An audit is closed, unless something keeps it open; a closed one is reopened."""
        if not self.server.is_open(audit):
            self.server.reopen(audit)
            return
        why = self.server.why_open(audit)
        assert self.server.close(audit) == (not why)

    @rule(person=st.sampled_from((MEMBER, OTHER)), there=st.booleans())
    def assign(self, person: int, there: bool) -> None:
        """The team changes."""
        self.server.assign(person, there)

    @rule(person=st.sampled_from((MEMBER, OTHER)), gone=st.booleans())
    def revoke(self, person: int, gone: bool) -> None:
        """An account is withdrawn, or given back."""
        self.server.revoke(person, gone)

    @rule(n=number)
    def revoke_device(self, n: int) -> None:
        """A tablet counts as lost (it may turn up again); its ids are shut for ever."""
        if n % 8 == 0:
            self.server.revoke_device(self.tablet(n // 8).device)

    @rule(n=number, ruling=st.sampled_from(("admit", "reject", "late")))
    def rule_on_held(self, n: int, ruling: str) -> None:
        """The lead auditor decides about a held answer."""
        waiting = self.server.undecided()
        if waiting:
            self.server.rule(waiting[n % len(waiting)], ruling)

    @rule()
    def backup(self) -> None:
        """The nightly copy."""
        self.server.backup()

    @rule(n=number)
    def restore(self, n: int) -> None:
        """The server comes back from one of the copies, mostly the newest."""
        if self.server.backups:
            last = len(self.server.backups) - 1
            self.world.restore(last if n % 4 else n // 4 % (last + 1))

    @rule(days=st.sampled_from((1, 20, 31)))
    def days_pass(self, days: int) -> None:
        """Nobody works for a while; what hung in the network is gone."""
        self.server.day += days
        self.world.network.old.clear()

    # --- always ---------------------------------------------------------------------------------------------
    @invariant()
    def promise(self) -> None:
        """What must be true after every step."""
        type(self).steps += 1
        self.world.watch()

    def teardown(self) -> None:
        """Whatever happened, all come home."""
        everyone_comes_home(self.world)
