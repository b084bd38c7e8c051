"""What a new newsletter begins with: the files that `digest init` and `digest demo` write. Never overwrites one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from digest.errors import InputError


def write(directory: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write a configuration, an example list of readers and a folder for summaries.

    Returns:
        The files written, and those that were there before and were kept.

    Raises:
        InputError: the directory cannot be written to.
    """
    data = resources.files("digest") / "data"
    return _place(
        directory,
        {
            "digest.yaml": data / "digest.example.yaml",
            "subscribers.yaml": example_subscribers(),
        },
        folders=("summaries",),
    )


def write_demo(directory: Path) -> None:
    """Write the demo: its configuration, invented readers, a feed and a folder of invented summaries.

    Raises:
        InputError: the directory cannot be written to.
    """
    demo = resources.files("digest") / "data" / "demo"
    _place(directory, dict(_files(demo, "")))


def example_subscribers() -> Traversable:
    """The documented example list: inside the package when installed, at the top of the checkout otherwise."""
    inside = resources.files("digest") / "data" / "subscribers.example.yaml"
    return inside if inside.is_file() else Path(__file__).parents[1] / "subscribers.example.yaml"


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        found += _files(entry, f"{name}/") if entry.is_dir() else [(name, entry)]
    return found


def _place(
    directory: Path, files: Mapping[str, Traversable], *, folders: Sequence[str] = ()
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    written: list[Path] = []
    kept: list[Path] = []
    for name in folders:
        _make_folder(directory / name)
    for name, source in files.items():
        path = directory / name
        if path.exists():
            kept.append(path)
            continue
        _make_folder(path.parent)
        try:
            with source.open("rb") as reading, path.open("xb") as writing:
                shutil.copyfileobj(reading, writing)
        except OSError as error:
            raise InputError(f"it cannot be written: {error.strerror}", place=str(path)) from error
        written.append(path)
    return tuple(written), tuple(kept)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder cannot be made: {error.strerror}", place=str(folder)) from error
