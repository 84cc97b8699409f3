#!/usr/bin/env python3
"""The limits of a call, with their numbers, from the code into the page of the call.

    .venv/bin/python docs/limits.py            writes them
    .venv/bin/python docs/limits.py --check    says what is missing or out of date, and changes nothing

The numbers are those that hold where the environment says nothing: no .env is read.
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.words import PAGE, Mark  # noqa: E402

SETTINGS = "conferenceline/settings.py"
THROTTLE = "verification/throttle.py"
MARK = Mark("the limits", "docs/limits.py")

# What LIMITS of the settings counts in a window.
IN_A_WINDOW = {
    "sends_per_contact": "codes sent to one contact, over all calls, with those that Twilio refused",
    "sends_per_line": "codes asked for from one calling line that is not on file for the caller, and not typed right",
    "sends_per_hour": "codes sent by the installation, with those that Twilio refused",
    "sends_per_day": "codes sent by the installation, with those that Twilio refused",
    "wrong_codes_per_contact": "wrong codes for one contact, over all calls",
    "app_codes_per_contact": (
        "codes of one authenticator app that are checked, right or wrong "
        "(Twilio refuses more than 50 an hour, 100 a day)"
    ),
    "wrong_passcodes_per_line": "wrong passcodes from one calling line",
    "wrong_passcodes_per_conference": "wrong passcodes for one conference, over all calls",
    "roster_numbers_per_line": "wrong roster numbers from one calling line",
    "roster_numbers": "wrong roster numbers, over all lines",
    "notices_per_contact": "mails or texts to one address about a call too early, too late, or to a full room",
    "unlocks_per_person": "unlocking of one person, by organizers",
    "tests_per_contact": "test codes sent to one contact, by organizers",
    "tests_per_team": "test codes sent by one team",
}
NOT_OF_CALLS = {  # but of the admin
    "wrong_sign_ins_per_browser",
    "wrong_sign_ins_per_login",
    "wrong_sign_ins_per_address",
    "reset_mails_per_address",
    "DATES_MOST",
}
OF_THE_SETTINGS = {
    "WRONG_CODES_PER_CALL": ("wrong codes", "a call"),
    "WRONG_PASSCODES_PER_CALL": ("wrong passcodes", "a call"),
    "ROSTER_NUMBERS_PER_CALL": ("roster numbers tried", "a call"),
    "LIVE_CALLS_MOST": ("calls in progress, over all rooms", "at once"),
    "RESERVED_CALLS_MOST": ("more of them, from lines on file for which the carrier vouches", "at once"),
}
OF_THE_CODE = {
    ("verification/flow.py", "RESENDS_MOST"): ("wishes for one more code, with star", "a call"),
    ("verification/dialogue.py", "STUMBLES_MOST"): (
        "key entries that are no answer, before the call ends (one more at the slow pace)",
        "a call",
    ),
    ("verification/turns.py", "TROUBLES_MOST"): ("faults of our own side, before the call ends", "a call"),
}
ENDINGS = ("_PER_CALL", "_MOST")  # of a setting that is a limit
WINDOWS = {600: "10 minutes", 900: "15 minutes", 3600: "1 hour", 86400: "1 day"}


@dataclass(frozen=True)
class Limit:
    what: str
    most: int
    window: str
    variable: str = ""  # of the environment

    def row(self) -> str:
        return f"| {self.what} | {self.most} | {self.window} | {f'`{self.variable}`' if self.variable else ''} |\n"


def assigned(module: str) -> dict[str, ast.expr]:
    """What a module gives to its names."""
    found = {}
    for node in ast.parse((ROOT / module).read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    return found


def asked_of_environment(value: ast.expr) -> tuple[str, object]:
    """The variable, and what holds without it: of env("NAME", default=...)."""
    assert isinstance(value, ast.Call)
    default = next(each.value for each in value.keywords if each.arg == "default")
    return ast.literal_eval(value.args[0]), ast.literal_eval(default)


def in_windows() -> dict[str, ast.expr]:
    limits = assigned(SETTINGS)["LIMITS"]
    assert isinstance(limits, ast.Dict)
    return {ast.literal_eval(key): value for key, value in zip(limits.keys, limits.values, strict=True) if key}


def of_the_settings() -> dict[str, ast.expr]:
    return {name: value for name, value in assigned(SETTINGS).items() if name.endswith(ENDINGS)}


def limits() -> list[Limit]:
    found = []
    for name, what in IN_A_WINDOW.items():
        variable, default = asked_of_environment(in_windows()[name])
        most, seconds = map(int, str(default).split("/"))
        found.append(Limit(what, most, WINDOWS[seconds], variable))
    for name, (what, window) in OF_THE_SETTINGS.items():
        variable, default = asked_of_environment(of_the_settings()[name])
        found.append(Limit(what, int(str(default)), window, variable))
    for (module, name), (what, window) in OF_THE_CODE.items():
        found.append(Limit(what, ast.literal_eval(assigned(module)[name]), window))
    return found


def table() -> str:
    throttle = assigned(THROTTLE)
    percent = round(ast.literal_eval(throttle["WARN_AT"]) * 100)
    warned = [asked_of_environment(in_windows()[name])[0] for name in ast.literal_eval(throttle["INSTALLATION_WIDE"])]
    rows = "".join(limit.row() for limit in limits())
    return (
        f"| what | most | in | setting |\n|---|---|---|---|\n{rows}\n"
        f"A warning is in the log from {percent} % of {', '.join(f'`{name}`' for name in warned)} on.\n"
    )


def forgotten(known: set[str]) -> list[str]:
    """Of the limits with these names in the settings: what is not told here, or told and not there."""
    told = set(IN_A_WINDOW) | set(OF_THE_SETTINGS) | NOT_OF_CALLS
    return [f"docs/limits.py and {SETTINGS} differ: {name}" for name in sorted(told ^ known)]


def problems() -> list[str]:
    return forgotten(set(in_windows()) | set(of_the_settings())) or MARK.problems(table())


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if not sys.argv[1:]:
        PAGE.write_text(MARK.page(table()))
    if complaints := problems():
        sys.exit("\n".join([*complaints, "", "Write them: .venv/bin/python docs/limits.py"]))
