"""What the panels of the fieldwork screen are told beside the questions: addresses, names, sentences."""

from flask import url_for
from flask_babel import gettext as _

from audit_app.programme.models import Audit


def auditees(audit: Audit) -> list[str]:
    """Who may sign for the auditee, by name."""
    return [person.name for person in audit.auditees]


def urls() -> dict[str, str]:
    """Where a sample of the ticket log is drawn."""
    return {"sample": url_for("indicators.sample"), "sampleChoices": url_for("indicators.sample_choices")}


def words() -> dict[str, str]:
    """Sentences of the panels."""
    return {**_sampling(), **_notes(), **_finding(), **_signing()}


def _sampling() -> dict[str, str]:
    return {
        "sampleOf": _("%(size)s of %(population)s", size="{size}", population="{population}"),
        "byLot": _("at random, seed %(seed)s", seed="{seed}"),
        "byJudgement": _("by judgement"),
        "wholeLot": _("all of them"),
        "exceptions": _("exceptions: %(count)s", count="{count}"),
        "noException": _("no exception"),
        "whyException": _("%(id)s: what was not in order?", id="{id}"),
        "any": _("any"),
        "logAsking": _("Asking for the ticket log…"),
        "logOffline": _("The ticket log cannot be reached just now. Paste a list of ids instead; the lot "
                        "falls the same way."),
        "logEmpty": _("No ticket log has been imported yet. Paste a list of ids instead."),
        "logNone": _("No ticket matches. Take a filter out."),
        "listFirst": _("Paste the ids of the population first, one per line."),
        "sizeFirst": _("Say how many to look at: a whole number from 1 to 1000."),
        "seedFirst": _("Give a seed: any word or number. With it anybody can draw the same sample again."),
        "populationFirst": _("Say how many there are in all; the share looked at follows from it."),
        "tooLarge": _("%(size)s were looked at, but there are only %(population)s in all. Correct one of the "
                      "two.", size="{size}", population="{population}"),
        "tooMany": _("A sampling record holds at most %(most)s ids. Attach the list as a file.",
                     most="{most}"),
        "idTooLong": _("One of the ids is longer than 100 characters. Write one id per line."),
        "notAll": _("If all were looked at, size and population are the same number."),
        "settleFirst": _("Two people answered this question differently. Settle that first."),
    }  # fmt: skip


def _notes() -> dict[str, str]:
    return {
        "unassigned": _("Not assigned yet: %(count)s", count="{count}"),
        "assignHere": _("This question: %(name)s", name="{name}"),
        "unassign": _("Take away from %(name)s", name="{name}"),
        "moreFound": _("%(count)s more; write another word.", count="{count}"),
        "nothingFound": _("No question matches."),
        "aPhoto": _("Photo"),
        "keeping": _("Saving…"),
        "kept": _("Kept"),
        "notKept": _("NOT kept. Leave this open and try again."),
        "takeBack": _("Take back"),
    }


def _finding() -> dict[str, str]:
    return {
        "filesSeen": _("Files: %(names)s", names="{names}"),
        "inherits": _("Clause, process, department, owner and files follow from the question."),
        "inheritsOf": _(
            "Clause, process (%(process)s), department, owner and files follow from the question.",
            process="{process}",
        ),
        "gradeFirst": _("Choose a grade."),
        "sayWhat": _("Say what you found, or on what evidence."),
        "draftHere": _("Finding kept, not sent yet"),
    }


def _signing() -> dict[str, str]:
    return {
        "opening": _("Opening meeting"),
        "closing": _("Closing meeting"),
        "partyAuditor": _("Auditor"),
        "partyAuditee": _("Auditee"),
        "nameFirst": _("Write the name of who signs."),
        "signFirst": _("Sign in the box first."),
        "signatureOf": _("Signature of %(name)s", name="{name}"),
        "signAgain": _("Sign again"),
        "stillOpen": _("Unanswered"),
        "stillFlagged": _("Flagged to come back to"),
        "withoutEvidence": _("Conform without evidence (%(share)s %% of what conforms)", share="{share}"),
        "looseNotes": _("Notes not assigned yet"),
        "closingOpen": _("Signed when every question is answered: %(count)s to go.", count="{count}"),
        "closingDisputed": _("Questions that two people answered differently: %(count)s.", count="{count}"),
    }
