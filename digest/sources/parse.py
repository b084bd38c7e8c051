"""The child that reads hostile documents: `python -m digest.sources.parse` (see `sandbox.py`).

For each job a line of JSON comes in, `{"job": …, "size": …, …}`, and so many bytes behind it; one line of JSON goes
out, `{"value": …}` or `{"refused": "why"}`. It ends when its input does.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

#: How PDF, PNG, GIF, JPEG, ZIP (and so DOCX) and gzip files begin.
_NO_PAGES = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b")


def main() -> None:
    """Read jobs until there are no more. Arguments: bytes of address space, seconds of CPU for one job."""
    memory, cpu = map(int, sys.argv[1:])
    _limit_process(memory)
    take, give = sys.stdin.buffer, sys.stdout.buffer
    for line in iter(take.readline, b""):
        job = json.loads(line)
        data = take.read(job["size"])
        _limit_job(cpu)
        give.write(json.dumps(_answer(job, data)).encode() + b"\n")
        give.flush()


def _limit_process(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_job(cpu: int) -> None:
    """The soft limit counts from the start of the process, so it is moved on by one job's share."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu, hard))


def read_job(job: Mapping[str, Any], data: bytes) -> Any:
    """What one job makes of a document, as values for JSON; it may raise whatever a library does."""
    return _JOBS[job["job"]](data, job)


def _answer(job: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    try:
        return {"value": read_job(job, data)}
    except MemoryError:
        return {"refused": "reading it takes more memory than any real document needs"}
    except RecursionError:
        return {"refused": "it is nested deeper than any real document"}
    except Exception as error:  # noqa: BLE001 - whatever a hostile document does to a library, the parent hears of it
        return {"refused": f"{error}"[:300] or type(error).__name__}


def _feed(data: bytes, job: Mapping[str, Any]) -> Any:
    # Imported here, since a page needs no feedparser (60 ms).
    from digest.sources.items import feed_to
    from digest.sources.jsonfeed import is_json, parse_json
    from digest.sources.xmlfeed import parse_xml

    parse = parse_json if is_json(data) else parse_xml
    parsed = parse(data, charset=job["charset"])
    return feed_to(parsed)


def _page(data: bytes, job: Mapping[str, Any]) -> Any:
    if data.startswith(_NO_PAGES):
        raise ValueError("it is no web page but a file of another kind, such as a PDF or an image")
    from digest.sources.decode import decoded
    from digest.sources.headings import Headings
    from digest.sources.markup import read_html
    from digest.sources.pieces import document_to

    text = decoded(data, charset=job["charset"], markup=True)
    return document_to(read_html(text, article=True, headings=Headings(job["headings"])))


def _text(data: bytes, job: Mapping[str, Any]) -> Any:
    from digest.sources.decode import decoded
    from digest.sources.headings import Headings
    from digest.sources.pieces import document_to
    from digest.sources.textfile import taken_apart

    return document_to(taken_apart(decoded(data), markdown=job["markdown"], headings=Headings(job["headings"])))


def _texts(data: bytes, _job: Mapping[str, Any]) -> Any:
    from digest.sources.pieces import pieces_to
    from digest.sources.textfile import read_typed

    return [pieces_to(read_typed(text).pieces) for text in json.loads(data)]


_JOBS: Mapping[str, Callable[[bytes, Mapping[str, Any]], Any]] = {
    "feed": _feed,
    "page": _page,
    "text": _text,
    "texts": _texts,
}


if __name__ == "__main__":
    main()
