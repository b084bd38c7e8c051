"""What is wrong with settings, in plain words: one value by itself, or two keys that do not fit together."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Set
from typing import Any

from digest.config.draft import Draft, Place
from digest.config.keys import ONE, SEVERAL, known_keys
from digest.config.values import is_loopback
from digest.config.wording import did_you_mean, shown

#: Transports that write the message anew, so that a signature of ours breaks on the way.
_WRITES_ANEW = frozenset({"ses", "postmark", "sendgrid", "resend", "brevo", "mailtrap"})

_SENTENCES: Mapping[str, str] = {
    "missing": "it is missing",
    "string_type": "write text; a number or date stands in quotes",
    "string_too_long": "write at most {max_length} characters",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "path_type": "write the path of a file or folder",
}

_KINDS_OF_ERROR: tuple[tuple[str, str], ...] = (
    ("int_", "write a whole number"),
    ("bool_", "write true or false"),
    ("tuple_", "write a list"),
    ("dict_", "write keys below it, each with its value"),
    ("model_", "write keys below it, each with its value"),
    ("mapping_", "write keys below it, each with its value"),
    ("union_tag_not_found", "say where it comes from: feed or folder"),
)


def sentence(kind: str, context: Mapping[str, Any], path: Place, draft: Draft) -> str:
    """Pydantic's finding in plain words, without what was written: it may be a secret."""
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "value_error":
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        return f"{shown(draft.at(path))} is none of {str(context['expected']).replace(chr(39), '')}"
    if kind == "union_tag_invalid":
        return f"the kind is none of {', '.join(_kinds())}"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return next((words for start, words in _KINDS_OF_ERROR if kind.startswith(start)), "this value does not fit")


def _unknown(path: Place) -> str:
    general = tuple("*" if isinstance(step, int) else step for step in path)
    if general[:1] == SEVERAL:
        general = ONE + general[2:]
    siblings: dict[str, list[str]] = {}
    for key in known_keys():
        if key.path[:-1] == general[:-1]:
            siblings.setdefault(key.path[-1], []).append(key.kind)
    name = str(path[-1])
    if name in siblings:
        kinds = siblings[name]
        which = f"the kind {kinds[0]!r} has" if len(kinds) == 1 else f"the kinds {', '.join(kinds)} have"
        return f"only {which} it; take one of the two away"
    return f"there is no such key{did_you_mean(difflib.get_close_matches(name, siblings, n=1))}"


def _kinds() -> Iterator[str]:
    """The kinds of transport, in the schema's order."""
    return (key.kind for key in known_keys() if key.path == ("transport", "kind"))


def across(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What is wrong only in view of another key. The data may be wrong in itself, too."""
    newsletter, sources = data.get("newsletter"), data.get("sources")
    transports = dict(_transports(data))
    is_real = any(one.get("kind", "file") != "file" for one in transports.values())
    if is_real and isinstance(newsletter, Mapping) and not str(newsletter.get("postal_address") or "").strip():
        yield ("newsletter", "postal_address"), "it is missing: the law asks for it in every mail that is really sent"
    yield from _broken_signature(newsletter, {str(one.get("kind")) for one in transports.values()})
    for place, transport in transports.items():
        if transport.get("kind") == "smtp":
            yield from _password(transport, place)
    if data.get("transports") and data.get("transport"):
        yield SEVERAL, "there is transport, too: put it under transports, with a name, and take it away above"
    yield from _far_from_here(data.get("web"), newsletter)
    names: dict[Any, int] = {}
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        name = str(source.get("name")).strip() if isinstance(source, Mapping) else None
        if name is not None and names.setdefault(name, index) != index:
            yield ("sources", index, "name"), f"two sources are called {shown(name)}; each needs a name of its own"


def _broken_signature(newsletter: Any, kinds: Set[str]) -> Iterator[tuple[Place, str]]:
    broken = sorted(kinds & _WRITES_ANEW)
    if broken and isinstance(newsletter, Mapping) and newsletter.get("dkim"):
        yield (
            ("newsletter", "dkim"),
            f"{', '.join(broken)} changes mails on the way, and our signature would be invalid: let the provider sign",
        )


def _far_from_here(web: Any, newsletter: Any) -> Iterator[tuple[Place, str]]:
    host = str(web.get("host", "127.0.0.1")) if isinstance(web, Mapping) else "127.0.0.1"
    base_url = str(newsletter.get("base_url")) if isinstance(newsletter, Mapping) else ""
    if not is_loopback(host) and not base_url.startswith("https://"):
        yield (
            ("web", "host"),
            "pages that others reach need newsletter.base_url with https://; leave it at 127.0.0.1 otherwise",
        )


def _transports(data: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every transport that is a map of keys, with its place."""
    several = data.get("transports")
    for name, one in several.items() if isinstance(several, Mapping) else ():
        if isinstance(one, Mapping):
            yield (*SEVERAL, str(name)), one
    if isinstance(one := data.get("transport"), Mapping):
        yield ONE, one


def _password(transport: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    if not transport.get("password"):
        return
    if not transport.get("username"):
        yield (*place, "username"), "it is missing: a password alone opens nothing"
    if transport.get("security") == "none" and not is_loopback(str(transport.get("host"))):
        yield (*place, "security"), "a password never travels in the clear: write starttls or tls"
