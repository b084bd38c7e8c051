from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.binary import binary_kind

TEXT = "Walking and rest\n\nLimits\nThe study was small – it had “40” people.\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF file"),
        (b"PK\x03\x04\x14\x00", "a ZIP file, as .docx, .odt and .epub are"),
        (b"\x89PNG\r\n\x1a\n\x00", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"RIFF\x00\x01\x00\x00WEBPVP8", "a picture"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"{\\rtf1\\ansi hello}", "an RTF file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "a file of an old word processor, such as .doc"),
        (b"notes.txt" + bytes(248) + b"ustar\0", "a tar file"),
    ],
)
def test_a_file_is_known_by_how_it_begins(data: bytes, kind: str) -> None:
    """Whatever its name ends with."""
    assert binary_kind(data) == kind


def test_a_file_full_of_control_characters_is_no_text() -> None:
    """Such as what a program wrote for itself."""
    assert binary_kind(random.Random(1).randbytes(4_000)) == "a file of a program, without text"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252"]
)
@pytest.mark.parametrize("length", [1, 40])
def test_a_text_is_one_in_any_encoding(encoding: str, length: int) -> None:
    """With a mark in front or without."""
    assert binary_kind((TEXT * length).encode(encoding)) is None


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("shift_jis", "歩行の研究です。"), ("iso2022_jp", "歩行の研究です。"), ("koi8-r", "Ходьба и отдых."),
     ("gb18030", "走路的研究。")],
)  # fmt: skip
def test_other_scripts_are_texts(encoding: str, text: str) -> None:
    """Though their bytes look like anything where their encoding is not known."""
    assert binary_kind((text * 30).encode(encoding)) is None


@given(st.lists(st.sampled_from(["\0", "\x0b", "\x0c", "\x1a", "\x1b[1m", "\x01"]), max_size=7))
def test_what_somebody_pasted_makes_no_binary_of_a_text(strays: list[str]) -> None:
    """A few control characters, a zero byte among them."""
    assert binary_kind((TEXT + "".join(strays) + TEXT).encode()) is None
