"""Choosing an audit team on the screens: made competent, then chosen."""

from tests.journeys.desk import Desk


class TeamChoice(Desk):
    """What the programme manager does on the page of the team."""

    def sees_who_lacks_competence(self, *names: str) -> None:
        """Nobody leads or audits without a record: people without one are marked."""
        for name in names:
            self.sees(f"{name} (competence missing or ended)")

    def record_competence(self, name: str) -> None:
        """What somebody was trained and examined in, all three skills at once."""
        self.open("/competence/new")
        self.form({"Person": name, "Skills": ["Lead auditing", "Auditing", "The standard"],
                   "Grounds": "Course of 40 hours with examination; four audits under observation."})  # fmt: skip

    def choose_team(self, lead: str, members: list[str]) -> None:
        """Lead and auditors; nobody audits their own area."""
        self.form({"Lead auditor": lead, "Auditors": members})
        self.sees(lead, *members)

    def is_refused_an_auditor_of_the_own_area(self, name: str) -> None:
        """The product says who would audit their own work."""
        self.sees(f"{name} (not independent here)")
