"""A page of the admin as a browser has it: what is in the form, what is typed over it, what comes back."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client


class FormReader(HTMLParser):
    """The fields that a browser would send back from the page's own form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.names: set[str] = set()
        self.several: dict[str, list[str]] = {}
        self.depth, self.select, self.area = 0, "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = dict(attributes)
        if tag == "form":
            self.depth = 1 if str(attrs.get("id", "")).endswith("_form") and attrs.get("method") == "post" else 0
        elif self.depth and "disabled" not in attrs and (name := attrs.get("name")):
            self.names.add(name)
            if tag == "select":
                self.select = name
            elif tag == "textarea":
                self.area, self.fields[name] = name, ""
            elif tag == "input" and attrs.get("type") not in ("submit", "checkbox"):
                self.fields[name] = attrs.get("value") or ""
            elif tag == "input" and attrs.get("type") == "checkbox" and "checked" in attrs:
                value = attrs.get("value") or "on"
                if name in self.fields:  # one of several boxes of that name
                    self.several.setdefault(name, [self.fields[name]]).append(value)
                self.fields[name] = value
        if self.depth and tag == "option" and self.select:
            value = attrs.get("value") or ""
            if "selected" in attrs:
                self.fields[self.select] = value
            else:
                self.fields.setdefault(self.select, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.depth = 0
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data.removeprefix("\r\n")  # Django's, for a browser to drop


def fields_of(response: HttpResponse) -> dict[str, str]:
    assert response.status_code == 200, response.status_code
    return FormReader(response.content.decode()).fields


def save(browser: Client, address: str, *, without: tuple[str, ...] = (), **typed: str | int | list) -> HttpResponse:
    """Opens the page, types into its form (a "-" in a field's name as "__") and saves it.

    Args: without: what is unticked.
    """
    page = FormReader(browser.get(address).content.decode())
    changes = {name.replace("__", "-"): value for name, value in typed.items()}
    unknown = [name for name in changes if "-" not in name and name not in page.names]
    assert not unknown, f"There is no {unknown} on {address}, only {sorted(page.names)}"
    sent = {name: value for name, value in (page.fields | page.several | changes).items() if name not in without}
    return browser.post(address, sent)


def errors_of(response: HttpResponse) -> dict[str, list[str]]:
    """What the page complains about, by field; of inlines as "invitations-0-participant"."""
    assert response.status_code == 200, f"no complaint: {response.status_code} {response.headers.get('Location')}"
    form = response.context["adminform"].form
    found = {form.add_prefix(name): list(words) for name, words in form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(inline.formset.non_form_errors())
        for row in inline.formset.forms:
            found |= {row.add_prefix(name): list(words) for name, words in row.errors.items()}
    return found
