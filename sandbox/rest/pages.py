"""Lists, a page at a time, as the 2010 API and Verify give them."""

from urllib.parse import urlencode

from sandbox.rest.answers import Answered, Asked, ProblemError

MOST_PER_PAGE = 1000
PER_PAGE = 50


def page(asked: Asked, name: str, uri: str, rows: list[dict[str, object]]) -> Answered:
    try:
        size, number = int(asked.fields.get("PageSize", PER_PAGE)), int(asked.fields.get("Page", 0))
    except ValueError:
        raise ProblemError(20001, 400, "Invalid page") from None
    size = min(max(size, 1), MOST_PER_PAGE)
    query = {key: value for key, value in asked.fields.items() if key not in ("Page", "PageSize", "PageToken")}

    def link(other: int) -> str:
        return f"{uri}?{urlencode({**query, 'PageSize': size, 'Page': other})}"

    start = number * size
    shown = rows[start : start + size]
    return Answered(
        200,
        {
            name: shown,
            "first_page_uri": link(0),
            "next_page_uri": link(number + 1) if start + size < len(rows) else None,
            "previous_page_uri": link(number - 1) if number else None,
            "uri": link(number),
            "page": number,
            "page_size": size,
            "start": start if shown else 0,
            "end": start + len(shown) - 1 if shown else 0,
        },
    )


def page_of_verify(asked: Asked, name: str, url: str, rows: list[dict[str, object]]) -> Answered:
    """The same list as Verify writes it: with what belongs to the paging under `meta`."""
    whole = page(asked, name, url, rows)
    body = whole.body or {}
    meta = {
        "page": body["page"],
        "page_size": body["page_size"],
        "first_page_url": body["first_page_uri"],
        "previous_page_url": body["previous_page_uri"],
        "next_page_url": body["next_page_uri"],
        "url": body["uri"],
        "key": name,
    }
    return Answered(whole.status, {name: body[name], "meta": meta})
