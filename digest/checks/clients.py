"""What mail clients can do with our mails, by the tests of https://www.caniemail.com (see `data/client_support.json`).

A ratchet: whatever a much used client lacks is a warning, unless it stands in `ACCEPTED` with the reason why the mail
is as good without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.specimen import Specimen, placed
from digest.checks.styles import declarations, rules

#: Features we use although a client lacks them, each with the reason why nothing is lost there.
ACCEPTED: Mapping[str, str] = {
    "css-at-media": "it only narrows margins on phones; the mail is fluid without it",
    "css-at-media-prefers-color-scheme": "where it is missing the client keeps our light colours or inverts them",
    "css-border-radius": "corners are square instead",
    "css-color-scheme": "it only stops clients from inverting colours we have chosen ourselves",
    "css-display-none": "Gmail's mobile site shows the preview line once more at the top",
    "css-max-height": "a second way of hiding the preview line, beside display: none",
    "css-min-height": "buttons are a little lower; their padding keeps them big enough to tap",
    "css-overflow": "a second way of hiding the preview line, beside display: none",
    "css-pseudo-class-hover": "links look the same under the pointer",
    "css-selector-attribute": "Outlook.com's dark mode alone is addressed by it, and reads it",
    "css-selector-chaining": "kept styles only; every element carries what it needs itself",
    "css-selector-class": "kept styles only; every element carries what it needs itself",
    "css-selector-descendant": "kept styles only; every element carries what it needs itself",
    "css-selector-grouping": "kept styles only; every element carries what it needs itself",
    "css-selector-type": "kept styles only; every element carries what it needs itself",
    "css-text-decoration-color": "the line under a headline has the headline's colour",
    "css-text-decoration-thickness": "the line under a link is of the usual thickness",
    "css-text-underline-offset": "the line under a link is in the usual place",
    "css-word-break": "only a word wider than the screen is concerned, and most clients break it anyway",
    "css-overflow-wrap": "only a word wider than the screen is concerned, and most clients break it anyway",
    "css-word-wrap": "only a word wider than the screen is concerned, and most clients break it anyway",
    "html-anchor-links": "the list of contents still says what is inside",
    "html-aria-hidden": "a screen reader there may say a decoration twice",
    "html-aria-label": "the role and the first heading still say what this is",
    "html-body": "clients put our content into a body of their own; the table inside carries the same colours",
    "html-doctype": "clients put our content into a page of their own",
    "html-meta-color-scheme": "see css-color-scheme",
    "html-role": "layout tables are read as tables in one client; the order of the words is right",
    "html-style": "what must hold is in the elements; the kept styles only refine it",
}

_FUNCTION = re.compile(r"(?<![a-z-])([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])-?(?:\d++(?:\.\d++)?|\.\d++)(%|[a-z]+)")
#: What is opened and never closed goes to the end, as in CSS.
_QUOTED = re.compile(r"'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|url\([^)]*(?:\)|\Z)")
_PSEUDO = re.compile(r"::?([a-z-]+)")
_SELECTORS = {
    "attribute": re.compile(r"\["),
    "child": re.compile(r">"),
    "adjacent-sibling": re.compile(r"\+"),
    "general-sibling": re.compile(r"~"),
    "universal": re.compile(r"(^|[\s>+~])\*"),
    "id": re.compile(r"#[a-zA-Z]"),
    "class": re.compile(r"\.[a-zA-Z]"),
    "chaining": re.compile(r"\.[\w-]+\.[a-zA-Z]"),
    "descendant": re.compile(r"[\w\])] +[\w.#\[*]"),
    "type": re.compile(r"(^|[\s>+~])[a-z]"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One thing a mail may use."""

    slug: str
    title: str
    #: By what it is known in a mail.
    signs: tuple[str, ...]
    #: The clients that lack it, as people call them.
    lacking: tuple[str, ...]


@cache
def features() -> tuple[Feature, ...]:
    """All that were tested."""
    plain = json.loads((resources.files("digest") / "data" / "client_support.json").read_text(encoding="utf-8"))
    return tuple(
        Feature(
            slug=slug,
            title=given["title"],
            signs=tuple(given["signs"]),
            lacking=tuple(plain["clients"][client] for client in given["lacking"]),
        )
        for slug, given in plain["features"].items()
    )


@cache
def _by_sign() -> Mapping[str, tuple[Feature, ...]]:
    found: dict[str, tuple[Feature, ...]] = {}
    for feature in features():
        for sign in feature.signs:
            found[sign] = (*found.get(sign, ()), feature)
    return found


def check_clients(specimen: Specimen) -> Iterator[Flaw]:
    """Features some much used client lacks, once for each piece that uses them."""
    seen: set[tuple[str, str]] = set()
    for element, key in specimen.elements:
        for sign in _signs(element):
            for feature in _by_sign().get(sign, ()):
                if feature.lacking and feature.slug not in ACCEPTED and (feature.slug, key) not in seen:
                    seen.add((feature.slug, key))
                    yield _flaw(feature, key)


def _flaw(feature: Feature, key: str) -> Flaw:
    first, more = feature.lacking[:3], len(feature.lacking) - 3
    others = f" and {more} more" if more > 0 else ""
    flaw = Flaw(
        rule=Rule.CLIENTS,
        severity=Severity.WARNING,
        message=f"“{feature.title}” is unknown to {', '.join(first)}{others}",
        advice="do without it in the template, or see that the mail is as good where it is missing",
    )
    return placed(flaw, key)


def _signs(element: HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    yield f"element:{tag}"
    if tag == "html":
        yield "doctype"
    yield from (f"attribute:{name}" for name in element.attrib)
    yield from _of_kind(element, tag)
    yield from _declared(element.get("style", ""))
    if tag == "style":
        yield from _sheet(element.text or "")
    yield from _linked(element)


def _of_kind(element: HtmlElement, tag: str) -> Iterator[str]:
    if tag == "input":
        yield f"input:{element.get('type', 'text')}"
    elif tag == "meta":
        yield f"meta:{element.get('name', '')}"


def _linked(element: HtmlElement) -> Iterator[str]:
    link, source = element.get("href", ""), element.get("src", "")
    if link.startswith("#"):
        yield "href:#"
    if link.startswith("mailto:"):
        yield "href:mailto"
    if source.startswith("data:"):
        yield "image:base64"
    elif source:
        suffix = PurePosixPath(urlsplit(source).path).suffix.removeprefix(".").lower()
        yield f"image:{'jpg' if suffix == 'jpeg' else suffix}"


@lru_cache(maxsize=2048)
def _declared(css: str) -> tuple[str, ...]:
    return tuple(sign for name, value in declarations(css).items() for sign in _property(name, value))


def _property(name: str, value: str) -> Iterator[str]:
    plain = _QUOTED.sub("", value)
    yield f"property:{name}"
    yield f"value:{name}={plain}"
    yield from (f"function:{function}" for function in _FUNCTION.findall(plain))
    yield from (f"unit:{unit}" for unit in _UNIT.findall(plain))
    yield from (f"keyword:{word}" for word in re.split(r"[\s,()]+", plain) if word)


@lru_cache(maxsize=64)
def _sheet(css: str) -> tuple[str, ...]:
    found: set[str] = set(re.findall(r"@import", css) and ["at:import"])
    for rule in rules(css):
        found.update(sign for name, value in rule.declarations.items() for sign in _property(name, value))
        for around in (*rule.inside, *rule.selectors):
            found.update(_at(around) if around.startswith("@") else ())
        found.update(["selector:grouping"] if len(rule.selectors) > 1 else [])
        found.update(["nesting"] if any(not one.startswith("@") for one in rule.inside) else [])
        found.update(sign for selector in rule.selectors for sign in _selector(selector))
    return tuple(sorted(found))


def _at(rule: str) -> Iterator[str]:
    yield f"at:{rule[1:].partition(' ')[0]}"
    yield from (f"media:{name}" for name in re.findall(r"\(\s*(?:min-|max-)?([a-z-]+)", rule))


def _selector(selector: str) -> Iterator[str]:
    if not selector.startswith("@"):
        yield from (f"pseudo:{name}" for name in _PSEUDO.findall(selector))
        yield from (f"selector:{kind}" for kind, form in _SELECTORS.items() if form.search(selector))
