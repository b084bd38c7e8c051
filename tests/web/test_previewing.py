"""Previews from what is rendered once for all readers: the same bytes, and never older than the issue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digest import correcting
from digest import desk as acts
from digest.edition import Templates, bundled_directory
from digest.models import Amendment, CorrectionState, Pin, Role
from digest.newsroom import Digest
from digest.web.previewing import content_of
from tests.web.api_parts import Program
from tests.web.conftest import Desk
from tests.web.sample import MONTH, filled


def test_what_is_rendered_for_all_gives_the_same_bytes(desk: Desk) -> None:
    """The first preview renders one reader's items; those after it are joined from the whole pool."""
    issue = filled(desk.digest)
    program, site = Program(desk, Role.OPERATOR), desk.app.state.site

    def mail() -> dict[str, Any]:
        return program.post(f"/issues/{MONTH}/preview", reader="ada@example.org")

    first = mail()
    site.errands.wait()
    pool = site.errands.known(("pool", *content_of(desk.digest, issue)))
    assert len(pool.headlines) == 4
    assert mail() == first


def pins(digest: Digest) -> None:
    acts.change(digest, digest.issue(MONTH), [Pin(summary_id=2)], by="ada@example.org")


def corrects(digest: Digest) -> None:
    correcting.write(digest, 1, "It was ten people.", kind=Amendment.CORRECTED, by="ada@example.org")
    assert digest.store.corrections(CorrectionState.STANDING)


@pytest.mark.parametrize("change", [pins, corrects])
def test_what_was_rendered_is_not_used_for_something_else(desk: Desk, change) -> None:
    """An editor's act and a correction each make it another issue than the one that was rendered."""
    issue = filled(desk.digest)
    before = content_of(desk.digest, issue)
    assert content_of(desk.digest, issue) == before
    change(desk.digest)
    assert content_of(desk.digest, issue) != before


def test_a_changed_template_is_seen_at_once(tmp_path: Path) -> None:
    """Whoever writes a template of their own looks at it in the preview: another one makes another issue."""
    templates = Templates([tmp_path, bundled_directory()])
    before = templates.stamp()
    assert templates.stamp() == before
    (tmp_path / "_more.html").write_text("<p>More</p>")
    once = templates.stamp()
    assert once != before
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "end.html").write_text("<p>End</p>")
    assert templates.stamp() not in (before, once)
