"""The chapter of the management reviews: two are held and frozen, the third is being prepared."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person, in_reader_language
from audit_app.demo import meetings
from audit_app.demo.audits import BEGIN
from audit_app.demo.story import Story, texts
from audit_app.findings import action_services as actions
from audit_app.reviews import exports, sealing, signing, supplements
from audit_app.reviews import services as reviews
from audit_app.reviews.models import InputKey, Review
from audit_app.reviews.pack import Pack

NEXT_REVIEW = 182
ALL_FILES = timedelta(days=340)
"""How old a review may be whose pack is kept in both languages and formats."""

LIFE = 6
"""Years of the demo's certificate: three that have passed, and three to look at it."""


def tell(story: Story) -> None:
    """Put the events of all reviews on the list; the PDFs are signed with a key made for the demo."""
    if sealing.key() is None:
        name, house = story.said(texts("reviews")["certificate"]), accounts.organisation()
        own = "" if house is None else in_reader_language(house.name_en, house.name_zh)
        begins = story.moment(BEGIN, 9)
        story.at(begins, partial(sealing.make_own, name, own, begins=begins, years=LIFE))
    for entry in texts("reviews")["reviews"]:
        Meeting(story, entry).write()


@dataclass
class Meeting:
    """One review from its plan to what became of its decisions."""

    story: Story
    entry: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """Days, counted from the day of the build."""
        found: dict[str, Any] = self.entry["facts"]
        return found

    @property
    def words(self) -> dict[str, Any]:
        """Texts in the language of the demo."""
        found: dict[str, Any] = self.story.said(self.entry)
        return found

    @property
    def review(self) -> Review:
        """The record, once it is planned."""
        found: Review = self.story.reviews[self.entry["key"]]
        return found

    @property
    def room(self) -> dict[str, Any]:
        """What surrounds the meeting."""
        found: dict[str, Any] = texts("meetings")["reviews"][self.entry["key"]]
        return found

    @property
    def owners(self) -> dict[str, str]:
        """Who writes which input; the extra ones of an integrated review too."""
        return texts("reviews")["owners"] | self.room.get("owners", {})

    def person(self, key: str) -> Person:
        """Somebody by key."""
        return self.story.people[key]

    @property
    def following(self) -> int:
        """When the next review meets; half a year later where none is told of."""
        meets = [each["facts"]["meets"] for each in texts("reviews")["reviews"]]
        mine = self.facts["meets"]
        return min((each for each in meets if each > mine), default=mine + NEXT_REVIEW)

    def asked(self) -> list[dict[str, Any]]:
        """The decisions: days and owners stand in the English part, words in both."""
        return [
            {**facts, **words}
            for facts, words in zip(self.entry["en"]["asked"], self.words["asked"], strict=True)
        ]

    def write(self) -> None:
        """All events of this review that lie in the past."""
        story, facts = self.story, self.facts
        story.plan(facts["planned"], 9.5, self.plan)
        story.plan(facts["planned"] + 3, 9, self.prepare)
        extra = self.room["en"].get("inputs", {})
        for place, key in enumerate([*self.entry["en"]["inputs"], *extra]):
            story.plan(facts["planned"] + 7 + place, 14, partial(self.write_input, key))
        story.plan(min(facts["meets"], 0) - 4, 13, self.ask)
        story.plan(facts["meets"], 15, self.hold)
        if "approve" not in facts:
            return
        story.plan(facts["approve"], 11, self.approve)
        # Later in the day than the approval: over a weekend, a day later may be the same working day.
        story.plan(facts["approve"] + 1, 14, partial(self.sign, "lin"))
        story.plan(facts["approve"] + 1, 15, partial(self.sign, "wei"))
        if "supplement" in self.entry["en"]:
            story.plan(facts["approve"] + facts["corrected"], 10, self.correct)
            story.plan(facts["approve"] + facts["corrected"] + 1, 15, self.issue)
        for place, each in enumerate(self.asked()):
            if "done" in each:
                story.plan(facts["meets"] + each["done"], 15, partial(self.finish, place, each))
            if "verify" in each:
                story.plan(facts["meets"] + each["verify"], 10, partial(self.verify, place, each))

    def plan(self) -> None:
        """The management representative invites."""
        story, given = self.story, texts("reviews")
        story.reviews[self.entry["key"]] = reviews.plan_review(
            title=self.words["title"],
            meets_on=story.day(self.facts["meets"]),
            period_from=story.day(self.facts["from"]),
            period_to=story.day(self.facts["to"]),
            chair=self.person("chen"),
            prepared_by=self.person("lin"),
            participants=[(self.person(key), story.said(words)) for key, words in given["functions"].items()],
            place=story.said(given["place"]),
            standards=self.room.get("standards", ()),
            by=self.person("lin"),
        )
        meetings.people(self.review, self.room, story)

    def prepare(self) -> None:
        """Each input gets somebody who writes it."""
        reviews.start_preparing(self.review, by=self.person("lin"))
        wanted, late = self.story.day(self.facts["meets"] + self.room["wanted"]), self.room.get("late", {})
        for key, owner in self.owners.items():
            due_on = self.story.day(late["day"]) if late.get("key") == key else wanted
            reviews.assign_input(
                self.review, key, owner=self.person(owner), due_on=due_on, by=self.person("lin")
            )
        meetings.agenda(self.review, self.story)

    def write_input(self, key: str) -> None:
        """An input is written by its owner."""
        owner, said = self.person(self.owners[key]), self.story.said(self.room)
        text = self.words["inputs"].get(key) or said["inputs"][key]
        reviews.write_input(self.review, key, text=text, by=owner)
        if key == "b" and "climate" in self.room:
            reviews.decide_climate(self.review, self.room["climate"], reason=said["climate_reason"], by=owner)

    def ask(self) -> None:
        """Decisions are asked for, with options and cost."""
        for each in self.asked():
            reviews.ask_decision(
                self.review, text=each["text"], input_key=each["key"], rationale=each["rationale"],
                options=each["options"], resources=each["resources"],
                owner=self.person(each["owner"]) if "owner" in each else None,
                due_on=self._due(each) if "due" in each else None, by=self.person("lin"),
            )  # fmt: skip

    def _due(self, each: dict[str, Any]) -> Any:
        return self.story.day(self.facts["meets"] + each["due"])

    def hold(self) -> None:
        """The meeting: who came and signed, what was said and decided, the conclusion."""
        review, lin, words = self.review, self.person("lin"), self.words
        meetings.hold(review, self.room, self.story)
        for decision, each in zip(list(review.decisions), self.asked(), strict=True):
            if each.get("reject"):
                reviews.reject_decision(decision, by=lin)
            else:
                reviews.take_decision(
                    decision, owner=decision.owner, due_on=decision.due_on,
                    chosen=meetings.recommended(decision.considered, decision.rationale), by=lin,
                )  # fmt: skip
        reviews.hold(
            review, minutes=words["minutes"], suitability=words["suitability"], adequacy=words["adequacy"],
            effectiveness=words["effectiveness"],
            next_review_on=self.story.day(self.following), by=lin,
        )  # fmt: skip

    def approve(self) -> None:
        """Top management approves: decisions become actions, and the pack is frozen; the last one in both
        languages and formats, an older one as the one paper that was signed then, which is quicker."""
        last = self.story.day(self.facts["meets"]) >= self.story.today - ALL_FILES
        render = exports.kept_files if last else self._page
        reviews.approve(
            self.review, render=render, asked_again=True, sealing=sealing.sealing(), by=self.person("chen")
        )

    def sign(self, key: str) -> None:
        """A further signature: of who prepared the review, and of the lead auditor who took part."""
        signing.cosign(self.review, asked_again=True, by=self.person(key))

    def correct(self) -> None:
        """The management representative writes a supplement: a figure in an approved text was wrong."""
        words = self.words["supplement"]
        supplements.write(
            self.review, reason=words["reason"], correction=words["correction"],
            input_key=InputKey(self.entry["en"]["supplement"]["input"]), by=self.person("lin"),
        )  # fmt: skip

    def issue(self) -> None:
        """Top management issues it."""
        supplements.issue(
            supplements.of_review(self.review)[-1], exports.supplement_files, asked_again=True,
            sealing=sealing.sealing(), by=self.person("chen"),
        )  # fmt: skip

    def _page(self, pack: Pack) -> dict[tuple[str, str], bytes]:
        language = self.story.language
        made = exports.render(pack, language, "pdf")
        return {(language, "pdf"): exports.signed(pack, language, "pdf", made)}

    def finish(self, place: int, each: dict[str, Any]) -> None:
        """The owner of a decision reports it done."""
        action = self._action(place)
        actions.done(action, note=each["done_note"], by=action.owner)

    def verify(self, place: int, each: dict[str, Any]) -> None:
        """The lead auditor has seen it."""
        actions.verify(self._action(place), note=each["verified_note"], by=self.person("wei"))

    def _action(self, place: int) -> Any:
        action = self.review.decisions[place].action
        assert action is not None
        return action
