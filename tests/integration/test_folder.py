from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.errors import SourceError
from digest.models import Entry, Kind, SectionRole, SourceState
from digest.sources.base import Collected
from digest.sources.folder import MOST_FILE_BYTES, FolderSource
from tests.factories import NOW

DATA = Path(__file__).parent.parent / "data" / "folders" / "mixed"
DEMO = Path(__file__).parents[2] / "digest" / "data" / "demo"


def collect(folder: Path, stored: frozenset[tuple[str, str]] = frozenset(), **options: str) -> Collected:
    source = FolderSource(name="archive", folder=folder, **options)  # type: ignore[arg-type]
    return source.collect(SourceState(name="archive"), known=lambda guid, mark: (guid, mark) in stored, now=NOW)


def by_guid(result: Collected) -> dict[str, Entry]:
    return {entry.guid: entry for entry in result.entries}


def problems(result: Collected) -> dict[str, str]:
    return {problem.place: problem.message for problem in result.problems}


def test_all_kinds_of_files() -> None:
    """Text, Markdown, HTML and JSON are read, in folders below as well; the guid is the path."""
    entries = by_guid(collect(DATA))
    assert set(entries) == {"below/note.md", "page.html", "record.json", "text.txt", "windows.txt"}
    assert entries["page.html"].kind is Kind.BACKGROUND
    assert entries["page.html"].language == "en-GB"
    assert entries["record.json"].section(SectionRole.CONSIDERATIONS) is not None
    assert entries["windows.txt"].headline == "Café – “quoted”"


def test_what_is_wrong_is_named_and_the_rest_goes_on() -> None:
    """Each file that cannot be read is a problem with its name and its reason."""
    assert problems(collect(DATA)) == {
        "broken.json:4": "this is not valid JSON: Expecting value",
        "empty.txt": "it is empty",
        "picture.png": "it is none of .html, .md, .txt and .json; narrow `pattern`",
        "wrong.json": "headline is missing; titel is no key of a summary; it may have headline, kind, sections, tags,"
        " url, journal, doi, pmid, published, credibility, interest, people, design, language",
    }


def test_a_file_without_text_is_named_as_what_it_is(tmp_path: Path) -> None:
    """Whatever its name ends with; the others go on, also one with a zero byte that somebody pasted."""
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.4\n1 0 obj\n\x00\x01stream")
    (tmp_path / "b.html").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    (tmp_path / "c.md").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9))
    (tmp_path / "d.txt").write_bytes(b"Walking\0 and rest\n\nLimits\nIt was small.\n")
    result = collect(tmp_path)
    behind = "; save its text as .txt, .md or .html"
    assert problems(result) == {
        "a.txt": f"it seems to be a PDF file{behind}",
        "b.html": f"it seems to be a ZIP file, as .docx, .odt and .epub are{behind}",
        "c.md": f"it seems to be a program{behind}",
    }
    assert by_guid(result)["d.txt"].headline == "Walking and rest"


def test_a_pattern_narrows() -> None:
    """Only files that match are looked at."""
    result = collect(DATA, pattern="*.html")
    assert (set(by_guid(result)), result.problems) == ({"page.html"}, ())


def test_unchanged_files_are_passed_over(tmp_path: Path) -> None:
    """The content is the fingerprint: touching a file changes nothing, a new word does."""
    file = tmp_path / "a.txt"
    file.write_text("Headline\n\nText.")
    (entry,) = collect(tmp_path).entries
    stored = frozenset({(entry.guid, entry.fingerprint)})
    os.utime(file, (1, 1))
    assert (collect(tmp_path, stored).entries, collect(tmp_path, stored).known) == ((), 1)
    file.write_text("Headline\n\nText, changed.")
    assert len(collect(tmp_path, stored).entries) == 1


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    """A link to a file outside is not read, one inside is."""
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("Secret\n\nDo not mail.")
    (inside / "a.txt").write_text("Headline\n\nText.")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "own.txt").symlink_to(inside / "a.txt")
    result = collect(inside)
    assert set(by_guid(result)) == {"a.txt", "own.txt"}
    assert "leads out of the folder" in problems(result)["link.txt"]
    outside = collect(inside, pattern="../*.txt")
    assert outside.entries == () and "leads out" in outside.problems[0].message


def test_what_is_too_large_or_no_file(tmp_path: Path) -> None:
    """A giant is not read, and a pipe does not make the visit hang."""
    with (tmp_path / "giant.txt").open("wb") as file:
        file.truncate(MOST_FILE_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.txt")
    found = problems(collect(tmp_path))
    assert "larger than" in found["giant.txt"]
    assert found["pipe.txt"] == "it is no ordinary file"


def test_a_name_in_another_encoding_is_spelled_out(tmp_path: Path) -> None:
    """The file is read, and its name can be stored and printed; the others are read, too."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xe4rz.txt")).write_text("One study\n\nText.")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe4.png")).write_text("x")
    (tmp_path / "März.txt").write_text("Another\n\nText.")
    (tmp_path / "number.json").write_text('{"headline": "A number", "pmid": ' + "1" * 5000 + "}")
    result = collect(tmp_path)
    assert {entry.guid: entry.headline for entry in result.entries} == {
        r"M\xe4rz.txt": "One study",
        "März.txt": "Another",
    }
    assert set(problems(result)) == {r"\xe4.png", "number.json"}


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    """Editors and file managers leave such files about."""
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text("x")
    assert collect(tmp_path).problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A file is read in whatever encoding it was saved."""
    (tmp_path / "a.txt").write_bytes("Café – naïve\n\nText.".encode(encoding))
    assert collect(tmp_path).entries[0].headline == "Café – naïve"


def test_a_hostile_page_does_not_stop_the_others(tmp_path: Path) -> None:
    """Nested without end, it is a problem; the file behind it is read."""
    (tmp_path / "a.html").write_text("<div>" * 20_000)
    (tmp_path / "b.html").write_text("<h1>Headline</h1><p>Text</p>")
    result = collect(tmp_path)
    assert set(by_guid(result)) == {"b.html"}
    assert "levels deep" in problems(result)["a.html"]


@pytest.mark.parametrize(
    ("folder", "pattern", "message"),
    [("missing", "*.txt", "is no folder; make it"), (".", "/etc/*", "is no pattern"), (".", "", "is no pattern")],
)
def test_a_folder_or_pattern_that_is_none(tmp_path: Path, folder: str, pattern: str, message: str) -> None:
    """The error says what to correct, and asking again cannot help."""
    with pytest.raises(SourceError, match=message) as raised:
        collect(tmp_path / folder, pattern=pattern)
    assert raised.value.permanent


def test_a_broken_front_matter_is_named_with_its_line(tmp_path: Path) -> None:
    """And the file is read all the same."""
    (tmp_path / "a.md").write_text(
        "---\ntags: [heat]\ntitle: Heat: a trial\nlang: de\n---\n\nHeat made walking slower.\n"
    )
    result = collect(tmp_path)
    (entry,) = result.entries
    assert (entry.headline, entry.tags, entry.language) == ("Heat: a trial", ("heat",), "de")
    assert list(problems(result)) == ["a.md:3"] and "no valid YAML" in problems(result)["a.md:3"]


def test_the_demo_s_summaries_are_whole() -> None:
    """Every bundled summary has its limits and its date; the explainer is background."""
    result = collect(DEMO / "summaries")
    assert result.problems == ()
    research = [entry for entry in result.entries if entry.kind is Kind.RESEARCH]
    assert len(research) == 3 and len(result.entries) == 4
    for entry in research:
        assert entry.section(SectionRole.CONSIDERATIONS) and entry.journal and entry.tags and entry.published


@contextmanager
def anybody() -> Iterator[None]:
    """Closed folders are open to root, so what they are to others is seen as somebody else."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)


@pytest.fixture
def archive() -> Iterator[Path]:
    """A folder anybody may read, with a file in it and one in each folder below; none needs a child to be read."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for folder in (root, root / "open", root / "closed"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            (folder / "a.json").write_text('{"headline": "Headline", "sections": {"body": "Text."}}')
        yield root
        (root / "closed").chmod(0o755)
        root.chmod(0o755)


@pytest.mark.parametrize(("mode", "place"), [(0o000, "closed"), (0o444, "closed/a.json")])
def test_a_folder_below_that_is_closed_is_named(archive: Path, mode: int, place: str) -> None:
    """What stands in it is not taken for nothing, and the rest is read."""
    (archive / "closed").chmod(mode)
    with anybody():
        result = collect(archive)
    assert set(by_guid(result)) == {"a.json", "open/a.json"}
    assert "Permission denied" in problems(result)[place]


def test_a_folder_that_is_closed_is_an_error(archive: Path) -> None:
    """It is not an empty one."""
    archive.chmod(0o000)
    with anybody(), pytest.raises(SourceError, match="cannot be looked into: Permission denied"):
        collect(archive)


@pytest.mark.parametrize(
    ("pattern", "named"),
    [("**/*", True), ("closed/*.json", True), ("c*/*.json", True), ("*.json", False), ("open/**/*.json", False)],
)
def test_a_closed_folder_that_the_pattern_does_not_reach(archive: Path, pattern: str, named: bool) -> None:
    """Nothing in it was wanted, so it is no problem."""
    (archive / "closed").chmod(0o000)
    with anybody():
        assert ("closed" in problems(collect(archive, pattern=pattern))) is named


def test_a_link_that_leads_to_itself(tmp_path: Path) -> None:
    """It is a problem with its name."""
    (tmp_path / "a.txt").write_text("Headline\n\nText.")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    result = collect(tmp_path)
    assert (set(by_guid(result)), set(problems(result))) == ({"a.txt"}, {"loop.txt"})
