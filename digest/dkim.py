"""DKIM signatures (RFC 6376, RFC 8463): a receiver can tell that a mail is ours and was not changed on the way.

Written for messages composed here, relaxed/simple: the headers may be folded anew on the way, the body not at all.
The same message gives the same signature, so that a retry sends the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from digest.errors import ConfigError

#: Signed once more than they stand, so that nobody can put a second one in front (RFC 6376, 8.15). Feedback-ID and
#: List-ID are not among them: a provider or a mailing list may add its own.
_ALONE = (
    "from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post", "mime-version",
    "content-type",
)  # fmt: skip
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SPACES = re.compile(rb"[ \t]+")
#: A selector or domain: labels of letters, digits and hyphens between dots.
_LABELS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private key, loaded, and where receivers find its public half: `selector._domainkey.domain`."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def load(cls, pem: bytes, *, domain: str, selector: str) -> DkimKey:
        """The key in this PEM text. Slow for RSA (some 60 ms), so it is done once.

        Raises:
            ConfigError: it is no private key of a kind DKIM knows, is shorter than 2048 bits, or is locked by a
                password; or domain or selector cannot stand in the domain name system.
        """
        for what, name in (("domain", domain), ("selector", selector)):
            if not _LABELS.fullmatch(name):
                raise ConfigError(f"dkim: the {what} {name!r} must be written like a domain name")
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ConfigError(
                "dkim: this is no private key in PEM form without a password; "
                "make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
            ) from None
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise ConfigError("dkim: receivers know RSA and Ed25519 keys only (RFC 8463)")
        if isinstance(key, RSAPrivateKey) and not 2048 <= key.key_size <= 4096:
            raise ConfigError(f"dkim: an RSA key has 2048 to 4096 bits, this one has {key.key_size} (RFC 8301)")
        return cls(domain, selector, key)

    @property
    def algorithm(self) -> str:
        """As it stands in the signature: `rsa-sha256` or `ed25519-sha256`."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record(self) -> str:
        """The TXT record to publish at `selector._domainkey.domain`."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            kind, data = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, data = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={base64.b64encode(data).decode('ascii')}"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        # RFC 8463, 3: it is the hash that Ed25519 signs.
        return self.key.sign(hashlib.sha256(data).digest())


def signatures(keys: Sequence[DkimKey], head: bytes, body: bytes) -> bytes:
    """One DKIM-Signature header for each key, each ended by CRLF, to be put in front of the head.

    Args:
        keys: in the order of the headers; none gives nothing.
        head: all headers as they are sent, each ended by CRLF, without the empty line.
        body: what follows the empty line, with CRLF line ends.
    """
    if not keys:
        return b""
    fields = [_relaxed(field) for field in _FOLD.sub(b"", head).removesuffix(b"\r\n").split(b"\r\n")]
    names = [field.partition(b":")[0].decode("ascii") for field in fields]
    signed = b"".join(field + b"\r\n" for field in _in_order(fields))
    stated = names + [name for name in _ALONE if name in names]
    digest = base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode("ascii")
    return b"".join(_header(key, signed, stated, digest) for key in keys)


def _header(key: DkimKey, signed: bytes, stated: Sequence[str], body_hash: str) -> bytes:
    unsigned = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/simple; d={key.domain};\r\n s={key.selector};\r\n"
        f" h={_folded(':'.join(stated), after=':')};\r\n bh={body_hash};\r\n b="
    ).encode("ascii")
    signature = key._sign(signed + _relaxed(_FOLD.sub(b"", unsigned)))
    encoded = base64.b64encode(signature).decode("ascii")
    lines = (encoded[start : start + 72] for start in range(0, len(encoded), 72))
    return unsigned + "\r\n ".join(lines).encode("ascii") + b"\r\n"


def _in_order(fields: Sequence[bytes]) -> Sequence[bytes]:
    """The fields in the order their names are stated: of several with one name the lowest comes first (5.4.2)."""
    left = Counter(field.partition(b":")[0] for field in fields)
    if max(left.values()) == 1:
        return fields
    by_name: dict[bytes, list[bytes]] = {}
    for field in fields:
        by_name.setdefault(field.partition(b":")[0], []).append(field)
    return [by_name[field.partition(b":")[0]].pop() for field in fields]


def _relaxed(field: bytes) -> bytes:
    """An unfolded field as receivers compare it (RFC 6376, 3.4.2)."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _SPACES.sub(b" ", value).strip(b" ")


def _simple(body: bytes) -> bytes:
    """The body with exactly one line end at its end (RFC 6376, 3.4.3)."""
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _folded(text: str, *, after: str) -> str:
    """The text in lines of some 72 columns, broken after this mark."""
    lines = [""]
    for piece in text.replace(after, after + "\n").split("\n"):
        if len(lines[-1]) + len(piece) > 72:
            lines.append("")
        lines[-1] += piece
    return "\r\n  ".join(lines)
