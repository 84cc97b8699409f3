"""./run, as people start it: a process of its own, on a small project with the same files and nothing to download."""

import ast
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

RUN = settings.BASE_DIR / "run"
PROJECT = {
    "requirements.txt": "",
    "requirements-dev.txt": "",
    "manage.py": """
        import os, sys, time
        print("manage.py", *sys.argv[1:], flush=True)
        if sys.argv[1] == os.environ.get("SLOW"):
            print("pid", os.getpid(), flush=True)
            time.sleep(60)
        sys.exit(7 if sys.argv[1] == os.environ.get("FAILING") else 0)
    """,
    "conferenceline/settings.py": """
        import os
        PORT = int(os.environ.get("PORT", "8000"))
        SANDBOX = os.environ.get("SANDBOX") != "off"
        PUBLIC_URL = f"http://127.0.0.1:{PORT}"
    """,
    "gunicorn.py": "import sys; print('gunicorn', *sys.argv[1:])",
    "pytest.py": "import sys; print('pytest', *sys.argv[1:]); sys.exit(5)",
    "ruff.py": "import sys; print('ruff', *sys.argv[1:]); sys.exit('check' == sys.argv[1])",
}


def make_project(directory: Path) -> Path:
    for name, text in PROJECT.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"^ {8}", "", text, flags=re.MULTILINE))
    shutil.copy(RUN, directory)
    return directory


@pytest.fixture
def bare(tmp_path) -> Path:
    """A project as it is cloned, in a directory with a space in its name."""
    return make_project(tmp_path / "a line")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project that ./run has been started in."""
    directory = make_project(tmp_path_factory.mktemp("projects") / "a line")
    assert run(directory).returncode == 0
    return directory


def command(directory: Path, *arguments: str, **environment: str) -> dict:
    return {
        "args": [sys.executable, directory / "run", *arguments],
        "cwd": "/",
        "env": {"PATH": os.environ["PATH"], "HOME": str(directory), "PORT": free_port(), **environment},
        "text": True,
    }


def run(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """./run, started from another directory, with nothing of our own environment."""
    return subprocess.run(**command(directory, *arguments, **environment), capture_output=True, timeout=60)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def lines_of(finished: subprocess.CompletedProcess) -> list[str]:
    return [line for line in finished.stdout.splitlines() if line]


def test_an_old_python_can_read_the_file():
    ast.parse(RUN.read_text(), feature_version=(3, 7))


def test_an_old_python_says_so(bare):
    older = "import runpy, sys; sys.version_info = (3, 8, 18); runpy.run_path(sys.argv[1], run_name='__main__')"
    finished = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", older, bare / "run"], capture_output=True, text=True
    )

    assert finished.returncode == 1
    assert finished.stderr.startswith("Conferenceline needs Python 3.11 or newer, and this is ")
    assert len(finished.stderr.splitlines()) == 1


def test_help_lists_the_commands_and_installs_nothing(bare):
    finished = run(bare, "help")

    assert finished.returncode == 0
    assert [line.split("  ")[0] for line in lines_of(finished)] == [
        "./run",
        "./run test [ARGS]",
        "./run check",
        "./run NAME [ARGS]",
        "./run help",
    ]
    assert not (bare / ".venv").exists()


def test_the_first_start_makes_everything_and_the_second_only_starts(bare):
    first, second = run(bare, PORT="8765"), run(bare, PORT="8765")

    assert (first.returncode, first.stderr) == (0, "")
    assert lines_of(first) == [
        "Installing requirements.txt into .venv: a minute or so, the first time.",
        *lines_of(second),
    ]
    assert lines_of(second) == [
        "manage.py migrate -v0",
        "manage.py collectstatic --noinput -v0",
        "manage.py seed_demo",
        "Phones in the browser   http://127.0.0.1:8765/phone/",
        "A phone in a terminal   PORT=8765 ./run dial NUMBER",
        "The admin               http://127.0.0.1:8765/admin/",
        "The line                http://127.0.0.1:8765/voice/ (where Twilio calls)",
        "Ctrl-C stops the line.",
        "gunicorn -c gunicorn.conf.py conferenceline.wsgi",
    ]


def test_the_line_of_a_production_gets_no_demo(project):
    assert "manage.py seed_demo" not in lines_of(run(project, SANDBOX="off"))


def test_the_settings_for_development_are_written_once_and_for_one_reader(bare):
    run(bare, "migrate")
    dot_env = bare / ".env"
    written = dot_env.read_text()
    run(bare, "migrate")

    assert dot_env.read_text() == written
    assert stat.S_IMODE(dot_env.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in written.splitlines() if not line.startswith("#"))
    assert len(values.pop("SECRET_KEY")) > 50
    assert values == {"DEBUG": "on", "SANDBOX": "on", "PORT": "8000", "ALLOWED_HOSTS": "127.0.0.1,localhost"}


def test_a_configured_environment_gets_no_settings_for_development(bare):
    run(bare, "migrate", SECRET_KEY="configured")

    assert not (bare / ".env").exists()


def test_any_other_name_is_a_command_of_manage_py(project):
    finished = run(project, "dial", "+12025550101", "a b", FAILING="dial")

    assert lines_of(finished) == ["manage.py dial +12025550101 a b"]
    assert finished.returncode == 7


def test_test_hands_arguments_and_exit_code_on(project):
    finished = run(project, "test", "-k", "a b")

    assert lines_of(finished)[-1] == "pytest -k a b"
    assert finished.returncode == 5


def test_check_stops_at_the_first_failure_and_names_it(project):
    finished = run(project, "check")

    assert lines_of(finished)[-2:] == ["ruff format --check . run", "ruff check . run"]
    assert finished.stderr == "\n./run check stopped: ruff check\n"
    assert finished.returncode == 1


def test_a_failing_step_stops_the_start(project):
    finished = run(project, FAILING="migrate")

    assert lines_of(finished) == ["manage.py migrate -v0"]
    assert finished.stderr == "\n./run stopped: manage.py migrate failed; the reason is above.\n"
    assert finished.returncode == 7


def test_a_half_made_environment_is_made_anew(bare):
    run(bare, "migrate")
    (bare / ".venv/requirements.txt.sha256").unlink()
    (bare / ".venv/unfinished").touch()
    (bare / ".venv/leftover").touch()
    (bare / ".venv/bin/python").unlink()

    assert run(bare, "migrate").returncode == 0
    assert not (bare / ".venv/leftover").exists()
    assert not (bare / ".venv/unfinished").exists()


def test_a_failed_installation_says_what_to_do_and_the_next_start_goes_on(bare):
    (bare / "requirements.txt").write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64)
    failed = run(bare, "migrate", PIP_NO_INDEX="1")
    (bare / "requirements.txt").write_text("")

    assert failed.returncode == 1
    assert failed.stderr.endswith(
        "Installing requirements.txt failed; the reason is above. If it was the network, run this again.\n"
    )
    assert "Traceback" not in failed.stderr
    assert run(bare, "migrate").returncode == 0


@pytest.mark.parametrize(
    ("pip", "sentence"),
    [
        ("import sys; sys.exit('No module named pip')", "Conferenceline needs pip, and "),
        ("print('pip 22.2.1 from nowhere')", "Conferenceline needs pip 22.3 or newer, and this is pip 22.2."),
    ],
)
def test_a_missing_or_old_pip_is_told(bare, pip, sentence):
    (bare / "pip.py").write_text(pip)
    finished = run(bare, PYTHONPATH=str(bare))

    assert finished.returncode == 1
    assert finished.stderr.startswith(sentence)
    assert len(finished.stderr.splitlines()) == 1


def test_a_busy_port_is_told_before_anything_is_done(project):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finished = run(project, PORT=str(port))

    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == (f"Port {port} cannot be used: Address already in use. For another: PORT=8001 ./run\n")


def test_settings_that_cannot_be_read_are_told(project):
    finished = run(project, PORT="eight")

    assert finished.returncode == 1
    assert finished.stderr.startswith("The settings cannot be read: ValueError: ")
    assert "Traceback" not in finished.stderr


def test_what_cannot_be_written_is_told(bare):
    (bare / ".venv").touch()
    finished = run(bare)

    assert finished.returncode == 1
    assert finished.stderr.startswith("./run stopped: [Errno 17] File exists: ")
    assert finished.stderr.endswith("It needs a directory that it may write to.\n")


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Whoever starts the tests in the background has them, and what they start, ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_step_at_work_without_a_traceback(project, number):
    started = subprocess.Popen(**command(project, SLOW="seed_demo"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert started.stdout is not None
    child = next(int(line.split()[1]) for line in started.stdout if line.startswith("pid"))
    started.send_signal(number)
    _, complaints = started.communicate(timeout=60)

    assert started.returncode == 130
    assert complaints == "\nStopped.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
