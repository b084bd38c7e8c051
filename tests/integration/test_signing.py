"""From a key file in the settings to a signed mail, and what `doctor` says about keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.app import make_digest
from digest.config import load_settings
from digest.doctor import Finding, examine
from digest.errors import ConfigError
from digest.newsroom import Digest


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A newsletter whose mails are signed."""
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "d2026.pem").write_bytes(key)
    (tmp_path / "d2026.pem").chmod(0o600)
    newsletter = {
        "name": "Monthly",
        "from": "digest@bücher.example.org",
        "base_url": "http://localhost:8000",
        "dkim": [{"selector": "d2026", "key_file": "d2026.pem"}],
    }
    path = tmp_path / "digest.yaml"
    path.write_text(yaml.safe_dump({"newsletter": newsletter}), encoding="utf-8")
    return path


def finding(config: Path, what: str) -> Finding:
    findings = examine(lambda: make_digest(load_settings(config, {})))
    return next(found for found in findings if found.what == what)


@pytest.fixture
def digest(config: Path) -> Iterator[Digest]:
    with make_digest(load_settings(config, {})) as made:
        yield made


def test_the_key_signs_for_the_domain_of_the_from_address(digest: Digest) -> None:
    """In the form the domain has in the domain name system; it is loaded when the newsletter is put together."""
    (key,) = digest.dkim
    assert (key.domain, key.selector, key.algorithm) == ("xn--bcher-kva.example.org", "d2026", "ed25519-sha256")


def test_doctor_says_where_to_publish(config: Path) -> None:
    """An operator reads which record each key needs."""
    found = finding(config, "signature")
    assert found.ok and "d2026._domainkey.xn--bcher-kva.example.org (ed25519-sha256)" in found.detail


def test_doctor_minds_a_key_that_others_can_read(config: Path) -> None:
    """With the words that mend it."""
    (config.parent / "d2026.pem").chmod(0o644)
    found = finding(config, "signature")
    assert not found.ok and f"chmod 600 {config.parent}/d2026.pem" in found.detail


def test_doctor_says_when_nothing_is_signed(config: Path) -> None:
    """No key is no fault: a server may sign."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    del settings["newsletter"]["dkim"]
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    found = finding(config, "signature")
    assert found.ok and "unsigned" in found.detail


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"secret words", "no private key")])
def test_a_wrong_key_file_is_named(config: Path, content: bytes | None, words: str) -> None:
    """Before anything is sent, and without showing what is in it."""
    file = config.parent / "d2026.pem"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        make_digest(load_settings(config, {}))
    assert "newsletter.dkim[0]" in str(caught.value) and str(file) in str(caught.value)
    assert "secret words" not in str(caught.value) and not finding(config, "configuration").ok
