"""The page of licences is of the packages that are installed with the line now."""

from django.conf import settings

from docs import licences


def test_a_package_that_came_or_changed_is_on_the_page():
    assert (settings.BASE_DIR / "docs" / "licences.md").read_text() == licences.page()
