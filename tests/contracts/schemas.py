"""Schemas as Twilio's OpenAPI documents write them, turned into those that the jsonschema library understands.

OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.3#schema-object) says `nullable` where JSON Schema has a type "null",
and its formats are names that whoever checks must give a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

from sandbox.twiml import BadTwiml, read

Schema = dict[str, Any]

KEPT = ("type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "format", "required")

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_iso(value: object) -> bool:
    """As Verify writes times: 2015-07-30T20:00:00Z."""
    if not isinstance(value, str):
        return True
    return bool(datetime.fromisoformat(value)) and re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", value) is not None


@formats.checks("date-time-rfc-2822", raises=ValueError)
def is_rfc_2822(value: object) -> bool:
    """As the 2010 API writes times: Fri, 18 Oct 2019 17:00:00 +0000."""
    return not isinstance(value, str) or bool(datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %z"))


@formats.checks("date", raises=ValueError)
def is_date(value: object) -> bool:
    return not isinstance(value, str) or f"{date.fromisoformat(value)}" == value


@formats.checks("uri", raises=ValueError)
def is_uri(value: object) -> bool:
    """An address, or a path: that is how the 2010 API links its pages."""
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    absolute = parts.scheme in ("http", "https") and bool(parts.netloc)
    return (absolute or value.startswith("/")) and not re.search(r"\s", value)


@formats.checks("uri-map", raises=ValueError)
def is_uri_map(value: object) -> bool:
    return not isinstance(value, dict) or all(isinstance(uri, str) and is_uri(uri) for uri in value.values())


@formats.checks("currency")
def is_currency(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch("[A-Z]{3}", value) is not None


@formats.checks("twiml", raises=BadTwiml)
def is_twiml(value: object) -> bool:
    return not isinstance(value, str) or bool(read(value))


def validator(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=formats)


def translated(node: Mapping[str, Any], document: Mapping[str, Any], *, complete: bool) -> Schema:
    """The schema with its references filled in. No object may have a property that is not in it.

    Args: complete: whether each property must be there, as in an answer: Twilio writes null, and leaves none out.
    """
    if "$ref" in node:
        node = resolved(node["$ref"], document)
    schema: Schema = {keyword: node[keyword] for keyword in KEPT if keyword in node}
    if may_be_null(node):
        schema |= {"type": [node["type"], "null"]} if "type" in node else {}
        schema |= {"enum": [*node["enum"], None]} if "enum" in node else {}
    if "items" in node:
        schema["items"] = translated(node["items"], document, complete=complete)
    if "properties" in node:
        properties = node["properties"]
        schema |= closed({name: translated(inner, document, complete=complete) for name, inner in properties.items()})
        schema |= {"required": list(properties)} if complete else {}
    return schema


def allow_nulls(schema: Schema, example: object) -> None:
    """Lets null be what Twilio's own example shows as null, though the schema leaves `nullable` out (Lookup)."""
    if not isinstance(example, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        if name in example and example[name] is None and isinstance(inner.get("type"), str):
            inner["type"] = [inner["type"], "null"]
        allow_nulls(inner, example.get(name))


def closed(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def may_be_null(node: Mapping[str, Any]) -> bool:
    """Said by `nullable`; but a reference cannot say it (reason_conference_ended), and says it in words instead."""
    return bool(node.get("nullable")) or "will be `null`" in node.get("description", "")


def resolved(reference: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `#/components/schemas/...` points to."""
    node: Any = document
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def typed(text: str, schema: Schema) -> object:
    """A value of a form or a query as its schema means it; as it stands where it cannot be meant so."""
    match schema.get("type"):
        case "boolean" if text in ("true", "false"):
            return text == "true"
        case "integer" if re.fullmatch(r"-?\d+", text, re.ASCII):
            return int(text)
    return text
