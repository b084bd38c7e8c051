"""How a document is read, for whoever wants to know: before a source is added, and where a mail went wrong."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from digest.errors import DigestError, InputError
from digest.models import Bullets, Entry, Problem, Section, Summary
from digest.newsroom import Digest
from digest.sources.binary import binary_kind
from digest.sources.entries import entry_from, language_tag
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.folder import bytes_of, read_file
from digest.sources.furniture import Rule
from digest.sources.guard import PrivateAddressError
from digest.sources.identity import shown
from digest.sources.learning import Alike, Learnt, learn
from digest.sources.original import Manner, Original, parted, read, said_in, unpacked
from digest.sources.otherpage import other_page
from digest.sources.pieces import Document, Piece
from digest.sources.reading import Reading
from digest.sources.sandbox import Sandbox

#: How a feed's root element is called.
_FEED: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:<!--[^>]{0,500}-->\s*+)?<(?:rss|feed|rdf:RDF)\b"
)

_OTHER_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z+.-]{1,20}:/")

#: So many characters that two texts have in common are no accident.
_TELLING: Final = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """One document, and what is made of it."""

    #: The file or address, as it was named.
    place: str
    #: As it would be stored.
    entry: Entry
    reading: Reading
    #: What is wrong with it although it could be read.
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    """A document before it is read."""

    place: str
    #: None where nothing is to be read anew.
    original: Original | None
    reading: Reading
    url: str | None
    language: str | None
    #: What is wrong with it although it could be read.
    problem: Problem | None = None


def inspect(
    places: Sequence[str],
    *,
    manner: Manner,
    fetch: Fetcher,
    now: datetime,
    language: str = "en",
    together: bool = False,
) -> Iterator[Inspected | Problem]:
    """How each document is read, or why it cannot be, in the order of the places.

    Args:
        places: paths of files, and http or https addresses of pages.
        manner: how documents are read.
        fetch: how addresses are asked.
        now: the instant of asking.
        language: of documents that do not say theirs; BCP 47.
        together: take them for documents of one source, and cut what most of them have.
    """
    with Sandbox() as sandbox:
        taken = (_taken(place, manner, sandbox, fetch, now) for place in places)
        for one in _with_what_most_have([*taken], manner) if together else taken:
            if isinstance(one, Problem):
                yield one
                continue
            yield _made(one, language)


def _taken(place: str, manner: Manner, sandbox: Sandbox, fetch: Fetcher, now: datetime) -> _Taken | Problem:
    """One document, or why there is none: whatever keeps it from being read takes no other with it."""
    is_address = place.lower().startswith(("http://", "https://"))
    named = shown(place) if is_address else place
    try:
        return _asked(place, manner, sandbox, fetch, now) if is_address else _opened(place, manner, sandbox)
    except PrivateAddressError as error:
        return Problem(place=named, message=f"{error}; name that source with `--source NAME`")
    except InputError as error:
        return Problem(place=named, message=str(error).removeprefix(f"{error.place}: "))
    except DigestError as error:
        return Problem(place=named, message=str(error))
    except OSError as error:
        return Problem(place=named, message=f"it cannot be read: {error.strerror or error}")


def _asked(url: str, manner: Manner, sandbox: Sandbox, fetch: Fetcher, now: datetime) -> _Taken:
    fetched = fetch.get(url, now=now)
    _refuse_feed(fetched.body)
    if kind := binary_kind(fetched.body):
        raise InputError(f"it seems to be {kind}: give the address of a page")
    page = sandbox.read_page(fetched.body, charset=fetched.charset, headings=manner.headings)
    original = Original(page=page)
    reading = read(original, manner)
    doubt = _what_is_wrong(page, reading, fetched, url)
    return _Taken(
        place=url,
        original=original,
        reading=reading,
        url=fetched.url,
        language=page.language,
        problem=Problem(place=shown(url), message=doubt) if doubt else None,
    )


def _what_is_wrong(page: Document, reading: Reading, fetched: Fetched, url: str) -> str:
    """What `collect` would not take from this address, and why; empty where it would."""
    if fetched.broken or page.broken:
        return f"it broke off in transit ({fetched.broken or 'its end is missing'}): `digest collect` would ask again"
    other = other_page(page, reading, Reading(), asked=url, final=fetched.url)
    return f"`digest collect` would not take it for an entry's page: {other.why}" if other else ""


def _opened(path: str, manner: Manner, sandbox: Sandbox) -> _Taken:
    if _OTHER_SCHEME.match(path):
        raise InputError("only files, and http and https addresses, can be read")
    place = Path(path)
    if place.is_dir():
        raise InputError("it is a folder: name the files in it")
    if not place.exists() and path != "-":
        raise InputError("there is no such file")
    if not place.is_file():
        raise InputError("it is no ordinary file: save the document, and name the file")
    data = bytes_of(place)
    _refuse_feed(data)
    file = read_file(data, place.name, sandbox, manner)
    return _Taken(
        place=path,
        original=file.original,
        reading=file.reading,
        url=file.reading.url,
        language=file.language,
        problem=file.problem,
    )


def _refuse_feed(data: bytes) -> None:
    if _FEED.match(data[:2_000]):
        raise InputError("it is a feed: add it to `sources`, or give the address of one of its entries")


def _with_what_most_have(taken: Sequence[_Taken | Problem], manner: Manner) -> Iterator[_Taken | Problem]:
    originals = {one.place: one.original for one in taken if isinstance(one, _Taken) and one.original is not None}
    documents = [said_in(original, manner) for original in originals.values()]
    learned = manner.knowing(Learnt(furniture=Alike(one.text for one in learn(documents, latest=len(documents)))))
    for one in taken:
        original = originals.get(one.place)
        yield replace(one, reading=read(original, learned)) if isinstance(one, _Taken) and original else one


def _made(one: _Taken, language: str) -> Inspected | Problem:
    entry = entry_from(
        one.reading,
        source="",
        guid=one.place,
        fingerprint="",
        url=one.url,
        language=language_tag(one.language, default=language),
    )
    if entry is None:
        return Problem(place=one.place, message="there is no text in it")
    return Inspected(place=one.place, entry=entry, reading=one.reading, problem=one.problem)


# --- what is stored ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a stored document."""

    piece: Piece
    #: Why it was left out; None for what was not.
    rule: Rule | None
    #: The place of the section it went to; None for what was left out, or is a fact or the headline.
    part: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AsRead:
    """A stored summary beside what it was read from."""

    #: The document, in its order.
    lines: tuple[Line, ...]
    #: As it would be read now.
    reading: Reading
    #: True when it was stored with other words than it would be now: it was read by an earlier version, or a source's
    #: standing text was learnt, kept or forgotten since.
    differs: bool


def as_read(digest: Digest, summary: Summary) -> AsRead | None:
    """How a stored summary was read; None where what it was read from was not kept."""
    kept = digest.store.original(summary.id)
    if kept is None:
        return None
    original = unpacked(kept)
    source = next((one for one in digest.sources if one.name == summary.entry.source), None)
    manner = (source.manner if source else Manner()).knowing(digest.learnt(summary.entry.source))
    reading = read(original, manner)
    return AsRead(
        lines=tuple(_lines(original, reading)),
        reading=reading,
        differs=reading.sections != summary.entry.sections,
    )


def _lines(original: Original, reading: Reading) -> Iterator[Line]:
    """What was run together is shown as it was parted, so that each cut stands at its place."""
    cuts, places = list(reading.cut), Places(reading.sections)
    for piece in parted(original):
        # Cuts are in the document's order, so the next one is the first that may be meant.
        if cuts and cuts[0].text == piece.text:
            yield Line(piece, cuts.pop(0).rule)
        else:
            yield Line(piece, None, places.of(piece))


class Places:
    """Where the pieces of a document went, asked for in their order."""

    #: A piece that was joined with its neighbours, or parted, is looked for among so many lines behind the last one.
    _NEAR = 12

    def __init__(self, sections: Sequence[Section]) -> None:
        self._lines = [(place, words) for place, section in enumerate(sections) for words in _words_of(section)]
        self._known: dict[str, list[int]] = {}
        for number, (_, words) in enumerate(self._lines):
            self._known.setdefault(words, []).append(number)
        self._next = 0

    def of(self, piece: Piece) -> int | None:
        """The place of the section that has these words; None where none has."""
        words, rest = _plain(piece.text), _plain(piece.text.removeprefix(piece.lead).lstrip(" .:–—-"))
        asked = (self._alike(rest), self._alike(words), self._near(words))
        found = next((number for number in asked if number is not None), None)
        if found is None:
            return None
        self._next = found + 1
        return self._lines[found][0]

    def _alike(self, words: str) -> int | None:
        """The next line of these very words; where none comes any more, the first one."""
        numbers = self._known.get(words, ())
        later = bisect_left(numbers, self._next)
        return numbers[later] if later < len(numbers) else numbers[0] if numbers else None

    def _near(self, words: str) -> int | None:
        # The last one may go on in this piece.
        start = max(self._next - 1, 0)
        for number in range(start, min(start + self._NEAR, len(self._lines))):
            line = self._lines[number][1]
            if min(len(words), len(line)) >= _TELLING and (words in line or line in words):
                return number
        return None


def _words_of(section: Section) -> Iterator[str]:
    yield from [_plain(section.heading)] if section.heading else []
    for block in section.blocks:
        yield from map(_plain, block.items if isinstance(block, Bullets) else (block.text,))


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold().rstrip(":")
