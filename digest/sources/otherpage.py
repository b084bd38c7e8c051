"""Whether the page behind an entry's link is the entry's at all.

Links lead to the home page once an article is gone, to "page not found" with status 200, to a check for robots, to a
sign-in or an offer to subscribe. What stands there is never the study's text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from digest.models import Bullets, SectionRole
from digest.sources.pieces import Document, article_of
from digest.sources.reading import Reading
from digest.sources.walls import asks_for_proof, is_wall, kind_by_title

#: Characters beside an offer that make a text in its own right.
LEAST_TEXT = 300
#: Words that a shorter title must share with the entry's.
FEWEST_SHARED = 3
#: Different words that an entry must have before a page can be said to lack them.
FEWEST_TOLD = 6
#: The share of an entry's words that its page has, and the share of its runs of so many words.
SHARED_WORDS = 0.5
SHARED_RUNS = 0.15
#: Letters by which two words are the same: "walking" and "walked".
STEM = 5
RUN = 4

_COMMON = frozenset(
    (
        *("about", "after", "all", "also", "and", "are", "been", "but", "can", "could", "for", "from", "had", "has"),
        *("have", "how", "into", "its", "may", "more", "most", "new", "not", "our", "over", "say", "says", "than"),
        *("that", "the", "their", "them", "these", "they", "this", "under", "use", "used", "was", "were", "what"),
        *("when", "which", "who", "why", "will", "with", "would", "you", "your"),
        *("das", "der", "die", "ein", "eine", "für", "mit", "und", "von", "des", "est", "les", "pour", "une", "con"),
        *("del", "las", "los", "para", "por", "que"),
    )
)
_WORD = re.compile(r"[^\W_]+")
_HOME = re.compile(r"(?:index|default|home)(?:\.\w{2,5})?", re.IGNORECASE)
#: A site in one language: `/en/`, `/de-ch/`.
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
#: Parameters that name no page, so a home page with them is the home page.
_NO_PAGE = re.compile(
    r"(?:ref\w{0,8}|src|source|from|lang|hl|locale|redirect\w{0,6}|error|status|msg|reason|utm_\w{1,20})=",
    re.IGNORECASE,
)
_SEARCH = re.compile(
    r"(?:search|suche?|recherche|buscar?|ricerca|zoeken)(?:[-_]?results?)?(?:\.\w{2,5})?", re.IGNORECASE
)
_ASKED = re.compile(r"(?:s|q|query|search|keywords?|term)=", re.IGNORECASE)
_LOST = re.compile(r"(?:404|410|(?:page[-_]?)?not[-_]?found|error|gone|sorry)(?:\.\w{2,5})?", re.IGNORECASE)
_DOOR = re.compile(r"(?:log[-_]?in|sign[-_]?in|subscri(?:be|ptions?)|register|paywall)(?:\.\w{2,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Other:
    """A page that is not the entry's."""

    #: In words, for the operator.
    why: str
    #: True when the entry's own may be there at the next visit.
    for_now: bool = False


def other_page(page: Document, reading: Reading, said: Reading, *, asked: str, final: str) -> Other | None:
    """What stands in the place of the entry's page; None where it is the entry's, or nothing tells.

    Args:
        page: the page, taken apart.
        reading: how it was read.
        said: what the feed says of the entry.
        asked: the entry's link.
        final: the address that answered, after redirects.
    """
    headline = said.headline or ""
    head = [page.meta.get(name, "") for name in ("og:title", "citation_title", "twitter:title")] + [page.title or ""]
    printed = [piece.text for piece in page.pieces if piece.level == 1]
    own = [piece.text for piece in article_of(page)[:1] if piece.level == 1]
    shown = repr(next(filter(None, (page.title, *printed)), "without a title")[:80])
    place = _led_to(asked, (final, page.meta.get("canonical", ""), page.meta.get("og:url", "")))
    if place and not _same_title(headline, head if any(head) else printed[:1]):
        return Other(f"the link leads to {place} of the site ({shown})")
    alike = _same_title if _path(urlsplit(asked).path) == _path(urlsplit(final).path) else _very_title
    same = alike(headline, (*head, *printed)) or bool(said.doi and said.doi == reading.doi)
    if not same:
        # A headline beside the article may be of any box that asks for something.
        what, for_now = kind_by_title((*head, *own), headline)
        if what:
            return Other(f"{what} ({shown})", for_now)
    if _is_only(is_wall, reading, said):
        return Other("it asks to pay or to sign in before one may read on")
    if _is_only(asks_for_proof, reading, said):
        return Other("it asks whether a person is reading", for_now=True)
    if not same and any((*head, *printed)) and not _shares_words(reading, (*head, *printed), said):
        return Other(f"neither its title ({shown}) nor its text has much in common with the entry")
    return None


def _same_title(headline: str, titles: Iterable[str]) -> bool:
    """Half of the headline's words, or most of a title's, if those are some."""
    wanted = _told(headline)
    for title in titles:
        there = _told(title)
        both = len(wanted & there)
        if both and (both * 2 >= len(wanted) or (both >= FEWEST_SHARED and both * 4 >= len(there) * 3)):
            return True
    return False


def _very_title(headline: str, titles: Iterable[str]) -> bool:
    """Nearly all the words: another story of a site, to which a link may lead, has a title much like it."""
    wanted = _told(headline)
    for title in titles:
        there = _told(title)
        both = len(wanted & there)
        if both and (both * 5 >= len(wanted) * 4 or (both >= FEWEST_SHARED and both == len(there))):
            return True
    return False


def _led_to(asked: str, addresses: Iterable[str]) -> str:
    """The home page or a section, where a redirect ended there or the page calls itself so; else empty."""
    before = urlsplit(asked)
    old = _path(before.path)
    for address in filter(None, addresses):
        after = urlsplit(address)
        new = _path(after.path)
        if old == new and (not before.query or before.query == after.query):
            continue
        place = _named_place(new, after.query)
        if place:
            return place
        if not after.query and len(new) < len(old) and old[: len(new)] == new:
            return "a section"
    return ""


def _named_place(path: list[str], query: str) -> str:
    """What an address says itself that it is, whatever was asked for."""
    last = path[-1] if path else ""
    if _SEARCH.fullmatch(last) or (not path and _ASKED.match(query)):
        return "the search"
    if _LOST.fullmatch(last):
        return "a page for what is missing"
    if _DOOR.fullmatch(last):
        return "the sign-in"
    home = not path or (len(path) == 1 and _LANGUAGE.fullmatch(last))
    only_ways = all(map(_NO_PAGE.match, filter(None, query.split("&"))))
    return "the home page" if home and only_ways else ""


def _path(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    return parts[:-1] if parts and _HOME.fullmatch(parts[-1]) else parts


def _is_only(wall: Callable[[str], bool], reading: Reading, said: Reading) -> bool:
    """A wall, and beside it no more than the feed says itself."""
    texts = list(_texts(reading))
    rest = sum(len(text) for text in texts if not wall(text))
    # Parts known by their order alone prove nothing: offers come in paragraphs, too.
    headed = any(section.heading and section.role is not SectionRole.BODY for section in reading.sections)
    return any(map(wall, texts)) and not headed and rest < max(LEAST_TEXT, sum(map(len, _texts(said))))


def _shares_words(reading: Reading, titles: Iterable[str], said: Reading) -> bool:
    """Enough of the entry's words are on the page, or the entry has too few to tell."""
    wanted = _told(" ".join((said.headline or "", *_texts(said))))
    if len(wanted) < FEWEST_TOLD:
        return True
    # Not the reading's headline: it is the entry's own.
    there = _told(" ".join((*titles, *_texts(reading))))
    runs = _runs(_texts(said))
    repeated = bool(runs) and len(runs & _runs(_texts(reading))) >= SHARED_RUNS * len(runs)
    return repeated or len(wanted & there) >= SHARED_WORDS * len(wanted)


def _texts(reading: Reading) -> Iterator[str]:
    for section in reading.sections:
        for block in section.blocks:
            yield from block.items if isinstance(block, Bullets) else (block.text,)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    words = [word for text in texts for word in _words(text)]
    return {tuple(words[place : place + RUN]) for place in range(len(words) - RUN + 1)}


def _told(text: str) -> set[str]:
    """The words that say something, without most endings; without spaces, each two characters that stand together."""
    found: set[str] = set()
    for word in _words(text):
        if max(word) >= "\u2e80":
            found.update(map("".join, pairwise(word)))
        elif len(word) > 2 and word not in _COMMON:
            found.add(word.removesuffix("s")[:STEM])
    return found
