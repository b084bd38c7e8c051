"""The readers as files: in and out, whole."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Body, Query
from fastapi.responses import Response
from pydantic import Field

from digest import pipeline
from digest.subscribers import write_subscribers_csv, write_subscribers_yaml
from digest.web.api.answers import Answer, Call
from digest.web.api.doors import Caller, ForOperators, router_for, write_down
from digest.web.api.readers_file import read_csv, read_yaml
from digest.web.site import Newsroom

operators = router_for(ForOperators, "files")
ROUTERS = (operators,)


class Form(StrEnum):
    """What a file of readers is written in."""

    CSV = "csv"
    YAML = "yaml"


class ImportCall(Call):
    """A file of readers."""

    format: Form
    text: str = Field(max_length=9_000_000, description="The file.")


class ImportProblem(Answer):
    """What is wrong with one row; the others went in."""

    place: str
    message: str


class ImportedAnswer(Answer):
    """What a file came to."""

    new: int
    changed: int
    unchanged: int
    kept_away: int = Field(description="Rows of somebody who has left, or whose address is suppressed.")
    problems: list[ImportProblem]


#: A file is text to whoever reads CSV; YAML has a shape of its own, which is that of `import`.
_FORMS = {"text/csv": {"schema": {"type": "string"}}, "application/yaml": {"schema": {}}}


@operators.get("/export", response_class=Response, responses={200: {"description": "The file.", "content": _FORMS}})
def exported(
    digest: Newsroom,
    person: Caller,
    form: Annotated[Form, Query(alias="format", description="What to write.")] = Form.CSV,
) -> Response:
    """All readers, in the form that `import` reads. It holds addresses and interests: keep it safe."""
    readers = digest.store.subscribers()
    write_down(digest, person, "exported all readers")
    if form is Form.CSV:
        return Response(write_subscribers_csv(readers), media_type="text/csv")
    return Response(write_subscribers_yaml(readers), media_type="application/yaml")


@operators.post("/import")
def imported(digest: Newsroom, person: Caller, call: Annotated[ImportCall, Body()]) -> ImportedAnswer:
    """Bring a file of readers in: each row replaces what its reader chose, all but a pause.

    Nobody who left or bounced comes back by it.
    """
    read = (read_csv if call.format is Form.CSV else read_yaml)(digest, call.text, "file")
    synced = pipeline.sync(digest.store, [row.subscriber for row in read.subscribers], now=digest.clock())
    write_down(digest, person, f"imported a file of readers: {synced.new} new, {synced.changed} changed")
    return ImportedAnswer(
        new=synced.new,
        changed=synced.changed,
        unchanged=synced.unchanged,
        kept_away=synced.kept_away,
        problems=[ImportProblem(place=one.place, message=one.message) for one in read.problems],
    )
