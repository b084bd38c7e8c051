"""Words by which parts of a document are known: how much of a text speaks for something. They stand in `cues.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from digest.sentences import sentences

#: What a part says in its first sentence counts more: that is where it says what it is.
FIRST = 1.5

_TYPED = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "\u00a0": " "})
_NOT = re.compile(r"n't\b|\bcannot\b")
_SHARE = re.compile(r"#\s?(?:%|per ?cent\b)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BREAK = re.compile(r"[^\w\s#%'-]+")

#: What the cues of each kind weigh, and how they are found.
Cues = Mapping[str, Sequence[tuple[float, re.Pattern[str]]]]


def score(text: str, kind: str) -> float:
    """How much of a text speaks for a kind of part: the weights of the cues it has, those of its first sentence more.

    0 for a kind that is not known by words.
    """
    whole, first = folded(text), folded(next(iter(sentences(text)), text))
    found = ((weight, words) for weight, words in cues().get(kind, ()) if words.search(whole))
    return sum(weight * (FIRST if words.search(first) else 1) for weight, words in found)


def weight(text: str, kind: str) -> float:
    """The same, whatever stands first."""
    whole = folded(text)
    return sum(weight for weight, words in cues()[kind] if words.search(whole))


def begins(text: str, kind: str) -> bool:
    """Whether a text begins with a cue of this kind."""
    whole = folded(text)
    return any(words.match(whole) for _, words in cues()[kind])


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """A text as cues are looked for in it: small letters, `#` for a number, ` / ` for what parts words."""
    plain = _NOT.sub(lambda found: "can not" if found[0] == "cannot" else " not", text.lower().translate(_TYPED))
    counted = _SHARE.sub(" #% ", _NUMBER.sub("#", plain))
    return f" {' '.join(_BREAK.sub(' / ', counted).split())} "


@lru_cache(maxsize=1)
def cues() -> Cues:
    """All cues by the kind of part they speak for, read once."""
    text = (resources.files("digest") / "data" / "cues.yaml").read_text(encoding="utf-8")
    known: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    groups = {name: "|".join(map(_word, phrases)) for name, phrases in known.pop("groups").items()}
    return {
        kind: [(float(weight), pattern(phrase, groups)) for weight, phrases in given.items() for phrase in phrases]
        for kind, given in known.items()
    }


def pattern(phrase: str, groups: Mapping[str, str]) -> re.Pattern[str]:
    """A cue as a pattern over a folded text; its parts are bounded, so its time grows with the text alone."""
    return re.compile(" " + "".join(_part(part, groups) for part in phrase.split()) + "(?<= )")


def _part(part: str, groups: Mapping[str, str]) -> str:
    if part in {"..", "..."}:
        return rf"(?:[^\s/]+ ){{0,{3 if part == '..' else 8}}}"
    inside = "|".join(_choice(one, groups) for one in part.removesuffix("?").split("|"))
    return f"(?:(?:{inside}) )" + ("?" if part.endswith("?") else "")


def _choice(word: str, groups: Mapping[str, str]) -> str:
    return groups[word[1:-1]] if word.startswith("{") else _word(word)


def _word(word: str) -> str:
    if word == "_":
        return r"[^\s/]+"
    return re.escape(word.removesuffix("*")) + (r"[^\s/]{0,12}" if word.endswith("*") else "")
