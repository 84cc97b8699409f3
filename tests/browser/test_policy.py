"""Every page of the admin: policy, console, accessibility and width, in light and dark, wide and narrow."""

import pytest

from tests.browser.admin import every_page, log_in


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_no_page_of_the_admin_is_at_fault(window, address, width, scheme):
    one = window(path="/admin/", scheme=scheme, width=width)
    one.require_accessible()
    log_in(one)
    pages = every_page(one.page, address)
    assert len(pages) > 12, pages
    found = []
    for page in pages:
        assert one.page.goto(address + page).status == 200, page
        watched = one.require_accessible if "/auth/" not in page else one.require_clean  # Django's own widgets
        for check in (one.require_clean, watched, one.require_no_sideways_scrolling):
            try:
                check()
            except AssertionError as fault:
                found.append(f"{page}: {fault}")
    assert not found, "\n".join(found)
