"""The page of licences is of the packages that are pinned now, whichever of them this Python needs."""

import re

from django.conf import settings


def test_a_package_that_came_or_changed_is_on_the_page():
    locked = (settings.BASE_DIR / "requirements.txt").read_text()
    page = (settings.BASE_DIR / "docs" / "licences.md").read_text()

    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", locked, re.MULTILINE)
    listed = re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \|", page, re.MULTILINE)
    assert len(pinned) > 20
    assert sorted(listed) == sorted(pinned)
