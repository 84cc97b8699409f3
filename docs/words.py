#!/usr/bin/env python3
"""What callers hear and are written, in every language: keeps the catalogues, and the page of all words.

    .venv/bin/python docs/words.py            takes new words into conferenceline/locale, compiles it, writes the page
    .venv/bin/python docs/words.py --check    says what is missing or out of date, and changes nothing

New words stand in the catalogue (django.po) with an empty translation: fill it in, and run this again. The admin is
English, so that only the modules that speak are looked at.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "conferenceline" / "locale"
PAGE = ROOT / "docs" / "call-flow.md"

WRITTEN = (
    "participants/notices.py",
    "participants/letters.py",
    "participants/date_news.py",
    "participants/recurrence.py",
)  # in mail and texts

# In the order of a call. What the other modules of these packages say is heard as well, unless it is for organizers.
PACKAGES = ("verification", "rooms")
FIRST = ("verification/flow.py", "verification/wording.py", "verification/door.py")
FOR_ORGANIZERS = {
    "rooms/apps.py",
    "verification/alarms.py",
    "verification/apps.py",
    "verification/erasing.py",
    "verification/test_codes.py",
    "verification/unlocking.py",
    "verification/unusual.py",
}

GETTEXT = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}  # and how many are words
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

# One word for one thing, also on the keys: whoever hears two of them looks for two things.
GLOSSARY = {
    "es": {
        "code": "código",
        "roster number": "número de participante",
        "conference number": "número de conferencia",
        "passcode": "clave",
        "room": "sala",
        "text": "mensaje de texto",
        "WhatsApp message": "mensaje de WhatsApp",
        "e-mail": "correo electrónico",
        "invitation": "invitación",
        "digit": "dígito",
        "Goodbye": "Hasta luego",
        "star": "asterisco",
        "pound": "numeral",
        "locked": "bloqueada",
    }
}

Words = tuple[str, ...]  # one sentence, or its singular and its plural


@dataclass(frozen=True)
class Mark:
    """A part of the page of the call that a script writes, between two comments."""

    part: str
    script: str

    def page(self, text: str) -> str:
        """The page with this text in its part."""
        begin, end = f"<!-- {self.part}: written by {self.script} -->\n", f"<!-- the end of {self.part} -->\n"
        before, _begin, rest = PAGE.read_text().partition(begin)
        _old, found, after = rest.partition(end)
        if not found:
            raise SystemExit(f"{PAGE.name} has lost the marks of {self.part}.")
        return f"{before}{begin}\n{text}\n{end}{after}"

    def problems(self, text: str) -> list[str]:
        return [] if self.page(text) == PAGE.read_text() else [f"docs/{PAGE.name} is out of date: {self.part}"]


MARK = Mark("the words", "docs/words.py")


def modules() -> list[str]:
    found = {str(file.relative_to(ROOT)) for package in PACKAGES for file in (ROOT / package).glob("*.py")}
    first = [name for name in FIRST if name in found]
    return [*first, *sorted(found - set(first) - FOR_ORGANIZERS), *WRITTEN]


def spoken(source: str) -> Iterator[Words]:
    """The words of a module in their order. Raises ValueError where they are put together at run time."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if not isinstance(call.func, ast.Name) or call.func.id not in GETTEXT:
            continue
        words = [getattr(argument, "value", None) for argument in call.args[: GETTEXT[call.func.id]]]
        if not all(isinstance(word, str) for word in words):
            raise ValueError(f"Words that no catalogue can hold: {ast.unparse(call)}")
        yield tuple(words)


def all_spoken() -> dict[str, list[Words]]:
    """The words of each module that speaks, each of them once."""
    seen: set[Words] = set()
    by_module = {}
    for name in modules():
        words = [each for each in dict.fromkeys(spoken((ROOT / name).read_text())) if each not in seen]
        seen.update(words)
        if words:
            by_module[name] = words
    return by_module


def po_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def catalogue(language: str) -> Catalog:
    with po_of(language).open("rb") as file:
        return read_po(file, locale=language)


def translations(message: Message) -> Words:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def compiled(catalog: Catalog) -> bytes:
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def faults(language: str, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue of a language."""
    wanted = {each for words in all_spoken().values() for each in words}
    for words in sorted(wanted):
        message = catalog.get(words[0])
        if message is None or message.fuzzy or not all(translations(message)):
            yield f"not translated: {words[0]}"
            continue
        if len(translations(message)) != (catalog.num_plurals if len(words) > 1 else 1):
            yield f"wrong number of plural forms: {words[0]}"
        for said in translations(message):
            yield from (f"{problem}: {words[0]} -> {said}" for problem in faults_of(language, words, said))
    for message in catalog:
        words = message.id if isinstance(message.id, tuple) else (message.id,)
        if message.id and words not in wanted:
            yield f"said nowhere: {words[0]}"


def faults_of(language: str, words: Words, said: str) -> Iterator[str]:
    """What is wrong with one translation."""
    known = {name for each in words for name in PLACEHOLDER.findall(each)}
    named = set(PLACEHOLDER.findall(said))
    if named - known or "%" in PLACEHOLDER.sub("", said):
        yield "an unknown placeholder"
    if len(words) == 1 and known - named:
        yield "a placeholder is missing"
    if len(words) == 1 and sorted(re.findall(r"\d+", words[0])) != sorted(re.findall(r"\d+", said)):
        yield "other numbers"
    rest = PLACEHOLDER.sub("", words[-1])
    for term, translated in sorted(GLOSSARY[language].items(), key=lambda item: -len(item[0])):
        rest, found = re.subn(rf"\b{term}(s|\b)", " ", rest)
        if found and not re.search(stem(translated), said, re.IGNORECASE):
            yield f"{term} is {translated}"


def stem(term: str) -> str:
    """Also in the plural: códigos, mensajes de texto."""
    return r"\b" + r"(e?s)? ".join(map(re.escape, term.split(" ")))


def in_full() -> str:
    catalogs = {language: catalogue(language) for language in languages()}
    names = {
        language: catalog.locale.get_display_name("en") for language, catalog in catalogs.items() if catalog.locale
    }
    head = f"| English | {' | '.join(names.values())} |\n|---|{'---|' * len(names)}\n"
    parts = ["Each word has one translation:\n\n" + head]
    terms = list(dict.fromkeys(term for language in names for term in GLOSSARY[language]))
    parts[0] += "".join(f"| {term} | {' | '.join(GLOSSARY[each][term] for each in names)} |\n" for term in terms)
    for name, said in all_spoken().items():
        title = (ast.get_docstring(ast.parse((ROOT / name).read_text())) or "").splitlines()[0].partition(". ")[0]
        rows = "".join(row(words, [catalogs[language].get(words[0]) for language in names]) for words in said)
        parts.append(f"**{title.rstrip('.')}** (`{name}`)\n\n{head}{rows}")
    return "\n".join(parts)


def row(words: Words, messages: list[Message | None]) -> str:
    cells = [words, *(translations(message) if message else ("",) for message in messages)]
    return "| " + " | ".join(readable(" / ".join(filter(None, cell))) for cell in cells) + " |\n"


def readable(words: str) -> str:
    return PLACEHOLDER.sub(r"*\1*", words)


def update() -> None:
    template = Catalog()
    for name, said in all_spoken().items():
        for words in said:
            template.add(words[0] if len(words) == 1 else words, locations=[(name, 1)])
    for language in languages():
        catalog = catalogue(language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        with po_of(language).open("wb") as file:
            write_po(file, catalog, width=120, include_lineno=False, ignore_obsolete=True)
        po_of(language).with_suffix(".mo").write_bytes(compiled(catalogue(language)))
    PAGE.write_text(MARK.page(in_full()))


def problems() -> list[str]:
    found = []
    for language in languages():
        catalog = catalogue(language)
        found += [f"{language}: {fault}" for fault in faults(language, catalog)]
        machine = po_of(language).with_suffix(".mo")
        if not machine.exists() or machine.read_bytes() != compiled(catalog):
            found.append(f"{language}: django.mo is not what django.po says")
    return found + MARK.problems(in_full())


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if not sys.argv[1:]:
        update()
    if complaints := problems():
        sys.exit(
            "\n".join([*complaints, "", "Translate in conferenceline/locale, then: .venv/bin/python docs/words.py"])
        )
