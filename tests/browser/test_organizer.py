"""Somebody who has never seen the line invites twenty people to a weekly room, and sees the mail arrive."""

import time

from tests.browser.invitations import Story

ACTS_MOST = 25  # clicks, choices and things typed: at ten seconds each, thought included, less than five minutes
MINUTES = 5


def test_a_weekly_room_for_twenty_people_is_scheduled_invited_to_and_arrives(window):
    one = window(path="/admin/")
    story, begun = Story(one.page, lambda name, at: one.require_accessible()), time.monotonic()

    story.logs_in()
    story.schedules()
    story.pastes()
    story.invites()
    story.sees_them_arrive("Ada Birk", "Tom Urban")

    took = time.monotonic() - begun
    print(f"{story.acts} things done; the script took {took:.0f} s.")
    assert story.acts <= ACTS_MOST
    assert took < MINUTES * 60
