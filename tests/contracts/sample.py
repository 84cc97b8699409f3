"""A document as Twilio writes them, with one of everything that is checked: the watch is tested without theirs."""

from tests.contracts.documents import Document

SERVICE, VERIFICATION, CALL = "VA" + "0" * 32, "VE" + "1" * 32, "CA" + "2" * 32


def sid(prefix: str, **more: object) -> dict[str, object]:
    return {"type": "string", "minLength": 34, "maxLength": 34, "pattern": f"^{prefix}[0-9a-fA-F]{{32}}$", **more}


def json_of(name: str) -> dict[str, object]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def in_path(name: str, prefix: str) -> dict[str, object]:
    return {"name": name, "in": "path", "schema": sid(prefix), "required": True}


def in_query(name: str, schema: dict[str, object], **more: object) -> dict[str, object]:
    return {"name": name, "in": "query", "schema": schema, **more}


def form(required: list[str], **properties: object) -> dict[str, object]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


SAMPLE = Document(
    "sample",
    {
        "servers": [{"url": "https://verify.twilio.com"}],
        "paths": {
            "/v2/Services/{ServiceSid}/Verifications": {
                "description": "A path has more than methods.",
                "post": {
                    "parameters": [in_path("ServiceSid", "VA")],
                    "requestBody": form(
                        ["To", "Channel"],
                        To={"type": "string"},
                        Channel={"$ref": "#/components/schemas/channel"},
                        Locale={"type": "string"},
                        Muted={"type": "boolean"},
                        TemplateSid=sid("HJ"),
                        Twiml={"type": "string", "format": "twiml"},
                        Url={"type": "string", "format": "uri"},
                        Tags={},
                    ),
                    "responses": {"201": json_of("verification"), "429": json_of("problem")},
                },
                "get": {
                    "parameters": [
                        in_path("ServiceSid", "VA"),
                        in_query("PageSize", {"type": "integer", "minimum": 1, "maximum": 1000}),
                        in_query("Day", {"type": "string", "format": "date"}, required=True),
                    ],
                    "responses": {"200": json_of("list")},
                },
            },
            "/v2/Services/{ServiceSid}/Verifications/{Sid}": {
                "delete": {
                    "parameters": [in_path("ServiceSid", "VA"), in_path("Sid", "VE")],
                    "responses": {"204": {"description": "Deleted"}},
                },
            },
            "/v2/Services/{ServiceSid}/Verifications/Newest": {
                "delete": {"parameters": [in_path("ServiceSid", "VA")], "responses": {"204": {}}},
            },
        },
        "components": {
            "schemas": {
                "channel": {"type": "string", "enum": ["sms", "call"]},
                "reason": {"type": "string", "enum": ["left"], "description": "While it goes on, will be `null`."},
                "verification": {
                    "type": "object",
                    "properties": {
                        "sid": sid("VE", nullable=True),
                        "channel": {"$ref": "#/components/schemas/channel"},
                        "reason": {"$ref": "#/components/schemas/reason"},
                        "valid": {"type": "boolean"},
                        "date_created": {"type": "string", "format": "date-time", "nullable": True},
                        "date_updated": {"type": "string", "format": "date-time-rfc-2822", "nullable": True},
                        "price_unit": {"type": "string", "format": "currency", "nullable": True},
                        "subresource_uris": {"type": "object", "format": "uri-map"},
                        "lookup": {"nullable": True},
                    },
                },
                "list": {
                    "type": "object",
                    "properties": {
                        "verifications": {"type": "array", "items": {"$ref": "#/components/schemas/verification"}},
                        "next_page_uri": {"type": "string", "format": "uri", "nullable": True},
                        "page": {"type": "integer"},
                    },
                },
                "problem": {
                    "type": "object",
                    "properties": {"code": {"type": "integer", "format": "int32"}, "message": {"type": "string"}},
                },
            }
        },
    },
)
