"""Tokens on the command line: shown once, listed by name, revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from digest.cli.commands import application
from digest.errors import InputError

Call = Callable[..., Result]

CONFIG = """\
newsletter: {name: Monthly, from: digest@example.org, base_url: "http://localhost:8000"}
"""


@pytest.fixture
def call(tmp_path: Path, sqlite_url: str) -> Call:
    """Calls the command in this process; starting one for each call would take longer than all they do."""
    (tmp_path / "digest.yaml").write_text(f"{CONFIG}database: {sqlite_url}\n", encoding="utf-8")

    def call(*words: str) -> Result:
        arguments = ["--config", str(tmp_path / "digest.yaml"), "--now", "2026-11-15T12:00", "token", *words]
        return CliRunner().invoke(application, arguments)

    return call


def test_a_token_is_shown_once(call: Call, tmp_path: Path) -> None:
    """Its maker sees it; no list and no database does."""
    made = json.loads(call("create", "reports", "--role", "operator", "--days", "30", "--json").stdout)
    assert (made["name"], made["role"], made["expires_at"][:10]) == ("reports", "operator", "2026-12-15")
    listed = json.loads(call("list", "--json").stdout)
    assert listed == [{key: value for key, value in made.items() if key != "token"}]
    assert "reports" in call("list").stdout
    assert not any(made["token"].encode() in file.read_bytes() for file in tmp_path.glob("digest.db*"))


def test_for_people_only_the_token_is_printed(call: Call) -> None:
    """So that it can go into a file or a variable; what else is to be said goes to standard error."""
    ran = call("create", "reports")
    assert len(ran.stdout.split()) == 1 and "not shown again" in ran.stderr


def test_names_are_distinct(call: Call) -> None:
    """Two tokens of one name could not be told apart."""
    call("create", "reports")
    assert isinstance(call("create", "reports").exception, InputError)


def test_a_revoked_token_is_gone(call: Call) -> None:
    """Its name is free again; what is not there cannot be revoked."""
    call("create", "reports")
    assert call("revoke", "reports").exit_code == 0
    assert json.loads(call("list", "--json").stdout) == []
    assert isinstance(call("revoke", "reports").exception, InputError)
    assert call("create", "reports").exit_code == 0
