"""The product's commands with a clock that is some days ahead: ``python -m tests.journeys.later DAYS COMMAND …``.

A review must meet after the last audit report (R12), so the story needs a second day; nothing else is changed.
"""

import sys
from datetime import UTC, datetime, timedelta

import time_machine

from audit_app.cli import main

if __name__ == "__main__":
    days, arguments = int(sys.argv[1]), sys.argv[2:]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=True):
        main(arguments)
