"""Settings are read: defaults, then the file, then the environment, then flags, and every fault is told at once."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from digest.config.draft import Draft, Place
from digest.config.faults import across, sentence
from digest.config.keys import SEVERAL, known_keys, parts_of
from digest.config.schema import Settings
from digest.config.sections import Section
from digest.config.wording import did_you_mean
from digest.errors import ConfigError, InputError
from digest.located import Located, read_yaml

DEFAULT_FILE = Path("digest.yaml")

#: A key of one of several transports: its name, and the key.
_OF_SEVERAL = re.compile(r"DIGEST_TRANSPORTS__([A-Z][A-Z0-9]*)__(\w+)")

#: Not settings: which file, and which instant to rehearse (both read elsewhere as flags).
OTHER_VARIABLES = frozenset({"DIGEST_CONFIG", "DIGEST_NOW"})


def load_settings(path: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Settings:
    """The settings, of defaults < file < environment < flags.

    Args:
        path: the file; None for `DIGEST_CONFIG`, or else `digest.yaml` in the working folder.
        environ: variables; of those that begin with `DIGEST_` every one must mean something. Empty ones count as unset.
        flags: values by dotted key (`newsletter.base_url`); None counts as not given.

    Raises:
        ConfigError: all that is wrong, each with its place, its key and what to do. It never shows a secret.
    """
    path = path or Path(environ.get("DIGEST_CONFIG") or DEFAULT_FILE)
    draft = Draft(_read_file(path), str(path))
    if "secret_key" in draft.data:
        draft.report(
            ("secret_key",), "it does not belong in a file others read: set DIGEST_SECRET_KEY, or secret_key_file"
        )
        del draft.data["secret_key"]
    _put_environment(draft, environ)
    _put_flags(draft, flags or {})
    settings = _validated(draft, path.absolute().parent)
    for place, message in across(draft.data):
        draft.report(place, message)
    if draft.problems or settings is None:
        raise ConfigError(_all(draft.problems))
    return settings


def _all(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} settings are wrong:\n" + "\n".join(f"  {problem}" for problem in problems)


def _read_file(path: Path) -> Located:
    try:
        located = read_yaml(path.read_text(encoding="utf-8"), name=str(path))
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}: make one with `digest init`, or name yours with --config") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}") from None
    except InputError as error:
        raise ConfigError(str(error)) from None
    if located.value is not None and not isinstance(located.value, dict):
        raise ConfigError(f"{path}:1: settings are keys with values, such as `newsletter:`")
    return located


def _put_environment(draft: Draft, environ: Mapping[str, str]) -> None:
    by_variable = {key.variable: key for key in known_keys() if key.variable}
    for variable in sorted(environ, key=lambda name: (name.count("__"), name)):  # a whole section before its keys
        if not variable.startswith("DIGEST_") or variable in OTHER_VARIABLES or not environ[variable].strip():
            continue
        if (found := _OF_SEVERAL.fullmatch(variable)) and (key := by_variable.get(f"DIGEST_TRANSPORT__{found[2]}")):
            by_variable[variable] = replace(key, path=(*SEVERAL, found[1].lower(), *key.path[1:]))
        if variable not in by_variable:
            close = difflib.get_close_matches(variable, [*by_variable, *OTHER_VARIABLES], n=1)
            draft.problems.append(f"{variable}: there is no such setting{did_you_mean(close)}")
            continue
        try:
            draft.put(by_variable[variable].path, _from_text(environ[variable], by_variable[variable].field), variable)
        except InputError:  # its message might show a part of a secret
            draft.problems.append(f"{variable}: this is not valid YAML; write [a, b] or {{key: value}}")


def _from_text(text: str, field: FieldInfo) -> Any:
    """Text as it stands, but lists and maps in YAML where the key takes one, and `null` where it takes none."""
    parts = set(parts_of(field.annotation))
    structured = any(isinstance(part, type) and issubclass(part, tuple | Mapping | Section) for part in parts)
    if structured and text.lstrip()[:1] in ("[", "{"):
        return read_yaml(text, name="").value
    return None if text.strip() == "null" and types.NoneType in parts else text


def _put_flags(draft: Draft, flags: Mapping[str, Any]) -> None:
    for name, value in flags.items():
        if value is not None:
            draft.put(tuple(name.split(".")), value, "command line")


def _validated(draft: Draft, folder: Path) -> Settings | None:
    try:
        return Settings.model_validate(draft.data, context={"folder": folder})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            path: Place = tuple(step for step in detail["loc"] if not str(step).startswith("<"))
            while path and isinstance(path[-1], int) and not isinstance(draft.at(path[:-1]), list):
                path = path[:-1]
            draft.report(path, sentence(detail["type"], detail.get("ctx", {}), path, draft))
    return None
