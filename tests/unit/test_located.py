from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from digest.errors import InputError
from digest.located import DEEPEST, LONGEST, MOST_REPEATED, read_yaml

DOCUMENT = """\
# a comment
newsletter:
  name: Monthly

  send_on: 1
sources:
  - name: a
    feed: x
  - {name: b,
     feed: y}
"""


def value_of(text: str) -> Any:
    return read_yaml(text, name="x.yaml").value


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("newsletter",), 2),
        (("newsletter", "send_on"), 5),
        (("newsletter", "missing", "deeper"), 2),
        (("sources", 0), 7),
        (("sources", 0, "feed"), 8),
        (("sources", 1, "feed"), 10),
        (("nowhere",), 1),
    ],
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    """Each key and entry knows its line; what is not there has the line of what would hold it."""
    located = read_yaml(DOCUMENT, name="x.yaml")
    assert located.line(path) == line


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("word", "word"),
        ("no", "no"),
        ("ON", "ON"),
        ("yes", "yes"),
        ("true", True),
        ("FALSE", False),
        ("10:30", "10:30"),
        ("012", "012"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("9" * 5000, "9" * 5000),
        ("1.5", 1.5),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("null", None),
        ("~", None),
        ("", None),
        ("2026-11-01", date(2026, 11, 1)),
        ("2026-02-30", "2026-02-30"),
        ("2026-11-01T09:00:00Z", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("2026-11-01 09:00:00+02:00", datetime(2026, 11, 1, 9, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-11-01T09:00:00", datetime(2026, 11, 1, 9)),  # noqa: DTZ001 - naive is what is tested
        ("'2026-11-01'", "2026-11-01"),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("=", "="),
    ],
)
def test_plain_words_stay_words(plain: str, value: Any) -> None:
    """Only true, false, decimal numbers, dates and null are more than text."""
    found = value_of(f"a: {plain}\n")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_empty(text: str) -> None:
    """An empty document has no value and one line."""
    located = read_yaml(text, name="x.yaml")
    assert located.value is None
    assert located.line(("a",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here a second time"),
        ("a:\n  <<: {b: 1}\n  <<: {c: 1}\n", 3, "second time"),
        ("a: 1\n\tb: 2\n", 2, "spaces, not tabs"),
        ("a: b: c\n", 1, "colon too many"),
        ("a: 'b\n", 2, "end of stream"),
        ("a: [1,\n", 2, "not valid YAML"),
        ("a: 1\n12: x\n", 2, "put it in quotes"),
        ("true: x\n", 1, "put it in quotes"),
        ("? [a]\n: x\n", 1, "put it in quotes"),
        ("a: 1\n---\nb: 1\n", 2, "second document"),
        ("a: !!python/name:os.system x\n", 1, "tags (!) have no meaning"),
        ("a: !!set {x}\n", 1, "tags (!) have no meaning"),
        ("a:\n  - *gone\n", 2, "stands before it"),
        ("a: &a [*a]\n", 1, "stands before it"),
        ("a:\n  <<: 3\n", 2, "takes in maps only"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ("a: \ud800\n", 1, "U+D800"),
        ("%YAML 9.9\n---\na: 1\n", 1, "not valid YAML"),
    ],
)
def test_faults_name_their_line(text: str, line: int, words: str) -> None:
    """What is no plain YAML is refused with its line and what is wrong."""
    with pytest.raises(InputError) as caught:
        read_yaml(text, name="x.yaml")
    assert caught.value.place == f"x.yaml:{line}"
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "value", ["*hunter2", "&hunter2", "!hunter2 x", "@hunter2", "%hunter2", "`hunter2", "hunter2: x"]
)
def test_errors_never_show_a_value(value: str) -> None:
    """A password that YAML trips over does not stand in the error."""
    text = f"password: {value}\nb: [\n"
    with pytest.raises(InputError) as caught:
        read_yaml(text, name="x.yaml")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_aliases_and_merges() -> None:
    """`&` and `*` repeat, `<<` takes in a map; own keys win, then the map named first."""
    text = "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nboth:\n  b: 9\n  <<: [*two, *one]\nsame: *one\n"
    found = value_of(text)
    assert found["both"] == {"a": 1, "b": 9, "c": 2}
    assert found["same"] == {"a": 1, "b": 1}


def test_alias_bomb() -> None:
    """Nested aliases that mean a thousand million entries are refused, not built."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join(10 * [f'*a{n - 1}'])}]" for n in range(1, 10)]
    with pytest.raises(InputError, match=f"repeat more than {MOST_REPEATED:,} entries") as caught:
        value_of("\n".join(lines))
    assert caught.value.place == "x.yaml:5"


def test_merge_bomb() -> None:
    """Nested merges count as repetitions, too."""
    lines = ["a0: &a0 {a: 1, b: 1, c: 1, d: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join(20 * [f'*a{n - 1}'])}]}}" for n in range(1, 8)]
    with pytest.raises(InputError, match="repeat more than"):
        value_of("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 200_000, "- " * 50_000, "[" * 500 + "]" * 500])
def test_deep_nesting(text: str) -> None:
    """However deep a document nests, it costs neither the stack nor the process."""
    with pytest.raises(InputError):
        value_of(text)


def test_depth_that_is_read() -> None:
    """Up to the limit nesting is read."""
    assert value_of("[" * DEEPEST + "]" * DEEPEST)


def test_too_long() -> None:
    """A huge file is refused before it is parsed."""
    with pytest.raises(InputError, match="too long"):
        value_of("#" * (LONGEST + 1))


def test_what_pyyaml_writes_reads_the_same() -> None:
    """Any text a YAML 1.1 writer leaves without quotes is text here, too."""
    words = [
        "no",
        "1e5",
        "1_0",
        "0o7",
        "010",
        "+1",
        "1.",
        "-.5",
        "10:30",
        "~",
        "",
        "=",
        "<<",
        "2026-01-01",
        "é",
        "a: b",
        "#x",
    ]
    assert value_of(yaml.safe_dump(words, allow_unicode=True)) == words
