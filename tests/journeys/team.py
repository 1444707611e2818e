"""Choosing an audit team on the screens: refused, made competent, saved."""

import re

from tests.journeys.desk import Desk


class TeamChoice(Desk):
    """What the programme manager does on the page of the team."""

    def is_refused_a_team_without_competence(self, lead: str, members: list[str]) -> None:
        """Nobody leads or audits without a record; the sentence names who and what."""
        self.fill({"Lead auditor": re.compile(lead), "Auditors": [re.compile(each) for each in members]})
        with self.page.expect_navigation():
            self.press("Save")
        self.sees(f"There is no record that {lead} is competent in")

    def record_competence(self, name: str) -> None:
        """From the refused team, and back to it with everybody still chosen."""
        self.follow(f"Record competence: {name}")
        self.form({"Grounds": "Course of 40 hours with examination; four audits under observation."})
        self.heading("Audit team")

    def choose_team(self, lead: str, members: list[str]) -> None:
        """Lead and auditors; nobody audits their own area."""
        self.form({"Lead auditor": lead, "Auditors": members})
        self.sees(lead, *members)

    def is_refused_an_auditor_of_the_own_area(self, name: str) -> None:
        """The product says who would audit their own work."""
        self.sees(f"{name} (not independent here)")
