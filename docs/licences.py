"""Writes docs/licences.md: under which licence each package comes that runs with the line.

.venv/bin/python docs/licences.py
"""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

DOCS = Path(__file__).resolve().parent
UNSTATED = {"huey": "MIT License"}  # said in its LICENSE file alone
HEAD = """\
# Licences

What is installed with the line (`requirements.txt`), as each package states it.
`.venv/bin/python docs/licences.py` writes this page.

| package | version | licence |
|---|---|---|
"""


def licence_of(package: str) -> str:
    """The SPDX expression, else the classifiers, else the first line of the field."""
    about = metadata(package)
    classified = [
        each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License :: ")
    ]
    stated = (about.get("License") or "").strip().splitlines()
    return about.get("License-Expression") or ", ".join(classified) or (stated[0] if stated else UNSTATED[package])


def page() -> str:
    """The page as it has to be, for the packages that are pinned and installed now."""
    locked = (DOCS.parent / "requirements.txt").read_text()
    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", locked, re.MULTILINE)
    rows = []
    for package, version in pinned:
        try:
            rows.append(f"| {package} | {version} | {licence_of(package)} |\n")
        except PackageNotFoundError:
            rows.append(f"| {package} | {version} | not needed on the machine that wrote this |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    (DOCS / "licences.md").write_text(page())
