"""Asking the domain name system; dnspython asks, and follows the machine's own settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from digest.errors import DigestError

#: How long (seconds) one question may take, all name servers together.
PATIENCE = 10.0


class Names(Protocol):
    """What can be asked. Nothing there gives nothing; DigestError when no name server answers."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each in one piece."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IPv4 and IPv6 addresses of a name."""

    def pointers(self, address: str) -> tuple[str, ...]:
        """The names an address has, without a dot at the end."""


class DnsNames:
    """Asks the name servers of this machine."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._given = resolver

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each in one piece (RFC 7208, 3.3)."""
        return _heard(
            name, lambda: [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]
        )

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IPv4 and IPv6 addresses of a name."""
        return _heard(name, lambda: self._resolver.resolve_name(name, lifetime=PATIENCE).addresses())

    def pointers(self, address: str) -> tuple[str, ...]:
        """The names an address has, without a dot at the end."""
        name = dns.reversename.from_address(address)
        return _heard(address, lambda: [one.target.to_text(omit_final_dot=True) for one in self._ask(name, "PTR")])

    def _ask(self, name: str | dns.name.Name, kind: str) -> dns.resolver.Answer:
        return self._resolver.resolve(name, kind, lifetime=PATIENCE)

    @property
    def _resolver(self) -> dns.resolver.Resolver:
        if self._given is None:
            self._given = dns.resolver.Resolver()
        return self._given


def _text(strings: Iterable[bytes]) -> str:
    return b"".join(strings).decode("utf-8", "replace")


def _heard(name: str, ask: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """What is answered; a name that is not there has no records, and that nobody answers is told."""
    try:
        return tuple(ask())
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        words = str(error).partition("\n")[0] or type(error).__name__
        raise DigestError(
            f"the name servers do not answer about {name}: {words}. Try again, or pass over this with --offline"
        ) from error
