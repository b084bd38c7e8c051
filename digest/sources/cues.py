"""Words by which parts of a document are known: how much of a text speaks for something. They stand in `cues.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from digest.sentences import sentences

#: What a part says in its first sentence counts more: that is where it says what it is.
FIRST = 1.5

_TYPED = {"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "\u00a0": " "}
_NOT = re.compile(r"n't\b|\bcannot\b")
_SHARE = re.compile(r"#\s?(?:%|per ?cent\b)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BREAK = re.compile(r"[^\w\s#%'-]+")
#: The same for text in ASCII, where a table is quicker than an expression.
_BREAKS = str.maketrans(dict.fromkeys('!"$&()*+,./:;<=>?@[\\]^`{|}~', "/"))


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks for a kind of part."""

    weight: float
    pattern: re.Pattern[str]
    #: One of these words must be there, or it is not looked for; empty where any may do.
    needs: frozenset[str]

    def stands_in(self, text: str, words: Set[str]) -> bool:
        """Whether a folded text has it; `words` are those of the text."""
        return not (self.needs and self.needs.isdisjoint(words)) and self.pattern.search(text) is not None


#: By the kind of part they speak for.
Cues = Mapping[str, Sequence[Cue]]


def score(text: str, kind: str) -> float:
    """How much of a text speaks for a kind of part: the weights of the cues it has, those of its first sentence more.

    0 for a kind that is not known by words.
    """
    whole, words = folded(text)
    first, its_words = folded(next(iter(sentences(text)), text))
    found = (cue for cue in cues().get(kind, ()) if cue.stands_in(whole, words))
    return sum(cue.weight * (FIRST if cue.stands_in(first, its_words) else 1) for cue in found)


def weight(text: str, kind: str) -> float:
    """The same, whatever stands first."""
    whole, words = folded(text)
    return sum(cue.weight for cue in cues()[kind] if cue.stands_in(whole, words))


def begins(text: str, kind: str) -> bool:
    """Whether a text begins with a cue of this kind."""
    whole, _ = folded(text)
    return any(cue.pattern.match(whole) for cue in cues()[kind])


@lru_cache(maxsize=1024)
def folded(text: str) -> tuple[str, frozenset[str]]:
    """A text as cues are looked for in it, and its words: in small letters, `#` for a number, ` / ` for a mark."""
    plain = text.lower()
    for printed, typed in _TYPED.items():
        plain = plain.replace(printed, typed)
    if "n't" in plain or "cannot" in plain:
        plain = _NOT.sub(lambda found: "can not" if found[0] == "cannot" else " not", plain)
    plain = _NUMBER.sub("#", plain)
    if "#" in plain:
        plain = _SHARE.sub(" #% ", plain)
    plain = plain.translate(_BREAKS) if plain.isascii() else _BREAK.sub("/", plain)
    while "//" in plain:
        plain = plain.replace("//", "/")
    words = plain.replace("/", " / ").split()
    return f" {' '.join(words)} ", frozenset(words)


@lru_cache(maxsize=1)
def cues() -> Cues:
    """All cues by the kind of part they speak for, read once."""
    text = (resources.files("digest") / "data" / "cues.yaml").read_text(encoding="utf-8")
    known: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    groups = known.pop("groups")
    return {
        kind: [cue(float(weight), phrase, groups) for weight, phrases in given.items() for phrase in phrases]
        for kind, given in known.items()
    }


def cue(weight: float, phrase: str, groups: Mapping[str, Sequence[str]]) -> Cue:
    """A cue; its parts are bounded, so the time to look for it grows with the text alone."""
    parts = phrase.split()
    words = {name: "|".join(map(_word, phrases)) for name, phrases in groups.items()}
    pattern = re.compile(" " + "".join(_part(part, words) for part in parts) + "(?<= )")
    needs = (_needed(part, groups) for part in parts)
    return Cue(weight, pattern, next(filter(None, needs), frozenset()))


def _needed(part: str, groups: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The words one of which this part must have; empty where it may be left out, or be any word."""
    if part in {"..", "..."} or part.endswith("?"):
        return frozenset()
    phrases = [phrase for word in part.split("|") for phrase in (groups[word[1:-1]] if word[0] == "{" else [word])]
    return (
        frozenset()
        if any("*" in one or one == "_" for one in phrases)
        else frozenset(one.split()[0] for one in phrases)
    )


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
