"""One accent colour in, all the shades of a mail out, each readable on what it stands on in light and in dark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.errors import ConfigError

#: WCAG 2.2, 1.4.3 asks for 4.5; the rest is for screens in the sun and tired eyes, by night as much as 1.4.6 asks.
_ENOUGH_BY_DAY, _ENOUGH_BY_NIGHT = 5.2, 7.0

_Rgb = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shades:
    """The colours of one scheme, each `#rrggbb`."""

    #: The page, the card on it, and hairlines.
    page: str
    card: str
    line: str
    #: Text, and quieter text.
    ink: str
    muted: str
    #: The accent as text and links, a wash of it to stand on, and what is written on a full accent.
    accent: str
    tint: str
    on_accent: str
    #: The box of important considerations: its wash, edge and text.
    warm: str
    warm_line: str
    warm_ink: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """A mail's colours by day and by night."""

    light: Shades
    dark: Shades


def palette(accent: str) -> Palette:
    """The palette made from one accent colour; the accent is darkened or lightened until it can be read.

    Raises:
        ConfigError: it is not of the form `#rrggbb`.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise ConfigError(f"the accent colour {accent!r} must be written as # and six hex digits, such as #0f6a6a")
    colour = _parse(accent)
    tint_by_day, tint_by_night = _mix(colour, _parse("#ffffff"), 0.07), _mix(colour, _parse("#1b272b"), 0.16)
    by_day = Shades(
        page="#eef2f1", card="#ffffff", line="#dbe3e2", ink="#1c2a2e", muted="#4a5a60",
        accent=_readable(colour, on=tint_by_day, towards="#000000", enough=_ENOUGH_BY_DAY),
        tint=tint_by_day, on_accent="#ffffff",
        warm="#fbf5e6", warm_line="#c99a3c", warm_ink="#4f3d12",
    )  # fmt: skip
    by_night = Shades(
        page="#0e1416", card="#172023", line="#2d3a3e", ink="#e4ebeb", muted="#a9b7ba",
        accent=_readable(colour, on=tint_by_night, towards="#ffffff", enough=_ENOUGH_BY_NIGHT),
        tint=tint_by_night, on_accent="#0e1416",
        warm="#2a2519", warm_line="#a98743", warm_ink="#ecdcb2",
    )  # fmt: skip
    return Palette(light=by_day, dark=by_night)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(_parse(one)), _luminance(_parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: _Rgb, *, on: str, towards: str, enough: float) -> str:
    """The first shade on the way to black or white that can be read on this tint."""
    steps = (_mix(_parse(towards), colour, step / 50) for step in range(51))
    return next(shade for shade in steps if contrast(shade, on) >= enough)


def _parse(colour: str) -> _Rgb:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _hex(colour: _Rgb) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in colour)


def _mix(one: _Rgb, other: _Rgb, share: float) -> str:
    """`share` of one in the other."""
    return _hex(tuple(a * share + b * (1 - share) for a, b in zip(one, other, strict=True)))  # type: ignore[arg-type]


def _luminance(colour: _Rgb) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
