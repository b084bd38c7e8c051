"""The picture that other sites show beside a link to an issue: 1200 by 630 pixels, as they ask for (Open Graph)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from digest.edition.colours import Shades

_SIZE = (1200, 630)
_LEFT, _WIDTH = 150, 900
#: No face has a letter for it: what is drawn in its place is drawn for every letter a face lacks.
_NO_LETTER = "\uffff"
_FACES = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "Arial Unicode.ttf")


def draw_card(name: str, title: str, line: str, shades: Shades) -> bytes:
    """The picture as a PNG.

    Args:
        name: the newsletter's.
        title: the issue's.
        line: what is inside, in a few words.
        shades: the colours by day.
    """
    picture = Image.new("RGB", _SIZE, shades.page)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, _SIZE[0], 18), fill=shades.accent)
    pen.rounded_rectangle((90, 100, 1110, 540), radius=24, fill=shades.card, outline=shades.line, width=2)
    pen.rectangle((_LEFT, 400, _LEFT + 120, 406), fill=shades.accent)
    _write(pen, name, top=150, size=44, colour=shades.accent)
    _write(pen, title, top=235, size=84, colour=shades.ink)
    _write(pen, line, top=440, size=40, colour=shades.muted)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(pen: ImageDraw.ImageDraw, words: str, *, top: int, size: int, colour: str) -> None:
    """The words in one line, smaller where they are long; nothing where no face here has their letters."""
    face = _face_for(words, size)
    while face is not None and size > 24 and face.getlength(words) > _WIDTH:
        size -= 4
        face = _face_for(words, size)
    if face is not None:
        while face.getlength(words) > _WIDTH:
            words = f"{words[:-2].rstrip()}…"
        pen.text((_LEFT, top), words, fill=colour, font=face)


def _face_for(words: str, size: int) -> FreeTypeFont | None:
    letters = {letter for letter in words if not letter.isspace()}
    return next((face for face in _faces(size) if not any(_lacks(face, letter) for letter in letters)), None)


def _faces(size: int) -> Iterator[FreeTypeFont]:
    """The face that comes with the library knows English alone; the others are where machines have them."""
    own = ImageFont.load_default(size)
    if isinstance(own, FreeTypeFont):
        yield own
    for name in _FACES:
        with suppress(OSError):
            yield ImageFont.truetype(name, size)


def _lacks(face: FreeTypeFont, letter: str) -> bool:
    return bytes(face.getmask(letter)) == bytes(face.getmask(_NO_LETTER))
