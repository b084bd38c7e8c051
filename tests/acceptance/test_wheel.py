"""The wheel holds everything: built, installed beside nothing of the checkout, it mails an issue."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What a build reads; the checkout itself is left alone, so that builds at the same time are not in each other's way.
SOURCES = ("digest", "templates", "pyproject.toml", "README.md", "LICENSE", "subscribers.example.yaml")


@dataclass(frozen=True)
class Installed:
    """A clean environment into which the wheel was installed, and a folder far from the checkout."""

    wheel: Path
    environment: Path
    folder: Path

    def run(self, *words: str) -> str:
        """What one of the environment's programs prints; it must end well."""
        return ran([str(self.environment / "bin" / words[0]), *words[1:]], cwd=self.folder)


def ran(words: list[str], *, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIGEST_", "PYTHON", "COV_"))}
    done = subprocess.run(words, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build_wheel(folder: Path) -> Path:
    """A wheel of a copy of the checkout, in a path with a space."""
    copy = folder / "a checkout"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    ran(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(copy)],
        cwd=folder,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    shutil.rmtree(copy)
    return wheel


def borrow_dependencies(environment: Path, folder: Path) -> None:
    """Lend the new environment the libraries of this one, but for Digest itself: no network is needed.

    A `.pth` file in this environment's site-packages (an editable install) is not read from a folder that is itself
    only named in a `.pth` file, so the checkout stays out.
    """
    site = Path(
        ran(
            [str(environment / "bin" / "python"), "-c", "import site; print(site.getsitepackages()[0])"], cwd=folder
        ).strip()
    )
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(folder)
    environment = folder / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    ran([sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "--disable-pip-version-check",
         "install", "--quiet", "--no-deps", "--no-index", str(wheel)], cwd=folder)  # fmt: skip
    borrow_dependencies(environment, folder)
    return Installed(wheel=wheel, environment=environment, folder=folder)


def test_the_package_comes_from_the_wheel(installed: Installed) -> None:
    """What is imported is what was installed, not the checkout."""
    script = "import digest, digest.edition; print(digest.__file__); print(digest.edition.bundled_directory())"
    package, templates = map(Path, installed.run("python", "-c", script).splitlines())
    assert package.is_relative_to(installed.environment) and not package.is_relative_to(ROOT)
    assert templates == package.parent / "_templates" / "email"


def test_the_wheel_mails_an_issue(installed: Installed) -> None:
    """`digest demo` of the installed wheel makes mails with an HTML and a text part, from its own templates."""
    assert "ada@example.org" in installed.run("digest", "demo", "a demo")
    mails = [*(installed.folder / "a demo" / "outbox").glob("*.eml")]
    assert mails
    for path in mails:
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
        assert kinds == ["text/plain", "text/html"]
        html = mail.get_body(("html",))
        assert html is not None and html.get_content().startswith("<!DOCTYPE html")


def test_a_newsletter_can_be_begun_from_the_wheel(installed: Installed) -> None:
    """`digest init` finds its examples inside the wheel, and `doctor` finds nothing wrong with them."""
    installed.run("digest", "init", "news")
    assert (installed.folder / "news" / "subscribers.yaml").read_bytes() == (
        ROOT / "subscribers.example.yaml"
    ).read_bytes()
    assert "WRONG" not in installed.run("digest", "--config", "news/digest.yaml", "doctor")


def test_the_wheel_holds_no_tests_and_names_its_licence(installed: Installed) -> None:
    """Nothing but the package is installed at the top, and the licence goes with it."""
    files = installed.run("python", "-m", "zipfile", "-l", str(installed.wheel))
    tops = {line.split("/")[0] for line in files.splitlines()[1:]}
    assert {top.partition("-")[0] for top in tops} == {"digest", "digest_newsletter"}
    assert "licenses/LICENSE" in files and "digest/py.typed" in files
