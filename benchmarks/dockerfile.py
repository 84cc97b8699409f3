"""Does what the Dockerfile says on a bare Debian, where no container engine is at hand, and tries what comes of it.

    sudo .venv/bin/python -m benchmarks.dockerfile --root DIRECTORY

DIRECTORY gets a minimal Debian by mmdebstrap (apt install mmdebstrap), unless it has one in `base` already, and a
root for each stage beside it. The steps are read from the Dockerfile itself, and run in a chroot. Then the command of
the image runs as its user: it must pass the image's own health check, be ready, write nowhere but where it may, and
end well. Ends with 1 where it does not.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAITS = 60  # seconds
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PORT = 8000  # what the image exposes
# A line that is set up, and talks to nobody.
PRODUCTION = {
    "SECRET_KEY": "of-this-trial-alone-" + "x" * 40,
    "PUBLIC_URL": "https://line.example.com",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "TWILIO_VERIFY_SERVICE_SID": "VA" + "3" * 32,
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DATABASE_URL": "sqlite:////data/db.sqlite3",
}


@dataclass
class Stage:
    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    workdir: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)

    def inside(self, *command: str, user: str = "root", env: dict[str, str] | None = None) -> list[str]:
        """The words that run this command in the stage."""
        variables = [f"{name}={value}" for name, value in {**self.env, **(env or {})}.items()]
        there = ["sh", "-c", f'cd {shlex.quote(self.workdir)} && exec "$@"', "sh", *command]
        return ["chroot", f"--userspec={user}", str(self.root), "env", "-i", *variables, *there]


def instructions() -> Iterator[tuple[str, str]]:
    """The instructions of the Dockerfile, each on one line."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        yield name.upper(), rest.strip()


def build(directory: Path, network: dict[str, str], bound: list[str]) -> Stage:
    stages: dict[str, Stage] = {}
    stage = Stage(directory)
    for name, rest in instructions():
        print(f"{name} {rest[:100]}", flush=True)
        match name:
            case "FROM":
                words = rest.split()
                stage = Stage(directory / (words[2] if len(words) > 1 else "image"))
                stages[stage.root.name] = stage
                shutil.rmtree(stage.root, ignore_errors=True)
                run("cp", "-a", str(directory / "base"), str(stage.root))
                shutil.copy("/etc/resolv.conf", stage.root / "etc/resolv.conf")
            case "RUN":
                with mounted(stage, bound):
                    run(*stage.inside("sh", "-c", rest, env=network))
            case "WORKDIR":
                stage.workdir = rest
                (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "COPY":
                copy(stage, stages, rest.split())
            case "ENV":
                for pair in shlex.split(rest):
                    variable, _, value = pair.partition("=")
                    stage.env[variable] = value.replace(f"${variable}", stage.env.get(variable, ""))
            case "USER":
                stage.user = rest
            case "HEALTHCHECK":
                stage.check = json.loads(rest.partition("CMD ")[2])
            case "CMD":
                stage.command = json.loads(rest)
            case "VOLUME" | "EXPOSE":
                pass
            case _:
                raise SystemExit(f"Nobody has said here what {name} does.")
    return stage


def copy(stage: Stage, stages: dict[str, Stage], words: list[str]) -> None:
    """From another stage, or what git knows of this directory and .dockerignore does not name."""
    *sources, target = [word for word in words if not word.startswith("--")]
    there = stage.root / (target if target.startswith("/") else f"{stage.workdir}/{target}").lstrip("/")
    if words[0].startswith("--from="):
        other = stages[words[0].partition("=")[2]].root / sources[0].lstrip("/")
        run("cp", "-a", str(other), str(there))
        return
    ignored = [line for line in (ROOT / ".dockerignore").read_text().split("\n") if line and not line.startswith("#")]
    git = ["git", "-C", str(ROOT), "ls-files"]
    listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S603
    for name in filter(None, listed):
        if any(fnmatch.fnmatch(name, each) or name.startswith(f"{each}/") for each in ignored):
            continue
        if sources == ["."] or name in sources:
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there / name)


@contextmanager
def mounted(stage: Stage, bound: list[str]) -> Iterator[None]:
    """/proc and /dev, and the paths of this machine that are asked for."""
    with ExitStack() as stack:
        for path in ["/proc", "/dev", *bound]:
            there = stage.root / path.lstrip("/")
            if Path(path).is_dir():
                there.mkdir(parents=True, exist_ok=True)
            else:
                there.parent.mkdir(parents=True, exist_ok=True)
                there.touch()
            run("mount", "--bind", path, str(there))
            stack.callback(run, "umount", str(there))
        yield


def try_it(image: Stage) -> None:
    """Runs what was built as the engine would: its command, as its user."""

    def inside(*command: str) -> list[str]:
        return image.inside(*command, user=image.user, env=PRODUCTION)

    run("find", str(image.root / "line"), "-name", "*.pyc", "-delete")
    with mounted(image, []):
        run(*inside("python", "manage.py", "check", "--deploy", "--fail-level=WARNING"))
        run(*inside("python", "manage.py", "migrate", "-v0"))
        server = subprocess.Popen(inside(*image.command))  # noqa: S603 (the Dockerfile's words)
        try:
            end = time.monotonic() + WAITS
            while subprocess.run(inside(*image.check), stderr=subprocess.DEVNULL).returncode:  # noqa: S603
                if server.poll() is not None or time.monotonic() > end:
                    raise SystemExit("The image does not pass its own health check.")
                time.sleep(0.5)
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=WAITS) as ready:
                print("ready:", ready.read().decode())
            if subprocess.run(inside("touch", "/line/written"), stderr=subprocess.DEVNULL).returncode == 0:  # noqa: S603
                raise SystemExit("The line may write over its own code.")
        finally:
            server.terminate()
            status = server.wait(WAITS)
    if status:
        raise SystemExit(f"It ended with {status}.")
    weigh = ["du", "-sm", str(image.root)]
    size = subprocess.run(weigh, capture_output=True, text=True, check=True).stdout.split()[0]  # noqa: S603
    print(f"The image answers, as {image.user}, and ends well. It has {size} MB.")


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 (our own words and the Dockerfile's)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--root", type=Path, required=True, help="an empty directory, or one of an earlier time")
    asked.add_argument("--bind", action="append", default=[], help="a path of this machine that pip needs in there")
    options = asked.parse_args()
    if os.geteuid() != 0:
        asked.error("run it as root: it needs chroot and mount")
    options.root.mkdir(parents=True, exist_ok=True)
    if not (options.root / "base/etc/debian_version").exists():
        run("mmdebstrap", "--variant=minbase", "bookworm", str(options.root / "base"))
    network = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name == "SSL_CERT_FILE"}
    try_it(build(options.root, network | {"DEBIAN_FRONTEND": "noninteractive"}, options.bind))


if __name__ == "__main__":
    sys.exit(main())
