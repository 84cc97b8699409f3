"""Where no worker runs, cron does what it does: docs/operations.md has the lines."""

import re

from django.conf import settings
from django.core.management import get_commands

OPERATIONS = (settings.BASE_DIR / "docs" / "operations.md").read_text()
TASKS = (settings.BASE_DIR / "conferenceline" / "tasks.py").read_text()


def test_every_task_of_the_worker_is_a_line_of_cron_and_a_row_of_the_table():
    tasks = set(re.findall(r'call_command\("(\w+)"', TASKS))
    lines = set(re.findall(r"^    [\d*].* manage\.py (\w+) -v0$", OPERATIONS, re.MULTILINE))
    rows = set(re.findall(r"^\| `manage\.py (\w+)` \| every ", OPERATIONS, re.MULTILINE))

    assert tasks == lines == rows
    assert tasks <= set(get_commands())
