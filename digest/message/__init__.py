"""An edition addressed to one subscriber, as the bytes that go over the wire.

FrozenEdition, Addressee -> Composer -> Message

Every fragment of the pool is encoded once as quoted-printable that ends in a soft line break (RFC 2045, 6.7), so that
encoded fragments may stand behind one another in any order: a message is one list of bytes, its headers included, with
holes for a reader's few values.
"""

from digest.message.composer import Addressee, Composer
from digest.message.headers import HEADERS, UNLISTED_HEADERS, header_text

__all__ = ["HEADERS", "UNLISTED_HEADERS", "Addressee", "Composer", "header_text"]
