"""What may happen, in any order: the state machine over the world, for the model and for the real application."""

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.offline.home import everyone_comes_home
from tests.offline.model import AUDITS, MEMBER, OTHER, UNKNOWN_VERSION, VALUES, Server
from tests.offline.tablet import FATES, Tablet
from tests.offline.world import PEOPLE, PLACES, World

MOST_TABLETS = 3
HAPPENING = st.integers(0, 2**24 - 1)
"""What happens, to whom, and how: three bytes in one number, because hypothesis is then twice as fast."""
ALWAYS = (
    "answer answer answer answer answer_with_photo sync sync sync sync sync sync_on_a_bad_line "
    "look look pull_only upload sign_in "
)
RARELY = (
    "cookie_changes deposit import_file replay clone evict clock_is_set id_comes_twice odd_answer "
    "close_or_reopen assign revoke revoke_device rule_on_held backup restore days_pass "
)
SEASONS = {
    "everything": ALWAYS + RARELY,
    "restores": ALWAYS + 3 * "backup restore " + "days_pass rule_on_held close_or_reopen ",
    "old restores": ALWAYS + 3 * "days_pass backup " + "backup restore restore ",
    "a shared tablet": ALWAYS + 4 * "sign_in cookie_changes " + "deposit replay revoke ",
    "twins": ALWAYS + 3 * "clone id_comes_twice " + "replay evict clock_is_set deposit ",
    "held": ALWAYS
    + 3 * "close_or_reopen assign revoke deposit rule_on_held backup restore "
    + "import_file ",
    "a bad line": ALWAYS + 6 * "sync_on_a_bad_line " + 2 * "replay clock_is_set odd_answer ",
    "photos": ALWAYS
    + 3 * "answer_with_photo backup restore "
    + 10 * "upload "
    + "days_pass close_or_reopen ",
}
"""What happens more in some weeks than in others: how often a word stands here is how often it comes."""


def mixed(number: int) -> int:
    """Another number of three bytes: hypothesis likes small ones, and here all happenings are alike."""
    return (number * 0x9E3779B1 & 0xFFFFFFFF) >> 8


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
    """Each step is one thing that happens in the field, at the desk, or in the server room."""

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

    @initialize(season=HAPPENING)
    def begin(self, season: int) -> None:
        """What this story is about."""
        name = list(SEASONS)[mixed(season) % len(SEASONS)]
        note(f"# season: {name}")
        self.words = SEASONS[name].split()

    @rule(happening=HAPPENING)
    def happens(self, happening: int) -> None:
        """One thing happens, and the promise holds after it."""
        type(self).steps += 1
        what, n, k = mixed(happening).to_bytes(3, "big")
        word = self.words[what % len(self.words)]
        note(f"# {word} (tablet {n % len(self.world.tablets)}, {k})")
        getattr(self, word)(n, k)
        self.world.watch()

    # --- in the field ---------------------------------------------------------------------------------------
    def answer(self, n: int, k: int) -> None:
        """A tap on an answer."""
        audit, item = PLACES[k % len(PLACES)]
        self.tablet(n).answer(audit, item, VALUES[k // 4 % len(VALUES)], self.server.day)

    def answer_with_photo(self, n: int, k: int) -> None:
        """An answer that names a photo."""
        audit, item = PLACES[k % len(PLACES)]
        self.tablet(n).answer(audit, item, VALUES[0], self.server.day, self.photo(n + k))

    def photo(self, n: int) -> bytes:
        """What a camera gives."""
        return bytes([n % 256, n // 256, 7])

    def sync(self, n: int, k: int) -> None:
        """A batch goes through."""
        self.tablet(n).sync()

    def sync_on_a_bad_line(self, n: int, k: int) -> None:
        """A batch, and what may befall it."""
        self.tablet(n).sync(FATES[k % len(FATES)])

    def look(self, n: int, k: int) -> None:
        """A tablet is opened, or wakes up: hello, and what others did."""
        tablet = self.tablet(n)
        tablet.hello(FATES[max(0, k % 16 - 12)])
        for audit in AUDITS:
            tablet.pull(audit)

    def pull_only(self, n: int, k: int) -> None:
        """What others did, between two batches."""
        self.tablet(n).pull(PLACES[k % len(PLACES)][0])

    def upload(self, n: int, k: int) -> None:
        """A part of a photo, the line being bad now and then."""
        tablet = self.tablet(n)
        tablet.check_photos(self.server.day)
        tablet.upload(FATES[max(0, k % 16 - 12)])

    def sign_in(self, n: int, k: int) -> None:
        """The tablet is handed to somebody."""
        self.tablet(n).sign_in(PEOPLE[k % len(PEOPLE)])
        self.tablet(n).take_offline(PLACES[n % len(PLACES)][0])

    def cookie_changes(self, n: int, k: int) -> None:
        """The session ends, or somebody signs in in another tab: the open store is not theirs."""
        self.tablet(n).cookie = (0, *PEOPLE)[k % (len(PEOPLE) + 1)]

    def deposit(self, n: int, k: int) -> None:
        """A sealed store is handed in by its ticket."""
        person = list(self.tablet(n).stores)[k % len(self.tablet(n).stores)]
        self.tablet(n).deposit(person, FATES[max(0, k % 16 - 12)])

    def import_file(self, n: int, k: int) -> None:
        """Unsent answers come to the lead auditor as a file."""
        person = list(self.tablet(n).stores)[k % len(self.tablet(n).stores)]
        self.server.import_file(self.tablet(n).file(person))

    def replay(self, n: int, k: int) -> None:
        """A request that hung in the network arrives once more."""
        if self.world.network.old:
            self.world.network.replay(k % len(self.world.network.old))

    # --- accidents ------------------------------------------------------------------------------------------
    def clone(self, n: int, k: int) -> None:
        """A tablet is copied with all that is on it."""
        if len(self.world.tablets) < MOST_TABLETS:
            self.world.tablets.append(self.tablet(n).clone())

    def evict(self, n: int, k: int) -> None:
        """A browser throws its store away (not too often: it excuses a loss)."""
        if k % 4 == 0:
            self.world.evict(self.tablet(n))

    def clock_is_set(self, n: int, k: int) -> None:
        """A tablet's clock is wrong from now on."""
        self.tablet(n).clock_days = (-400.0, -1.0, 0.0, 1.0, 45.0)[k % 5]

    def id_comes_twice(self, n: int, k: int) -> None:
        """A tablet gives an id that is in use elsewhere and that it has never seen."""
        tablet, made = self.tablet(n), self.world.made
        if made:
            record = made[k % len(made)].record
            known = {*tablet.store.kept, *tablet.store.others, *tablet.store.purged}
            named = {base for kept in tablet.store.kept.values() for base in kept.record["base"]}
            if record["id"] not in known | named:
                tablet.answer(record["audit"], record["item"], "minor", self.server.day, id=record["id"])

    def odd_answer(self, n: int, k: int) -> None:
        """A malformed answer, or one to a template that the server does not know."""
        audit, item = PLACES[k % len(PLACES)]
        odd = {"value": "maybe"} if k % 2 else {"value": "minor", "template_version": UNKNOWN_VERSION}
        self.tablet(n).answer(audit, item, now=self.server.day, **odd)

    # --- at the desk and in the server room -----------------------------------------------------------------
    def close_or_reopen(self, n: int, k: int) -> None:
        """An audit is closed, unless something keeps it open; a closed one is reopened."""
        audit = PLACES[k % len(PLACES)][0]
        if not self.server.is_open(audit):
            self.server.reopen(audit)
            return
        why = self.server.why_open(audit)
        assert self.server.close(audit) == (not why), f"closed although {why}"

    def assign(self, n: int, k: int) -> None:
        """The team changes."""
        self.server.assign((MEMBER, OTHER)[n % 2], bool(k % 2))

    def revoke(self, n: int, k: int) -> None:
        """An account is withdrawn, or given back."""
        self.server.revoke((MEMBER, OTHER)[n % 2], bool(k % 2))

    def revoke_device(self, n: int, k: int) -> None:
        """A tablet counts as lost (it may turn up again); its ids are shut for ever."""
        if k % 4 == 0:
            self.server.revoke_device(self.tablet(n).store.device)

    def rule_on_held(self, n: int, k: int) -> None:
        """The lead auditor decides about a held answer."""
        waiting = self.server.undecided()
        if waiting:
            self.server.rule(waiting[n % len(waiting)], ("admit", "admit", "reject", "late")[k % 4])

    def backup(self, n: int, k: int) -> None:
        """The nightly copy."""
        self.server.backup()

    def restore(self, n: int, k: int) -> None:
        """The server comes back from one of the copies, often from the newest."""
        if self.server.backups:
            last = len(self.server.backups) - 1
            self.world.restore(last if k % 2 else n % (last + 1))

    def days_pass(self, n: int, k: int) -> None:
        """Nobody works for a while; what hung in the network is gone."""
        self.server.day += (1, 20, 31)[k % 3]
        self.world.network.old = []

    def teardown(self) -> None:
        """Whatever happened, all come home."""
        everyone_comes_home(self.world)
