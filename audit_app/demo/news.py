"""The chapter of the news: people read what they are told, so that only the last days are new to them."""

from audit_app.demo.audits import BEGIN
from audit_app.demo.story import Story
from audit_app.notifications import queries
from audit_app.notifications import services as notifications

EVERY, LAST = 30, -8


def tell(story: Story) -> None:
    """Once a month, and a last time a week ago."""
    for day in [*range(BEGIN + EVERY, LAST - EVERY, EVERY), LAST]:
        story.plan(day, 8, lambda: read(story))


def read(story: Story) -> None:
    """Everybody marks what is new as seen."""
    for person in story.people.values():
        while unread := queries.unread(person):
            for notice in unread:
                notifications.mark_read(notice)
