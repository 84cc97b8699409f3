"""Watches the sandbox through every test: what it is asked, and what it answers, must be what Twilio documents.

A pytest plugin (tests/conftest.py). What does not fit is collected, and fails the test in which it happened: an
exception in the middle of a request would be taken for a fault of Twilio's, and end in an apology to the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

import pytest

from sandbox.rest import observers
from tests.contracts.documents import Document, documents_in, folder, operation_of

NOT_AT_HAND = "https://accounts.twilio.com/"  # auth tokens: twilio_accounts_v1.json is not among the documents
REFUSED = 400  # "your parameters are wrong": the sandbox has noticed by itself, and some of its tests want just that


@dataclass
class Watch:
    documents: list[Document]
    faults: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    refused: int = 0
    lock: Lock = field(default_factory=Lock)  # tests with threads ask Twilio from all of them at once

    def __call__(self, method: str, url: str, fields: Mapping[str, str], status: int, body: str) -> None:
        """An observer of sandbox.rest."""
        with self.lock:
            for fault in self.held(method, url, fields, status, body):
                self.faults.append(f"{method} {url} ({status}): {fault}")

    def held(self, method: str, url: str, fields: Mapping[str, str], status: int, body: str) -> Iterator[str]:
        if not self.documents or url.startswith(NOT_AT_HAND):
            return
        operation = operation_of(method, url, self.documents)
        if operation is None:
            yield "no such request is documented"
            return
        if status == REFUSED:
            self.refused += 1
        else:
            self.requests[operation.document.name] += 1
            yield from operation.faults_of_request(url.partition("?")[0], fields)
        self.answers += str(status) in operation.node["responses"]
        yield from operation.faults_of_answer(status, body)

    def settle(self) -> None:
        """Fails if anything did not fit since the last time."""
        found, self.faults = self.faults, []
        assert not found, "\n".join(["Twilio documents it otherwise:", *found])

    @property
    def summary(self) -> str:
        if not self.documents:
            return f"Twilio's OpenAPI documents are not in {folder()}: no request was held against them."
        by_document = ", ".join(f"{document.name} {self.requests[document.name]}" for document in self.documents)
        return (
            f"Held against Twilio's OpenAPI documents: {self.requests.total()} requests ({by_document}) "
            f"and {self.answers} answers. Not held: {self.refused} requests that were refused with {REFUSED}."
        )


watch = Watch(documents_in(folder()))


@pytest.fixture(scope="session", autouse=True)
def watched() -> Iterator[Watch]:
    observers.append(watch)
    yield watch
    observers.remove(watch)


@pytest.fixture(autouse=True)
def nothing_undocumented(watched: Watch) -> Iterator[None]:
    yield
    watched.settle()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On several cores each process counts for itself, and the first adds them up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["held"] = (dict(watch.requests), watch.answers, watch.refused)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    requests, answers, refused = getattr(node, "workeroutput", {}).get("held", ({}, 0, 0))
    watch.requests.update(requests)
    watch.answers += answers
    watch.refused += refused


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(watch.summary)
