"""Twilio's OpenAPI documents (https://github.com/twilio/twilio-oai), and what in a request or an answer breaks them.

They are not part of the project. Where they are at hand, every request of the suite is held against them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from jsonschema import Draft202012Validator

from tests.contracts.schemas import Schema, allow_nulls, closed, translated, typed, validator

NAMES = ("api_v2010", "verify_v2", "lookups_v2")
# "requesting a SIM Swap Lookup for an unsupported country or carrier will return null values"
# (https://www.twilio.com/docs/lookup/v2-api/sim-swap)
NOT_COVERED = {
    "sim_swap": dict.fromkeys(("last_sim_swap", "carrier_name", "mobile_country_code", "mobile_network_code")),
    "reassigned_number": dict.fromkeys(("last_verified_date", "is_number_reassigned")),
}
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def folder() -> Path:
    """Where the documents would be: TWILIO_OPENAPI, or a folder beside the project's."""
    return (settings.BASE_DIR / os.environ.get("TWILIO_OPENAPI", "../shared/twilio-oai")).resolve()


def documents_in(place: Path) -> list[Document]:
    """All of them, or none: half of them would call the other half's requests unknown."""
    paths = [place / f"twilio_{name}.json" for name in NAMES]
    if not all(path.is_file() for path in paths):
        return []
    return [Document(name, json.loads(path.read_text())) for name, path in zip(NAMES, paths, strict=True)]


@dataclass(frozen=True)
class Document:
    name: str
    content: Mapping[str, Any]

    @cached_property
    def operations(self) -> list[Operation]:
        """Those with fewer blanks first: /Calls/Feedback.json is no call's SID."""
        found = [
            Operation(self, method, template, node)
            for template, methods in self.content["paths"].items()
            for method, node in methods.items()
            if method in ("get", "post", "put", "patch", "delete")
        ]
        return sorted(found, key=lambda operation: operation.template.count("{"))


@dataclass(frozen=True)
class Operation:
    """One method of one path. Its validators are made on first use: of a document's hundreds, few are needed."""

    document: Document
    method: str
    template: str
    node: Mapping[str, Any]
    validators: dict[int, Draft202012Validator | None] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        (server,) = self.document.content["servers"]
        return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/?]+?)", re.escape(server["url"] + self.template)))

    @cached_property
    def path(self) -> Draft202012Validator:
        return validator(closed(self.parameters("path")))

    @cached_property
    def fields(self) -> Draft202012Validator:
        """Of the query and the form: which of the two a parameter belongs in follows from the method."""
        body = self.node.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
        form = translated(body, self.document.content, complete=False)
        needed = [one["name"] for one in self.listed("query") if one.get("required")]
        schema = closed(self.parameters("query") | form.get("properties", {}))
        return validator(schema | {"required": needed + form.get("required", [])})

    def parameters(self, place: str) -> dict[str, Schema]:
        content = self.document.content
        return {one["name"]: translated(one["schema"], content, complete=False) for one in self.listed(place)}

    def listed(self, place: str) -> list[Mapping[str, Any]]:
        return [one for one in self.node.get("parameters", []) if one["in"] == place]

    def answer(self, status: int) -> Draft202012Validator | None:
        """Of the JSON that belongs to this status; None where it has none."""
        if status not in self.validators:
            media = self.node["responses"].get(str(status), {}).get("content", {}).get(JSON)
            schema = media and translated(media["schema"], self.document.content, complete=True)
            for example in (media or {}).get("examples", {}).values():
                allow_nulls(schema, example.get("value"))
            allow_nulls(schema or {}, NOT_COVERED)
            self.validators[status] = validator(schema) if media else None
        return self.validators[status]

    def faults_of_request(self, url: str, fields: Mapping[str, str]) -> Iterator[str]:
        found = self.pattern.fullmatch(url)
        assert found
        yield from faults(self.path, {name: unquote(value) for name, value in found.groupdict().items()})
        known, needed = self.fields.schema["properties"], self.fields.schema["required"]
        # An empty value clears what may be absent (a number's application, its URLs), whatever its format.
        said = {name: value for name, value in fields.items() if value or name in needed or name not in known}
        yield from faults(self.fields, {name: typed(value, known.get(name, {})) for name, value in said.items()})

    def faults_of_answer(self, status: int, body: str) -> Iterator[str]:
        """An error that the document does not list is held against nothing: it lists hardly any."""
        if str(status) not in self.node["responses"]:
            if status < 400:
                yield f"the status {status} is not documented"
            return
        schema = self.answer(status)
        if schema is None:
            yield from ["a body where none belongs"] if body else []
            return
        try:
            yield from faults(schema, json.loads(body))
        except json.JSONDecodeError:
            yield "the body is not JSON"


def faults(schema: Draft202012Validator, value: object) -> Iterator[str]:
    for error in schema.iter_errors(value):
        yield f"{error.json_path}: {error.message}"


def operation_of(method: str, url: str, documents: Iterable[Document]) -> Operation | None:
    bare = url.partition("?")[0]
    for document in documents:
        for operation in document.operations:
            if operation.method == method.lower() and operation.pattern.fullmatch(bare):
                return operation
    return None
