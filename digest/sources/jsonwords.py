"""What is wrong with a summary in JSON, in words for whoever wrote it: the key, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from digest.models import SectionRole

#: Characters of a wrong value that are shown, and of all that is said.
SHOWN = 60
LONGEST = 1_000

_ROLES: Final = tuple(role.value for role in SectionRole)
#: What others call our keys.
_CALLED: Final = {
    **dict.fromkeys(("title", "name"), "headline"),
    **dict.fromkeys(("content", "text", "body", "html", "content_html"), "sections"),
    **dict.fromkeys(("date", "publication_date", "published_at", "pubdate"), "published"),
    **dict.fromkeys(("link", "source", "address"), "url"),
    **dict.fromkeys(("topics", "keywords", "categories"), "tags"),
    **dict.fromkeys(("participants", "population", "sample"), "people"),
    **dict.fromkeys(("limitations", "limits", "caveats"), "sections.considerations"),
    **dict.fromkeys(("results", "key_findings"), "sections.findings"),
    **dict.fromkeys(("key_takeaway", "bottom_line", "summary"), "sections.takeaway"),
    **{role: f"sections.{role}" for role in _ROLES},
}
_SECTIONS: Final = (
    'sections: write them by role, such as {"findings": "…"}, or as a list of objects with `role`, `heading`, `text`'
    " and `bullets`"
)


def all_wrong(errors: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Every fault that a summary was found to have, once each.

    Args:
        errors: as the model of a summary names them: `loc`, `type` and `input` of each.
        keys: those that a summary may have.
    """
    return "; ".join(dict.fromkeys(_said(error, keys) for error in errors))[:LONGEST]


def _said(error: Mapping[str, Any], keys: Sequence[str]) -> str:
    place = [str(part) for part in error["loc"]]
    key = place[0] if place else "the object"
    if key == "sections":
        is_role = error["type"] == "enum"
        return f"sections: {_shown(error)} is no role; choose from {', '.join(_ROLES)}" if is_role else _SECTIONS
    match error["type"]:
        case "missing":
            return f"{key} is missing"
        case "extra_forbidden":
            return f"{key} is no key of a summary{_meant(key, keys)}"
        case "literal_error":
            return f"{key}: {_shown(error)} is none of research and background"
        case "list_type":
            return f'{key}: {_shown(error)} is no list of words, such as ["fatigue", "sleep"]'
        case _:
            return f"{key}: {_shown(error)} is no text in quotes"


def _meant(key: str, keys: Sequence[str]) -> str:
    called = _CALLED.get(key.casefold())
    near = called or next(iter(get_close_matches(key, keys, n=1)), None)
    return f": did you mean `{near}`?" if near else f"; it may have {', '.join(keys)}"


def _shown(error: Mapping[str, Any]) -> str:
    return repr(error["input"])[:SHOWN]
