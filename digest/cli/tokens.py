"""`digest token …`: who may call the HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from digest import access
from digest.cli.session import Output
from digest.cli.tables import cell, table
from digest.models import Credential, CredentialKind, Role

application = typer.Typer(help="The tokens that programs call the HTTP API with.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is for, in one line.")]


@application.command("create")
def create(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What its bearer may do.")] = Role.EDITOR,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="How many days it lasts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token, and show it this once: only its hash is kept."""
    with context.obj.open() as digest:
        secret = access.make_token(digest, name, role, days=days)
        made = next(one for one in digest.store.credentials(CredentialKind.API) if one.person.name == name)
    Output(as_json=as_json).result(
        {**_data(made), "token": secret}, lambda console: console.print(secret, markup=False, soft_wrap=True)
    )
    if not as_json:
        typer.echo("Keep it safe: it is not shown again.", err=True)


@application.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the tokens there are, by name: what they may do, and how long."""
    with context.obj.open() as digest:
        now = digest.clock()
        found = [one for one in digest.store.credentials(CredentialKind.API) if not _has_ended(one, now)]
    Output(as_json=as_json).result([_data(one) for one in found], lambda console: _show(console, found))


@application.command("revoke")
def revoke(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """End a token at once."""
    with context.obj.open() as digest:
        access.revoke_token(digest, name)
    Output(as_json=as_json).result(
        {"name": name, "revoked": True},
        lambda console: console.print(f"The token {name!r} opens nothing any more.", markup=False),
    )


def _has_ended(token: Credential, now: datetime) -> bool:
    return token.expires_at is not None and token.expires_at <= now


def _data(token: Credential) -> dict[str, Any]:
    return {
        "name": token.person.name,
        "role": token.person.role,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }


def _show(console: Console, tokens: Sequence[Credential]) -> None:
    made = table("Name", "Role", "Made (UTC)", "Ends (UTC)")
    for one in tokens:
        ends = f"{one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else "never"
        made.add_row(cell(one.person.name), one.person.role.value, f"{one.created_at:%Y-%m-%d %H:%M}", ends)
    console.print(made)
