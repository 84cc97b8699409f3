"""Imports run one way: the contracts of pyproject.toml are held, and what they cannot say is added."""

import ast
import subprocess
import sys

import pytest
from django.conf import settings


def imported_by(source: str) -> set[str]:
    """The dotted names that a module imports, those in functions included."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_contracts_are_kept():
    command = "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo', '--no-cache'])"
    linter = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", command], cwd=settings.BASE_DIR, capture_output=True, text=True
    )

    assert linter.returncode == 0, linter.stdout + linter.stderr
    assert "0 broken" in linter.stdout


@pytest.mark.parametrize("module", ["flow", "dialogue", "replies"])
def test_the_steps_of_a_call_know_no_http(module):
    """import-linter sees Django as one package; of it, the steps may have settings, time and translation."""
    source = (settings.BASE_DIR / "verification" / f"{module}.py").read_text()

    assert not [name for name in imported_by(source) if name.startswith(("django.http", "django.shortcuts"))]
