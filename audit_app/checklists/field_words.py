"""Every sentence that the fieldwork script shows. Names in braces are filled in by the script."""

from flask_babel import gettext as _

from audit_app.checklists import lacking


def words() -> dict[str, str]:
    """Sentences by the names the script knows them by."""
    return {**_states(), **_replies(), **_troubles(), **_answers(), **_photos(), **_offline(), **_notices()}


def _states() -> dict[str, str]:
    return {
        "saved": _("Saved %(time)s", time="{time}"),
        "saving": _("Saving…"),
        "savedHere": _("Saved on this device"),
        "notSaved": _("NOT saved"),
        "badge": _("Answers waiting: %(count)s · Photos waiting: %(photos)s",
                   count="{count}", photos="{photos}"),
        "badgeNone": _("Nothing waits"),
        "receipt": _("Nothing waits. All of this device is on the server: answers %(count)s, photos "
                     "%(photos)s.", count="{count}", photos="{photos}"),
        "putAway": _("Close"),
        "here": _("Also at this question: %(names)s", names="{names}"),
        "exportFile": _("Save unsent answers to a file"),
    }  # fmt: skip


def _replies() -> dict[str, str]:
    return {
        "reply": _("Your answer"),
        "photoTake": _("Take the photo"),
        "numberFirst": _("Write a number with a point before the decimals, e.g. 99.5."),
        "dateFirst": _("Write a date: year, month, day."),
        "sameThere": _("Same answer there"),
        **{f"lacks_{key}": lacking.lacks_words(key) for key in lacking.LACKS},
    }


def _troubles() -> dict[str, str]:
    return {
        "offline": _("No connection. Answers that wait on this device: %(count)s. They are sent by "
                     "themselves.", count="{count}"),
        "offlineIdle": _("No connection. Go on: what you record is kept on this device."),
        "server": _("The server did not take it. Answers that wait on this device: %(count)s. They are sent "
                    "again by themselves.", count="{count}"),
        "signIn": _("Your sign-in has ended. Go on: what you record is kept on this device. Answers that "
                    "wait: %(count)s.", count="{count}"),
        "signInIdle": _("Your sign-in has ended. Go on: what you record is kept on this device."),
        "signInLink": _("Sign in to send what waits (%(count)s)", count="{count}"),
        "signInPlain": _("Sign in"),
        "wrongUser": _("Somebody else is signed in now. The answers of %(name)s wait on this device until "
                       "they sign in again.", name="{name}"),
        "old": _("This page is out of date. Reload it; the answers that wait stay on this device."),
        "revoked": _("This tablet was shut out by the administrator. What waits here is handed to the lead "
                     "auditor."),
        "revokedDone": _("This tablet was shut out by the administrator. Nothing waits on it."),
        "notSavedDead": _("NOT saved: this browser keeps nothing. Answers that are only in this page: "
                          "%(count)s. Do not close it; save them to a file.", count="{count}"),
        "notSavedFull": _("NOT saved: there is no room left on this device. Answers that are only in this "
                          "page: %(count)s. Do not close it; save them to a file.", count="{count}"),
        "notSavedSealed": _("NOT saved yet: the store of this device is not open. Answers that are only in "
                            "this page: %(count)s. Do not close it.", count="{count}"),
        "sealedOwn": _("The PIN opens what was recorded on this device before."),
        "openByPin": _("Enter the PIN"),
        "pinTitle": _("PIN of this tablet"),
        "pinText": _("The PIN opens what was recorded on this device before."),
        "sealedOld": _("Records that cannot be opened here: %(count)s. They were made before the server got "
                       "another key; tell the administrator.", count="{count}"),
        "sealedOther": _("The answers of %(name)s wait on this device (%(count)s, photos: %(photos)s). They "
                         "are sealed until %(name)s signs in here.",
                         name="{name}", count="{count}", photos="{photos}"),
    }  # fmt: skip


def _answers() -> dict[str, str]:
    return {
        "heldClosed": _("The audit takes no answers any more. Your answer is kept for the lead auditor "
                        "to decide."),
        "heldAssigned": _("You are not in the team of this audit. Your answer is kept for the lead "
                          "auditor to decide."),
        "heldTemplate": _("This checklist has changed. Your answer is kept for the lead auditor to decide."),
        "heldFile": _("It came by a file. It is kept for the lead auditor to decide."),
        "heldIssued": _("The finding was issued before this came. It is kept for the lead auditor to "
                        "decide."),
        "heldOther": _("What you recorded is kept for the lead auditor to decide."),
        "refused": _("The server did not take this answer. It is still here: change it and it is sent "
                     "again."),
        "reason": _("Why is this not applicable? Write the reason, then it is saved."),
        "of": _("%(n)s of %(total)s", n="{n}", total="{total}"),
        "conflict": _("Two people answered differently"),
        "keep": _("Take this answer"),
        "notYet": _("no note"),
        "flag": _("Flag to come back to"),
        "unflag": _("Take the flag away"),
        "unknown": _("Answered %(time)s by %(name)s", time="{time}", name="{name}"),
    }  # fmt: skip


def _photos() -> dict[str, str]:
    return {
        "preparing": _("Keeping %(name)s…", name="{name}"),
        "waits": _("%(name)s waits on this device", name="{name}"),
        "uploading": _("Sending %(name)s: %(percent)s %%", name="{name}", percent="{percent}"),
        "uploadFailed": _("%(name)s could not be attached: %(why)s", name="{name}", why="{why}"),
        "again": _("Try again"),
        "takeAway": _("Take it away"),
        "photoFull": _("there is no room for it on this device. Answers still have room."),
        "photoFailed": _("this device could not keep it. Take it again."),
        "photoGone": _("its content is not on this device any more."),
    }


def _offline() -> dict[str, str]:
    return {
        "take": _("Take offline"),
        "takeAgain": _("Bring up to date"),
        "takenOffline": _("Done: this audit opens on this tablet without a connection."),
        "takeFailed": _("That did not work; what has no tick is missing. Try again with a connection."),
        "takeRefused": _("The server does not let this audit be taken offline now."),
        "done": _("done"),
        "notDone": _("not yet"),
        "pinShort": _("The PIN needs 6 digits or more."),
        "pinDiffers": _("The two PINs differ."),
        "handOver": _("Hand over without signing in"),
        "handed": _("Handed to the lead auditor, who decides what becomes of it."),
        "handFailed": _("It could not be handed over now. It stays on this device; try again, or save it to "
                        "a file."),
        "noTicket": _("This audit was not taken offline here, so there is no ticket to hand it over. Save "
                      "what waits to a file and give it to the lead auditor."),
        "updateReady": _("There is a newer version of this page."),
        "updateNow": _("Update now"),
    }  # fmt: skip


def _notices() -> dict[str, str]:
    return {
        "notice_restored": _("The server was restored from a backup. What this tablet had sent is offered "
                             "again (records: %(count)s).", count="{count}"),
        "notice_alarm": _("The server was restored from a backup older than the last one it reported. Tell "
                          "the lead auditor."),
        "notice_lost": _("This tablet lost its store; the server has 1–%(seen)s, %(count)s missing. Check "
                         "your last answers.", seen="{seen}", count="{count}"),
        "notice_gone": _("This tablet lost its store. The server has the records 1–%(seen)s of it; what was "
                         "recorded after its last connection is missing.", seen="{seen}"),
        "notice_clock": _("The clock of this tablet is wrong by more than five minutes. Both times are kept; "
                          "set the clock right."),
    }  # fmt: skip
