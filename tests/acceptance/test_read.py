"""`digest read` and `digest sources furniture`, as an operator uses them before and after a source is added."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.acceptance.conftest import Operator
from tests.integration.feed_server import Answer, feed_server

DATA = Path(__file__).parent.parent / "data"
EXTRACT = """\
Cold vests helped people with MS to walk further on hot days.
1) The team followed 60 adults for eight weeks. 2) Of these, 41 walked at least 10% further with the vest.
People with MS who dread the summer should know about this because it may help. Caregivers can help to fill the vest.
The study was small and lasted eight weeks, so the results may not apply to everyone. Ask your doctor before you try.
12/31/2026
Learn how an odd garden herb might calm the nerves of peo
Read More
"""


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_document_is_shown_with_its_reasons(operator: Operator) -> None:
    """Parts and why they are that, what was left out and by which rule, topics, and how sure it is."""
    operator.write("vest.txt", EXTRACT)
    told = operator.run("read", "vest.txt").out
    for words in ("Cold vests helped", "[findings] by words", "  1. The team followed", "[considerations] by words",
                  "Left out, a teaser of another article", "an odd garden herb", "without doubt"):  # fmt: skip
        assert words in told


def test_machines_get_an_object_a_line(operator: Operator) -> None:
    """In the order of the files, in a shape that is kept."""
    operator.write("vest.txt", EXTRACT)
    operator.write("other.md", "# Heat and MS\n\n## Limitations\n\nFew took part.\n")
    vest, other = objects(operator.run("read", "--json", "vest.txt", "other.md").out)
    assert (vest["file"], vest["kind"], vest["journal"], vest["published"]) == ("vest.txt", "research", None, None)
    assert [vest["sections"][0][key] for key in ("role", "why", "heading")] == ["findings", "words", None]
    assert vest["sections"][0]["blocks"][0]["start"] == 1
    assert other["sections"] == [
        {"role": "considerations", "heading": "Limitations", "why": "heading", "blocks": [{"text": "Few took part."}]}
    ]


def test_a_summary_that_names_its_parts_itself(operator: Operator) -> None:
    """One in JSON is shown as any other; its parts are known by name."""
    said = {"headline": "Cold vests", "sections": {"findings": ["Forty walked.", "All fared well."], "body": "By day."}}
    operator.write("vest.json", json.dumps(said))
    assert "[findings] by its heading" in operator.run("read", "vest.json").out
    (found,) = objects(operator.run("read", "--json", "vest.json").out)
    assert [(one["role"], one["why"]) for one in found["sections"]] == [("findings", "heading"), ("body", None)]


def test_one_that_cannot_be_read_takes_no_other_with_it(operator: Operator) -> None:
    """Each is named with what is wrong; the others are shown, and the exit code says that something was."""
    operator.write("vest.txt", EXTRACT)
    operator.write("empty.txt", " ")
    operator.write("broken.json", "{")
    operator.write("feed.xml", "<?xml version='1.0'?><rss version='2.0'></rss>")
    told = operator.run("read", "--json", "missing.txt", "empty.txt", "broken.json", "vest.txt", expect=1)
    assert [one["file"] for one in objects(told.out)] == ["vest.txt"]
    (operator.folder / "folder").mkdir()
    told.err += operator.run("read", "-", "ftp://e.org/x", "folder", "feed.xml", expect=1).err
    for words in (
        "-: it is no ordinary file: save the document",
        "ftp://e.org/x: only files, and http and https addresses, can be read",
        "folder: it is a folder: name the files in it",
        "feed.xml: it is a feed: add it to `sources`",
        "missing.txt: there is no such file",
        "empty.txt: it is empty",
        "broken.json: this is not valid JSON",
    ):
        assert words in told.err


def test_broken_front_matter_is_said_and_the_text_is_read(operator: Operator) -> None:
    """It is no fault of the reading: the exit code is that of a document that was read."""
    operator.write("bad.md", "---\ntitle: Heat: a trial\n---\n## Limitations\n\nFew took part.\n")
    told = operator.run("read", "bad.md")
    assert "Few took part." in told.out and "bad.md:2: this is no valid YAML" in told.err


def test_it_is_no_wider_than_its_console(operator: Operator) -> None:
    """Long lines go on below the words of their first, also where a pipe takes them."""
    operator.write("vest.txt", EXTRACT)
    lines = operator.run("read", "vest.txt").out.splitlines()
    assert max(map(len, lines)) <= 80
    (place,) = (place for place, line in enumerate(lines) if line.startswith("  2. Of these"))
    assert lines[place + 1].startswith("     ") or not lines[place + 1]


def test_no_newsletter_is_needed(tmp_path: Path) -> None:
    """Whoever thinks of using it can look first."""
    (tmp_path / "vest.txt").write_text(EXTRACT, encoding="utf-8")
    assert "[relevance]" in Operator(tmp_path).run("read", "vest.txt").out


def test_documents_of_one_site_together(operator: Operator) -> None:
    """What most of them have is cut, as it would be of a source."""
    files = sorted(str(path) for path in (DATA / "sites" / "alderbrook").glob("*.txt"))
    alone, together = (objects(operator.run("read", "--json", *more, *files).out) for more in ([], ["--together"]))
    said = [any("A word from Alderbrook" in json.dumps(one["sections"]) for one in read) for read in (alone, together)]
    assert said == [True, False]
    assert any(cut["rule"] == "stands in most documents of this source" for cut in together[0]["cut"])


def test_a_page_at_an_address(operator: Operator) -> None:
    """It is read as the page behind an entry; a feed is named as one, and private addresses need the source's word."""
    page = "<title>Vests</title><h1>Vests</h1><h2>What They Found</h2><p>Forty adults walked further in a vest.</p>"
    with feed_server() as server:
        server.answers["/page"] = Answer(body=page.encode())
        server.answers["/feed"] = Answer(body=b"<?xml version='1.0'?><rss version='2.0'></rss>")
        source = f"  - {{name: news, feed: '{server.url}/feed', allow_private: true}}\nsubscribers:"
        config = (operator.folder / "digest.yaml").read_text(encoding="utf-8")
        operator.write("digest.yaml", config.replace("subscribers:", source, 1))
        told = operator.run("read", "--source", "news", "--json", f"{server.url}/page", f"{server.url}/feed", expect=1)
        refused = operator.run("read", f"{server.url}/page", expect=1).err
    assert objects(told.out)[0]["sections"][0]["role"] == "findings"
    assert "it is a feed" in told.err
    assert "allow_private" in refused and "--source NAME" in refused


def test_a_page_that_would_not_be_collected(operator: Operator) -> None:
    """It is read all the same, and it is said what collect makes of it: another page, or one that broke off."""
    page = (
        "<html><title>Vests</title><h1>Vests</h1><h2>What They Found</h2><p>Forty adults walked further in a vest.</p>"
    )
    with feed_server() as server:
        server.answers["/"] = Answer(body=f"{page}</html>".encode())
        server.answers["/gone/page"] = Answer(status=302, headers={"Location": "/"})
        server.answers["/cut"] = Answer(body=f"{page}<p class='la".encode())
        source = f"  - {{name: news, feed: '{server.url}/feed', allow_private: true}}\nsubscribers:"
        config = (operator.folder / "digest.yaml").read_text(encoding="utf-8")
        operator.write("digest.yaml", config.replace("subscribers:", source, 1))
        places = [f"{server.url}/{name}" for name in ("", "gone/page", "cut")]
        told = operator.run("read", "--source", "news", "--json", *places)
    assert len(objects(told.out)) == 3
    assert told.err.count("digest collect") == 2
    assert "leads to the home page" in told.err and "broke off in transit" in told.err


def test_what_was_learnt_can_be_seen_and_answered(operator: Operator) -> None:
    """Collect and status tell of it, read uses it, and an operator keeps or forgets it."""
    for path in (operator.folder / "summaries").iterdir():
        path.unlink()
    for path in (DATA / "sites" / "alderbrook").glob("*.txt"):
        shutil.copy(path, operator.folder / "summaries")
    name = objects_of_sources(operator)[0]
    assert "learnt that most of its documents have" in operator.run("collect").out
    assert f"digest sources furniture {name}" in operator.run("status").out
    rows = operator.run("sources", "furniture", name, "--json").json
    (request,) = (row for row in rows if row["text"].startswith("A word from Alderbrook"))
    read = objects(operator.run("read", "--json", "--source", name, "summaries/1.txt").out)[0]
    assert "A word from Alderbrook" not in json.dumps(read["sections"])
    kept = operator.run("sources", "furniture", name, "--keep", request["key"])
    assert "kept: it is content" in kept.out and "the next `digest compose`" in kept.err
    assert "kept already" in operator.run("sources", "furniture", name, "--keep", request["key"], expect=3).err
    operator.run("sources", "furniture", name, "--forget", request["key"])
    assert len(operator.run("sources", "furniture", name, "--json").json) == len(rows) - 1


def objects_of_sources(operator: Operator) -> list[str]:
    return [row["source"] for row in operator.run("status", "--json").json["sources"]]


def test_mistakes_are_named(operator: Operator) -> None:
    """A source that is none, a text that is none: what they might have been, and no traceback."""
    assert "there is no source 'summary'" in operator.run("read", "--source", "summary", "x.txt", expect=1).err
    name = objects_of_sources(operator)[0]
    both = operator.run("sources", "furniture", name, "--keep", "abc", "--forget", "abc", expect=1).err
    assert "name one of `--keep` and `--forget`" in both
    assert "has no text 'abc'" in operator.run("sources", "furniture", name, "--keep", "abc", expect=1).err
