"""Files that hold no text, whatever their names say: known by how they begin, or by what no text is full of."""

from __future__ import annotations

import re
from typing import Final

from digest.sources.decode import decoded

#: Bytes of a file that are looked at.
LOOKED_AT = 65_536
#: Control characters in a text from which on it is none: so many, and this share of it.
FEWEST_CONTROLS = 8
MOST_CONTROLS = 0.05

_PICTURE = "a picture"
_SIGNATURES: Final = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP file, as .docx, .odt and .epub are"),
    (b"PK\x05\x06", "an empty ZIP file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of an old word processor, such as .doc"),
    (b"{\\rtf", "an RTF file"),
    (b"%!PS", "a PostScript file"),
    (b"\x89PNG\r", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF87a", _PICTURE),
    (b"GIF89a", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"SQLite format 3\0", "a database"),
    (b"\x1f\x8b\x08", "a file packed with gzip"),
    (b"BZh91AY", "a file packed with bzip2"),
    (b"\xfd7zXZ\0", "a file packed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"Rar!\x1a\x07", "a RAR file"),
    (b"bplist0", "a property list"),
    (b"ID3\x03", "a sound"),
    (b"ID3\x04", "a sound"),
    (b"OggS\0", "a sound"),
)
#: Names that stand further inside: of pictures, films and sounds, and of archives.
_INSIDE: Final = (
    (8, b"WEBP", _PICTURE),
    (8, b"WAVE", "a sound"),
    (4, b"ftyp", "a film"),
    (257, b"ustar", "a tar file"),
)
#: Control characters that no text is written with; some mark lines, pages, or another script.
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


def binary_kind(data: bytes) -> str | None:
    """What a file without text seems to be, in words behind "it seems to be"; None for what may be one."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    for place, name, kind in _INSIDE:
        if data[place : place + len(name)] == name and b"\0" in data[:512]:
            return kind
    text = decoded(data[:LOOKED_AT])
    controls = len(_CONTROL.findall(text))
    return "a file of a program, without text" if controls >= max(FEWEST_CONTROLS, MOST_CONTROLS * len(text)) else None
