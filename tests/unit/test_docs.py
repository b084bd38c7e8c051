"""The docs are true: their links lead somewhere, their commands parse, their settings exist, nothing is left out."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from digest import __version__
from digest.checks import Rule
from digest.cli.commands import application
from digest.config import OTHER_VARIABLES, Settings, known_keys
from digest.edition import READER_HOLES
from digest.edition.layout import REQUIRED_HOLES
from digest.errors import InputError
from digest.located import read_yaml
from digest.models import DeliveryState, DoubtPolicy, TopicTree
from digest.topics import parse_topics
from digest.topics.tree import _CONDITION_KEYS, _TOPIC_KEYS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = ROOT / "docs" / "commands.md"
TREE: Any = typer.main.get_command(application)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
HERE_DOCUMENT = re.compile(r"<<'(\w+)'\n.*?^\1$", re.MULTILINE | re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_page = pytest.mark.parametrize("page", PAGES, ids=named)


# --- reading Markdown --------------------------------------------------------------------------------------


def fences(text: str, *kinds: str) -> list[str]:
    return [body for kind, body in FENCE.findall(text) if kind in kinds]


def inline_code(text: str) -> list[str]:
    return INLINE.findall(FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors that headings get: lower case, spaces to hyphens, other signs dropped."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def typed_calls(text: str) -> Iterator[list[str]]:
    """The arguments of every call of our command in a shell block."""
    for block in fences(text, "sh"):
        for line in HERE_DOCUMENT.sub("", block).splitlines():
            yield from _calls_of_digest(line)


def mentioned_calls(text: str) -> Iterator[list[str]]:
    """The arguments of every call in inline code; it may stop short of what the command needs."""
    for code in inline_code(text):
        if re.match(r"digest( |$)", code):
            yield from _calls_of_digest(code)


def _calls_of_digest(line: str) -> Iterator[list[str]]:
    simple = re.sub(r"\$\([^()]*(\([^()]*\)[^()]*)*\)", "X", line)
    return (call[1:] for call in _calls(_words(simple)) if Path(call[0]).name == "digest")


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    return list(lexer)


def _calls(words: list[str]) -> Iterator[list[str]]:
    """The words between shell operators, without redirections."""
    call: list[str] = []
    skip = False
    for word in words:
        if set(word) <= set("|&;"):
            yield from [call] if call else []
            call = []
        elif set(word) <= set("<>&"):
            skip = True
        elif skip:
            skip = False
        else:
            call.append(word)
    yield from [call] if call else []


def sections(text: str) -> dict[str, str]:
    """The reference by command: the words of its heading, and what stands below it."""
    _, *parts = re.split(r"^## `digest ?([a-z ]*)`\n", text, flags=re.MULTILINE)
    return dict(zip(parts[0::2], parts[1::2], strict=True))


# --- the command tree --------------------------------------------------------------------------------------


def commands(command: Any = TREE, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    inside = getattr(command, "commands", {})
    if not inside:
        yield " ".join(above), command
    for name, below in inside.items():
        yield from commands(below, (*above, name))


def options_of(command: Any) -> set[str]:
    return {name for one in command.params if one.param_type_name == "option" for name in one.opts}


def parse(arguments: list[str]) -> None:
    """Parse a call down to its last command; raises what the command line would complain of."""
    context = TREE.make_context("digest", list(arguments))
    command = TREE
    while hasattr(command, "commands"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)


def named_command(arguments: list[str]) -> tuple[list[str], Any]:
    """The words at the beginning that name a command or a family of them, and what they name."""
    words: list[str] = []
    command = TREE
    for word in arguments:
        if word not in getattr(command, "commands", {}):
            break
        words, command = [*words, word], command.commands[word]
    return words, command


REFERENCE = sections(COMMANDS.read_text("utf-8"))
each_command = pytest.mark.parametrize(("words", "command"), list(commands()), ids=[words for words, _ in commands()])


def test_every_command_is_documented_and_no_other() -> None:
    """The reference has a section for each command, one for the command itself, and none for anything else."""
    assert set(REFERENCE) == {"", *(words for words, _ in commands())}


@each_command
def test_every_option_is_documented_and_no_other(words: str, command: Any) -> None:
    """The table of a command names each of its options in every spelling, `--json` only where there is one."""
    rows = "\n".join(re.findall(r"^\| (`-[^|]*)\|", REFERENCE[words], re.MULTILINE))
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rows)) == options_of(command)


def test_the_global_options_are_documented() -> None:
    """What stands before a command is in the section of the command itself."""
    rows = "\n".join(re.findall(r"^\| (`-[^|]*)\|", REFERENCE[""], re.MULTILINE))
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rows)) == options_of(TREE)


@each_command
def test_a_section_mentions_only_options_that_exist(words: str, command: Any) -> None:
    """Whatever looks like an option in a section is one of this command, or of all."""
    mentioned = {found for code in inline_code(REFERENCE[words]) for found in re.findall(r"^--[a-z-]+", code)}
    assert mentioned <= options_of(command) | options_of(TREE)


@each_command
def test_arguments_are_documented(words: str, command: Any) -> None:
    """A command with arguments shows how it is called, in their order, in brackets where one may be left out."""
    shown = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    assert not shown or f"`digest {' '.join([words, *shown])}" in REFERENCE[words]


def _argument(one: Any) -> str:
    name = (one.metavar or one.name.upper()).strip("[]")
    return name if one.required else f"[{name}]"


@each_command
def test_every_command_has_help_that_says_something(words: str, command: Any) -> None:
    """`--help` is understood by each command, and each says in a sentence what it does."""
    with pytest.raises(typer.Exit):
        parse([*words.split(), "--help"])
    assert command.help and command.help.rstrip().endswith((".", "`"))


# --- all pages ---------------------------------------------------------------------------------------------


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and its anchor a heading of that file."""
    text = page.read_text("utf-8")
    for target in (one or other for one, other in LINK.findall(FENCE.sub("", text))):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_file() and found.is_relative_to(ROOT), f"{named(page)}: {target}"
        assert not anchor or anchor in anchors(found.read_text("utf-8")), f"{named(page)}: {target}"


@each_page
def test_typed_commands_parse(page: Path) -> None:
    """Every call in a shell block is one that the command line takes as it stands."""
    for arguments in typed_calls(page.read_text("utf-8")):
        parse(arguments)


@each_page
def test_mentioned_commands_exist(page: Path) -> None:
    """Every call in inline code names a command there is, with options that it has."""
    for arguments in mentioned_calls(page.read_text("utf-8")):
        words, command = named_command(arguments)
        rest = arguments[len(words) :]
        assert not rest or words or rest[0].startswith("-"), f"{named(page)}: digest {' '.join(arguments)}"
        assert {word for word in rest if re.match(r"--?[a-z]", word)} <= options_of(command) | options_of(TREE)


@pytest.mark.parametrize("wrong", [["send", "--too", "a@example.org"], ["sent"], ["approve"], ["topics", "explain"]])
def test_a_wrong_call_would_be_found(wrong: list[str]) -> None:
    """An unknown option or command, or a missing argument, does not parse."""
    with pytest.raises(Exception, match=r"(?i)no such|missing"):
        parse(wrong)


def test_calls_are_found_wherever_they_stand() -> None:
    """Behind `&&`, with redirections, with a path in front, in inline code; never in a comment or here document."""
    text = (
        "`digest status` and `digested`\n```sh\ncd x && /srv/digest run --once >>log\n"
        "digest --now $(date -u +%Y) compose | less   # digest nonsense\ncat > f <<'END'\ndigest no\nEND\n```\n"
    )
    assert [*typed_calls(text)] == [["run", "--once"], ["--now", "X", "compose"]]
    assert [*mentioned_calls(text)] == [["status"]]


@each_page
def test_make_targets_exist(page: Path) -> None:
    """Every `make` a page shows is a target."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = page.read_text("utf-8")
    lines = [line for block in fences(text, "sh") for line in block.splitlines()] + inline_code(text)
    for target in (found[1] for line in lines if (found := re.match(r"make ([a-z]+)", line))):
        assert target in targets


KEYS = {key.name for key in known_keys()}
VARIABLES = {key.variable for key in known_keys()} | OTHER_VARIABLES


@each_page
def test_environment_names_exist(page: Path) -> None:
    """A `DIGEST_` variable in the docs is one the settings know."""
    text = re.sub(r"DIGEST_TRANSPORTS__[A-Z0-9]+__", "DIGEST_TRANSPORT__", page.read_text("utf-8"))
    assert set(re.findall(r"DIGEST_[A-Z_]*[A-Z]", text)) <= VARIABLES


@each_page
def test_settings_in_the_text_exist(page: Path) -> None:
    """Inline code such as `delivery.on_doubt` names a key of the schema."""
    heads = {key.partition(".")[0].removesuffix("[]") for key in KEYS}
    for code in inline_code(page.read_text("utf-8")):
        looks_like_one = re.fullmatch(r"([a-z_]+)(\[\])?(\.[a-z_]+(\[\])?)+", code)
        is_file = code.endswith((".py", ".yaml", ".md"))
        if looks_like_one and looks_like_one[1] in heads and not is_file:
            assert code in KEYS, f"{named(page)}: {code}"


def paths_of(value: Any, above: str = "") -> Iterator[str]:
    """Every key of a YAML document as the schema writes it; maps whose keys are free end there."""
    free = {"sources[].headings", "transports"}
    for key, inside in value.items() if isinstance(value, dict) and above not in free else ():
        name = f"{above}.{key}" if above else str(key)
        yield name
        yield from paths_of(inside, name)
    for inside in value if isinstance(value, list) else ():
        yield from paths_of(inside, f"{above}[]")


@each_page
def test_yaml_examples_hold_only_known_keys(page: Path) -> None:
    """A YAML example of settings has no key that the schema lacks; one with a condition is a topics file."""
    for block in fences(page.read_text("utf-8"), "yaml"):
        value = yaml.safe_load(block)
        if "condition" in value:
            assert isinstance(topics_of(block), TopicTree)
        else:
            assert set(value) <= set(Settings.model_fields) and set(paths_of(value)) <= KEYS


# --- single pages ------------------------------------------------------------------------------------------


def topics_of(text: str) -> TopicTree:
    located = read_yaml(text, name="example")
    return parse_topics(located.value, name="example", line=located.line)


def test_the_topics_page_documents_every_key() -> None:
    """The table of the format has a row for each key a topics file may have."""
    rows = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/topics.md").read_text("utf-8"), re.MULTILINE)
    assert {*rows} == {*_TOPIC_KEYS, *_CONDITION_KEYS, "condition"}


def test_a_wrong_topics_example_would_be_found() -> None:
    """The example is read by the parser that reads the real file."""
    with pytest.raises(InputError, match="there is no key 'term'"):
        topics_of("condition: {label: x}\ntopics: [{id: a, label: A, term: [b]}]")


def test_the_templates_page_names_every_file_hole_and_slot() -> None:
    """Each template has a row; each hole and slot of ours is explained, and none that does not exist."""
    text = (ROOT / "docs/templates.md").read_text("utf-8")
    codes = set(inline_code(text))
    templates = ROOT / "templates" / "email"
    assert {path.name for path in templates.iterdir()} <= codes
    used = re.findall(
        r"(?:hole|slot)\([\"']([a-z-]+)[\"']\)", "".join(p.read_text("utf-8") for p in templates.iterdir())
    )
    assert {*used} | READER_HOLES | REQUIRED_HOLES <= codes
    assert set(re.findall(r"(?:hole|slot)\(\"([a-z-]+)\"\)", text)) <= {*used}


def test_the_templates_page_names_every_macro() -> None:
    """Each macro an issue's pieces are made by is in the table of slots."""
    pieces = (ROOT / "templates/email/_pieces.html").read_text("utf-8")
    codes = set(inline_code((ROOT / "docs/templates.md").read_text("utf-8")))
    assert set(re.findall(r"{% macro (\w+)\(", pieces)) <= codes


def test_operators_read_of_every_state_and_policy() -> None:
    """Each state a delivery can be in, and each policy for doubt, is explained."""
    rows = "\n".join(re.findall(r"^\| (`[^|]*)\|", (ROOT / "docs/operators.md").read_text("utf-8"), re.MULTILINE))
    assert {*DeliveryState, *DoubtPolicy} <= set(INLINE.findall(rows))


def rooms(layers: list[str]) -> list[list[str]]:
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def test_the_map_shows_every_room_floor_by_floor() -> None:
    """The map in the README has the rooms of the import contract, none above one it may import from."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    (drawn,) = (block for block in fences((ROOT / "README.md").read_text("utf-8"), "text") if "digest/\n" in block)
    below = drawn.partition("digest/\n")[2].partition("templates/")[0]
    shown = [room for line in below.splitlines() for room in re.findall(r"([a-z_]+)(?:\.py|/)", line[:41])]
    floor = {room: number for number, layer in enumerate(rooms(contract["layers"])) for room in layer}
    assert set(shown) == set(floor) and len(shown) == len(floor)
    assert [floor[room] for room in shown] == sorted(floor.values())


def test_editors_know_every_rule_of_the_gate() -> None:
    """Each stands in the table by the name under which a report tells it."""
    table = (ROOT / "docs/editors.md").read_text("utf-8").partition("| what | error |")[2].partition("\n\n")[0]
    told = {name for row in table.splitlines()[2:] for name in row.split("|")[1].strip().split(" and ")}
    assert told == {rule.value for rule in Rule}


def test_the_changelog_knows_this_version() -> None:
    """The newest entry is about the version in the code, and says when it was or was not released."""
    newest = re.search(r"^## \[(.+?)\] - (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None and newest[1] == __version__
    assert re.fullmatch(r"unreleased|\d{4}-\d\d-\d\d", newest[2])


def test_every_decision_is_listed_and_dated() -> None:
    """The index names each note by its title; each has a date under it."""
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    notes = [page for page in (ROOT / "docs/decisions").glob("*.md") if page.name != "README.md"]
    for note in notes:
        found = re.match(r"# (.+)\n\n\d{4}-\d\d-\d\d\n", note.read_text("utf-8"))
        assert found and f"[{found[1]}]({note.name})" in index
    assert len(notes) == len(re.findall(r"^- \[", index, re.MULTILINE))
