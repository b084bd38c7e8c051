"""The templates of a mail, and what may go wrong in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2 import TemplateError as JinjaError
from markupsafe import Markup

from digest.edition.colours import palette
from digest.edition.view import direction
from digest.edition.wording import spoken_date, wrapped
from digest.errors import TemplateError
from digest.models import Newsletter

#: Controls, line separators, bidirectional overrides and halves of surrogates: no text of ours has a use for them.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def bundled_directory() -> Path:
    """Where our own email templates are: in the wheel inside the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_templates" / "email"
    return installed if installed.is_dir() else package.parent / "templates" / "email"


def look(newsletter: Newsletter) -> Mapping[str, Any]:
    """What every template of this newsletter's mails may use. ConfigError when its accent is no colour."""
    return {
        "newsletter": newsletter,
        "direction": direction(newsletter.language),
        "palette": palette(newsletter.accent),
    }


class Templates:
    """Templates by name; of two directories the earlier one wins, file by file."""

    def __init__(self, directories: Sequence[Path]) -> None:
        """Look in these directories, an operator's own before ours."""
        self._directories = tuple(str(directory) for directory in directories)
        self._environment = _environment(self._directories)

    def stamp(self) -> int:
        """A number that becomes another whenever somebody changes a template."""
        files = (file for directory in self._directories for file in Path(directory).rglob("*.*"))
        return hash(tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files))

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """The text of this template.

        Raises:
            TemplateError: it is missing, wrong, or uses a value that is not there; the message names file and line.
        """
        with self._explained(name):
            return self._environment.get_template(name).render(context)

    def macros(self, name: str, context: Mapping[str, Any]) -> Any:
        """The macros of this template as attributes of one object. Raises TemplateError as `render` does."""
        with self._explained(name):
            return self._environment.get_template(name).make_module(dict(context))

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except TemplateNotFound as error:
            where = ", ".join(self._directories)
            raise TemplateError(f"{name}: there is no template {error.name!r} in {where}") from error
        except TemplateSyntaxError as error:
            raise TemplateError(f"{error.filename or error.name or name}:{error.lineno}: {error.message}") from error
        except (JinjaError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            raise TemplateError(f"{self._place(error.__traceback__) or name}: {error}") from error

    def _place(self, traceback: TracebackType | None) -> str:
        """File and line of the innermost template in a traceback; empty when there is none."""
        place = ""
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if file.startswith(self._directories):
                place = f"{file}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


@lru_cache(maxsize=16)
def _environment(directories: tuple[str, ...]) -> Environment:
    """One for all that read these directories: compiling the templates takes longer than rendering a pool with them.

    A file that changed is compiled again.
    """
    environment = Environment(
        loader=FileSystemLoader(directories),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(wrapped=wrapped, spoken_date=spoken_date)
    return environment


def _printable(value: Any) -> Any:
    # Asked first because it is quick, and nearly all there is.
    if isinstance(value, str) and not value.isprintable() and not isinstance(value, Markup):
        return _UNPRINTABLE.sub("", value)
    return value
