from __future__ import annotations

import time

import pytest

from digest.sources.dois import only_doi, read_doi

HEAD = "10.1002/(SICI)1097-4598(199806)21:6"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.21203/rs.3.rs-1234567/v1", "10.21203/rs.3.rs-1234567"),
        ("10.20944/preprints202601.0001.v2", "10.20944/preprints202601.0001"),
        ("https://osf.example.org/10.31234/osf.io/abcde_v12", "10.31234/osf.io/abcde"),
        ("10.26434/chemrxiv-2026-abcde-v2", "10.26434/chemrxiv-2026-abcde"),
        ("10.12688/f1000research.12345.2", "10.12688/f1000research.12345"),
        ("10.7554/eLife.12345.3", "10.7554/elife.12345"),
        ("https://m.example.org/content/10.1101/2026.01.02.26300002v2.full-text", "10.1101/2026.01.02.26300002"),
        (
            "https://m.example.org/content/10.1101/2026.01.02.26300002v1.full.pdf+html?rss=1",
            "10.1101/2026.01.02.26300002",
        ),
        ("https://m.example.org/content/10.64898/2026.01.02.26300002v3", "10.64898/2026.01.02.26300002"),
        ("10.48550/arXiv.2601.00001v2", "10.48550/arxiv.2601.00001"),
        ("10.32388/ABC123.2", "10.32388/abc123"),
        ("10.3310/nihropenres.13001.1", "10.3310/nihropenres.13001"),
        ("10.35241/emeraldopenres.13001.2", "10.35241/emeraldopenres.13001"),
        ("10.15694/mep.2026.000012.1", "10.15694/mep.2026.000012"),
        ("https://r.example.org/10.21203/rs.3.rs-12345/latest.pdf", "10.21203/rs.3.rs-12345"),
    ],
)
def test_versions_of_one_preprint(text: str, doi: str) -> None:
    """Servers write the version behind the DOI in their own ways; the work is one."""
    assert read_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1371/journal.pone.0012345.g001", "10.1371/journal.pone.0012345"),
        ("10.1371/journal.pmed.0012345.t002", "10.1371/journal.pmed.0012345"),
        ("10.7554/eLife.12345.sa1", "10.7554/elife.12345"),
        ("10.7554/eLife.12345.2.sa1", "10.7554/elife.12345"),
        ("10.7554/eLife.12345.abs", "10.7554/elife.12345"),
        ("10.7717/peerj.1234/fig-1", "10.7717/peerj.1234"),
        ("https://s.example.org/doi/10.5555/x.1c00001/suppl_file/x1c00001_si_001.pdf", "10.5555/x.1c00001"),
    ],
)
def test_parts_of_one_paper(text: str, doi: str) -> None:
    """Figures, tables, abstracts and reviews have DOIs of their own: the paper is one."""
    assert read_doi(text) == doi


@pytest.mark.parametrize(
    "doi",
    ["10.3310/hta20101.2", "10.5281/zenodo.1001", "10.1371/journal.pone.0012345", "10.5555/j.x.2026.105.2",
     "10.5555/abc123.2", "10.5555/journal.pone.0012345.g001", "10.5555/x.2601.00001v2"],
)  # fmt: skip
def test_an_end_like_a_version_tells_papers_apart_elsewhere(doi: str) -> None:
    """Only those who write so mean the same paper."""
    assert read_doi(doi) == doi


@pytest.mark.parametrize("text", ["DOI10.5555/x.1", "doi10.5555/x.1", "(DOI10.5555/x.1)"])
def test_a_label_may_stand_before_it_without_a_blank(text: str) -> None:
    """Exports leave the blank out; another letter before it makes it something else."""
    assert read_doi(text) == "10.5555/x.1"
    assert read_doi("no10.5555/x.1") is None


@pytest.mark.parametrize(
    "tail",
    ["/full", "/full/html", "/fulltext", "/epdf", "/pdf", "/pdfft", "/abstract", "/references", "/figures/2", ".full",
     ".long", ".short", ".pdf", ".epdf", ".full-text", ".full.pdf", ".full.pdf+html", ".supplementary-material",
     ".abstract",
     "?rss=1", "#sec-2", "/full?x=1#y", "&type=printable", "&amp;type=printable", ";jsessionid=AB.12", ".", ").", "],",
     "/", "”.", "—see", "</a>", "%3Fx=1"],
)  # fmt: skip
@pytest.mark.parametrize("doi", ["10.5555/abc.2026.77", "10.5555/s1474-4422(26)00001-1", "10.5555/s00415-026-1"])
def test_what_stands_behind_a_doi_is_no_part_of_it(doi: str, tail: str) -> None:
    """Ways of looking at a paper, sessions, and the marks of the sentence around it."""
    assert read_doi(f"https://j.example.org/doi/{doi}{tail}") == doi


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.5555//abc.1", "10.5555/abc.1"),
        ("https://dx.doi.org/10.5555%2FABC.1", "10.5555/abc.1"),
        ("doi:10.5555/s00415\u2010026\u20111", "10.5555/s00415-026-1"),
        ("10.5555/ab\u00adc\u200b.1", "10.5555/abc.1"),
        ("10.1093/brain/awaa123/7654321", "10.1093/brain/awaa123"),
        ("10.5555/1234/5678", "10.5555/1234/5678"),
        ("10.5555/x.v1a", "10.5555/x.v1a"),
        ("10.5555/gjhs.v8n6p1", "10.5555/gjhs.v8n6p1"),
        ("10.5555/abc<b>12</b>", "10.5555/abc"),
        ("10.5555/", None),
        ("10.5555/.", None),
    ],
)
def test_spellings(text: str, doi: str | None) -> None:
    """One DOI is written in one way, and no other is made of it."""
    assert read_doi(text) == doi


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<701::AID-MUS1>3.0.CO;2-O",
        "https://doi.org/" + HEAD + "%3C701%3A%3AAID-MUS1%3E3.0.CO%3B2-O",
        "https://doi.org/10.1002/%28SICI%291097-4598%28199806%2921%3A6%3C701::AID-MUS1%3E3.0.CO;2-O",
        HEAD + "&lt;701::AID-MUS1&gt;3.0.CO;2-O",
        HEAD + "&#60;701::AID-MUS1&#62;3.0.CO;2-O",
        f"(doi: {HEAD}<701::AID-MUS1>3.0.CO;2-O).",
    ],
)
def test_dois_of_the_old_form_are_whole(text: str) -> None:
    """What stands in the angle brackets tells the papers of one issue apart."""
    assert read_doi(text) == "10.1002/(sici)1097-4598(199806)21:6<701::aid-mus1>3.0.co;2-o"


@pytest.mark.parametrize(
    "text",
    [HEAD, HEAD + "<701", HEAD + " <701::AID-MUS1>3.0.CO;2-O", HEAD + "<b>", "10.5555/1520-0442(2004)017",
     "10.5555/1520-0442(2004)017:0001"],
)  # fmt: skip
def test_the_half_of_an_old_doi_names_no_paper(text: str) -> None:
    """All papers of an issue share it, so two of them would become one."""
    assert read_doi(text) is None


def test_other_old_dois() -> None:
    """Without the word in front, too; those with brackets of another kind are whole as they are."""
    assert read_doi("10.5555/1520-0442(2004)017<0001:ABC>2.0.CO;2") == "10.5555/1520-0442(2004)017<0001:abc>2.0.co;2"
    assert read_doi("10.1016/0006-8993(94)91456-7") == "10.1016/0006-8993(94)91456-7"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("Three walked (doi:10.5555/own).", "10.5555/own"),
        ("An earlier trial (doi:10.5555/other) found less.", None),
        ("Two previous large studies (10.5555/other). This one is 10.5555/own.", "10.5555/own"),
        ("See also 10.5555/other", None),
        ("Walking was better compared with placebo (10.5555/own).", "10.5555/own"),
        ("A comment on 10.5555/other.", None),
    ],
)
def test_a_doi_that_is_only_mentioned_is_another_study_s(text: str, doi: str | None) -> None:
    """Two studies do not become one because one speaks of the other."""
    assert only_doi([text]) == doi


@pytest.mark.parametrize(
    "unit", ["10.5555/", "10.5555/a", "10.", "10.5555/(((", "10.5555/a.pdf", "10.5555/a<b>", "&lt;"]
)
def test_hostile_text_costs_little(unit: str) -> None:
    """A megabyte of beginnings is read in a moment."""
    started = time.perf_counter()
    only_doi([unit * (1_000_000 // len(unit))])
    assert time.perf_counter() - started < 5
