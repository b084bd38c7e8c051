"""Where a fetch may connect to, and for how long: the network under the fetcher.

A feed's address, a link in it, or a redirect may point into the operator's own network (SSRF). So the name is
resolved once, every address it has must be public, and the connection goes to one of those very addresses: a second
look-up by the HTTP library could be answered differently. Host header and TLS name stay those of the url.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from digest.errors import SourceError

#: Seconds one address may take to accept the connection before the next is tried.
LONGEST_CONNECT = 10.0

#: IPv6 that carries an IPv4 address to a translator (RFC 6052): as good as that address.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

#: Within networks, though Python calls them global: translators of one's own (RFC 8215), the site-local addresses of
#: old (RFC 3879), and IPv4 addresses as IPv6 once wrote them (RFC 4291, 2.5.5.1).
_WITHIN = tuple(map(ipaddress.ip_network, ("64:ff9b:1::/48", "fec0::/10", "::/96")))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Deadline:
    """An instant after which a fetch is over, however many reads it is made of."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds that are left.

        Raises:
            SourceError: none are.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise SourceError(f"it took longer than {self._seconds:g} s")
        return left if at_most is None else min(left, at_most)


class PrivateAddressError(SourceError):
    """An address that an operator may allow."""


class GuardedNetwork(httpcore.NetworkBackend):
    """Connections to public addresses, within one deadline.

    Args:
        deadline: for everything these connections do.
        allow_private: connect to any address, for an operator's feed on their own network.
    """

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that answers."""
        longest = min(timeout or LONGEST_CONNECT, LONGEST_CONNECT)
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                left = self._deadline.left(longest)
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        """Refused: no url we fetch means a file of this machine."""
        raise SourceError("a feed cannot be fetched from a local socket", permanent=True)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private and not all(map(is_public, addresses)):
            raise PrivateAddressError(
                f"{host} is an address inside a private network, which is refused but for a source with"
                " `allow_private: true` (sources[].allow_private)",
                permanent=True,
            )
        return addresses


def is_public(text: str) -> bool:
    """True for an address of the public internet, seen through every way of writing an IPv4 address in IPv6."""
    try:
        address: _Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if any(address in network for network in _WITHIN):
        return False
    return all(one.is_global and not one.is_multicast for one in (address, *_embedded(address)))


def _embedded(address: _Address) -> list[_Address]:
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


class _TimedStream(httpcore.NetworkStream):
    """A stream each of whose waits ends with the deadline: a server that sends a byte now and then gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
