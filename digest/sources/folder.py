"""A folder of files, one summary each: .html, .md, .txt and .json."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from functools import cache
from itertools import zip_longest
from pathlib import Path, PurePath

from digest.errors import DigestError, InputError, SourceError
from digest.models import Entry, Problem, SourceState
from digest.sources.base import Collected, Known, Teaching, after_success, untaught
from digest.sources.binary import binary_kind
from digest.sources.decode import decoded
from digest.sources.entries import entry_from, language_tag
from digest.sources.headings import Headings
from digest.sources.identity import fitting
from digest.sources.jsonfile import read_json
from digest.sources.original import Manner, Original, packed, read_page_as, read_plain
from digest.sources.pieces import READING
from digest.sources.reading import Reading
from digest.sources.sandbox import Sandbox

#: Bytes of one file; the largest real saved page had 3 MB.
MOST_FILE_BYTES = 10 * 1024 * 1024
#: Files of one folder.
MOST_FILES = 10_000

_MARKUP = frozenset({".html", ".htm", ".xhtml"})
_MARKDOWN = frozenset({".md", ".markdown"})
_PLAIN = frozenset({".txt", ".text"})
_JSON = frozenset({".json"})
_KNOWN_KINDS = _MARKUP | _MARKDOWN | _PLAIN | _JSON


@dataclass(frozen=True, kw_only=True)
class FolderSource:
    """A folder.

    Attributes:
        name: in the configuration.
        folder: its path.
        pattern: which files, as a glob; `**/` reaches into folders below.
        headings: names of sections and facts.
        vocabulary: phrases known to be topics, to part topics that are printed run together.
        language: of files that do not say theirs; BCP 47.
    """

    name: str
    folder: Path
    pattern: str = "**/*"
    headings: Headings = field(default_factory=Headings)
    vocabulary: tuple[str, ...] = ()
    language: str = "en"

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self.folder)

    @property
    def manner(self) -> Manner:
        """How its documents are read."""
        return Manner(headings=self.headings, vocabulary=self.vocabulary)

    def collect(self, state: SourceState, *, known: Known, now: datetime, learnt: Teaching = untaught) -> Collected:
        """Every file that is new or changed since it was stored, by path.

        Raises:
            SourceError: the folder cannot be read, or the pattern is none. What is wrong with a file is a problem.
        """
        problems: list[Problem] = []
        entries: list[Entry] = []
        originals: dict[str, bytes] = {}
        manner = cache(lambda: self.manner.knowing(learnt()))
        passed = 0
        with Sandbox() as sandbox:
            for path, guid in self._files(problems):
                try:
                    data = bytes_of(path)
                    mark = f"{READING}:{hashlib.sha256(data).hexdigest()}"
                    if known(fitting(guid), mark):
                        passed += 1
                    else:
                        entry, file = self._entry(data, guid, mark, sandbox, manner())
                        entries.append(entry)
                        originals |= {entry.guid: packed(file.original)} if file.original else {}
                        problems += [file.problem] if file.problem else []
                except InputError as error:
                    problems.append(Problem(place=error.place or guid, message=_said(error)))
                except DigestError as error:
                    problems.append(Problem(place=guid, message=str(error)))
                except OSError as error:
                    problems.append(Problem(place=guid, message=f"it cannot be read: {error.strerror or error}"))
        state = after_success(state, now=now)
        return Collected(
            entries=tuple(entries), originals=originals, problems=tuple(problems), known=passed, state=state
        )

    def _files(self, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
        """The files that may be read, with their path inside the folder."""
        root = self.folder.expanduser()
        if not _is_folder(root):
            raise SourceError(f"{self.folder} is no folder; make it, or correct `folder`", permanent=True)
        inside = root.resolve()
        problems += self._closed(root)
        for count, path in enumerate(self._matching(root)):
            name = _spelled(path.relative_to(root))
            if count >= MOST_FILES:
                problems.append(
                    Problem(place=str(self.folder), message=f"only the first {MOST_FILES:,} files are read")
                )
                return
            if not _leads_inside(path, inside):
                problems.append(
                    Problem(place=name, message="it is a link that leads out of the folder, and is not read")
                )
            elif path.suffix.lower() not in _KNOWN_KINDS:
                problems.append(
                    Problem(place=name, message="it is none of .html, .md, .txt and .json; narrow `pattern`")
                )
            else:
                yield path, name

    def _matching(self, root: Path) -> list[Path]:
        try:
            found = sorted(root.glob(self.pattern))
            return [path for path in found if not _is_hidden(path, root) and not _is_folder(path)]
        except (NotImplementedError, ValueError, IndexError) as error:
            raise SourceError(f"pattern: {self.pattern!r} is no pattern for files: {error}", permanent=True) from error
        except OSError as error:
            raise SourceError(f"{self.folder} cannot be read: {error.strerror or error}") from error

    def _closed(self, root: Path) -> list[Problem]:
        """Folders that the pattern reaches and that cannot be looked into: a glob passes over them without a word."""
        errors: list[OSError] = []
        for _ in os.walk(root, onerror=errors.append):
            pass
        found: list[Problem] = []
        for error in errors:
            path, reason = Path(error.filename), error.strerror or str(error)
            if path == root:
                raise SourceError(f"{self.folder} cannot be looked into: {reason}; let this process read it") from error
            if not _is_hidden(path, root) and _reaches(self.pattern, path.relative_to(root)):
                message = f"it cannot be looked into, so nothing in it was read: {reason}"
                found.append(Problem(place=_spelled(path.relative_to(root)), message=message))
        return found

    def _entry(self, data: bytes, guid: str, mark: str, sandbox: Sandbox, manner: Manner) -> tuple[Entry, File]:
        file = read_file(data, guid, sandbox, manner)
        entry = entry_from(
            file.reading,
            source=self.name,
            guid=fitting(guid),
            fingerprint=mark,
            url=file.reading.url,
            language=language_tag(file.language, default=self.language),
        )
        if entry is None or not (entry.sections or file.reading.headline):
            raise InputError("there is no text in it", place=guid)
        return entry, file


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """What was read of a file."""

    reading: Reading
    #: None for a JSON file that names its parts itself: there is nothing to read anew.
    original: Original | None = None
    #: As the file says it, unchecked; None when it does not.
    language: str | None = None
    #: What is wrong with it although it could be read.
    problem: Problem | None = None


def read_file(data: bytes, name: str, sandbox: Sandbox, manner: Manner) -> File:
    """What stands in a file, by the end of its name. InputError and SourceError say why it cannot be read."""
    suffix = Path(name).suffix.lower()
    if kind := binary_kind(data):
        raise InputError(f"it seems to be {kind}; save its text as .txt, .md or .html", place=name)
    if suffix in _MARKUP:
        page = sandbox.read_page(data, headings=manner.headings)
        return File(reading=read_page_as(page, manner), original=Original(page=page), language=page.language)
    if suffix in _JSON:
        reading, language = read_json(decoded(data), name=name, headings=manner.headings, sandbox=sandbox)
        return File(reading=reading, language=language)
    text = sandbox.read_text(data, markdown=suffix in _MARKDOWN, headings=manner.headings)
    problem = Problem(place=f"{name}:{text.trouble_line}", message=text.trouble) if text.trouble else None
    return File(reading=read_plain(text, manner), original=Original(text=text), language=text.language, problem=problem)


def _spelled(path: Path) -> str:
    """A file's name as text that can be stored and printed; bytes of it that are no UTF-8 are spelled out."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # nobody may ask: what is tried with it next says so
        return False


def _leads_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that leads to itself, or through what is closed
        return True


def _reaches(pattern: str, folder: Path) -> bool:
    """Whether files that a pattern names may stand in a folder, or below it."""
    above = [part for part in PurePath(pattern).parts[:-1] if part != "."]
    for part, name in zip_longest(above, folder.parts):
        if part == "**" or name is None:
            return True
        if part is None or not fnmatch(name, part):
            return False
    return True


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") and part != ".." for part in path.relative_to(root).parts)


def bytes_of(path: Path) -> bytes:
    """The bytes of a file. InputError when it is none, empty or too large; OSError when it may not be read."""
    if not path.is_file():
        raise InputError("it is no ordinary file")
    with path.open("rb") as file:
        data = file.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        raise InputError(f"it is larger than {MOST_FILE_BYTES:,} bytes")
    if not data.strip():
        raise InputError("it is empty")
    return data


def _said(error: InputError) -> str:
    """The message without the place, which a problem names by itself."""
    return str(error).removeprefix(f"{error.place}: ")
