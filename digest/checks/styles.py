"""Just enough CSS to read our own mails by: declarations of an element, rules of a kept `<style>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_IMPORTANT = re.compile(r"(?<!\s)\s*!\s*important\s*$", re.IGNORECASE)
#: All up to a semicolon that is not inside brackets, as in a `data:` url.
_DECLARATION = re.compile(r"(?:[^;(]++|\([^)]*+(?:\)|\Z))+")
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
_NAMED = {
    "aqua": "#00ffff", "black": "#000000", "blue": "#0000ff", "fuchsia": "#ff00ff", "gray": "#808080",
    "green": "#008000", "grey": "#808080", "lime": "#00ff00", "maroon": "#800000", "navy": "#000080",
    "olive": "#808000", "orange": "#ffa500", "purple": "#800080", "red": "#ff0000", "silver": "#c0c0c0",
    "teal": "#008080", "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule of a style sheet."""

    #: The at-rules around it, outermost first, such as `@media (max-width: 480px)`.
    inside: tuple[str, ...]
    selectors: tuple[str, ...]
    declarations: Mapping[str, str]


@lru_cache(maxsize=2048)
def declarations(css: str) -> Mapping[str, str]:
    """The properties of a `style` attribute or rule, lower case, the later of two; `!important` is left out."""
    found: dict[str, str] = {}
    for declaration in _DECLARATION.findall(_COMMENT.sub("", css)):
        name, colon, value = declaration.partition(":")
        if colon and name.strip():
            found[name.strip().lower()] = _IMPORTANT.sub("", value).strip().lower()
    return MappingProxyType(found)


def rules(css: str) -> Iterator[Rule]:
    """The rules of a style sheet, in order. One without an end is read as far as it goes."""
    yield from _rules(_COMMENT.sub("", css), ())


def _rules(css: str, inside: tuple[str, ...]) -> Iterator[Rule]:
    while (opening := css.find("{")) >= 0:
        head = " ".join(css[:opening].rpartition(";")[2].split())
        closing = _closing(css, opening)
        body, css = css[opening + 1 : closing], css[closing + 1 :]
        if "{" in body:
            yield from _rules(body, (*inside, head))
        else:
            selectors = tuple(one.strip() for one in head.split(",") if one.strip())
            yield Rule(inside=inside, selectors=selectors, declarations=declarations(body))


def _closing(css: str, opening: int) -> int:
    depth = 0
    for brace in re.finditer(r"[{}]", css[opening:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return opening + brace.start()
    return len(css)


def colour(value: str) -> str | None:
    """A colour as `#rrggbb`; None for one that is none, or is written in a way we do not read."""
    text = value.strip().lower()
    if _HEX.fullmatch(text):
        return text if len(text) == 7 else "#" + "".join(digit * 2 for digit in text[1:])
    if found := _RGB.fullmatch(text):
        return "#" + "".join(f"{min(int(channel), 255):02x}" for channel in found.groups())
    return _NAMED.get(text)
