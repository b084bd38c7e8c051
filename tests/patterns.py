"""Every regular expression of the product, how the code uses it, and texts made to be hard for it."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import random
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType, ModuleType
from typing import Any

import digest

#: What a pattern is asked, and what stands for it here: `sub` and `findall` look as `finditer` does.
METHODS: Mapping[str, Callable[[re.Pattern[Any], Any], object]] = {
    "search": lambda pattern, text: pattern.search(text),
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
    "finditer": lambda pattern, text: sum(1 for _ in pattern.finditer(text)),
    "sub": lambda pattern, text: pattern.sub(text[:0], text),
    "split": lambda pattern, text: pattern.split(text),
}
_ALIKE = {"findall": "finditer", "subn": "sub"}
#: Characters of the texts that are compared: the long one is ten times the short one…
SHORT, LONG = 2_000, 20_000
#: …and may take so many times the time.
MOST_GROWTH = 30.0
#: Characters of a text that shows whether a pattern is worth a second look, and the seconds that need none.
GLANCE, AT_ONCE = 5_000, 0.001
#: Seconds for that text by which a pattern is looked at more closely at once.
SUSPICIOUS = 0.03
#: Texts of one pattern that are looked at, and of these that are compared: those that took longest.
MOST_TEXTS, MOST_COMPARED = 70, 5
#: Seconds that one is tried again and again to see how long it takes.
MEASURED = 0.05
#: Seconds after which nobody waits for a pattern.
ENDLESS = 1.0
_GENERIC = (
    *(
        " ",
        "\n",
        "\t",
        "a",
        "A",
        "1",
        "a ",
        "1 ",
        "Aa",
        "a1",
        ". ",
        "(",
        "<",
        "<a ",
        "&",
        "&a",
        "[",
        '"',
        "'",
        "-",
        "_",
    ),
    *(
        "/",
        ":",
        "a:",
        "a.",
        "1.",
        "http://a",
        "10.1/",
        "*",
        "#",
        "|",
        "=",
        " \n",
        "é",
        ")",
        "@",
        "a@",
        "a-",
        "…",
        ",",
        ";",
    ),
)


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and what is asked of it."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


class Slow(Exception):  # noqa: N818 - says what the pattern is
    """It takes longer than anybody waits."""


# --- where they are --------------------------------------------------------------------------------------


def modules() -> list[ModuleType]:
    """Every module of the package that can be imported by itself."""
    names = [one.name for one in pkgutil.walk_packages(digest.__path__, "digest.")]
    return [importlib.import_module(name) for name in names if ".migrations" not in name and "__main__" not in name]


def patterns_of(module: ModuleType) -> Iterator[Used]:
    """Those that are values of the module, alone or in collections, and those that its functions write down."""
    tree = ast.parse(inspect.getsource(module))
    asked = _asked(tree)
    for name, value in vars(module).items():
        for pattern in _inside(value):
            yield Used(f"{module.__name__}.{name}", pattern, frozenset(asked.get(name) or asked[""]))
    for call in _calls(tree):
        yield from _written(module, call, asked[""])


def unreadable(module: ModuleType) -> list[str]:
    """The functions that make patterns of what is not known before they are called."""
    tree = ast.parse(inspect.getsource(module))
    return [
        f"{module.__name__}.{function.name}"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and any(not list(_written(module, call, set())) for call in _calls(function))
    ]


def _inside(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set | dict) and depth < 3:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _inside(one, depth + 1)


def _asked(tree: ast.AST) -> dict[str, set[str]]:
    """By name what is asked of it; by the empty name what is asked of anything that is no constant."""
    asked: dict[str, set[str]] = {"": set()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (method := _ALIKE.get(node.attr, node.attr)) in METHODS:
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            # `split` is what texts have, too.
            if owner.isupper() or method != "split":
                asked.setdefault(owner if owner.isupper() else "", set()).add(method)
    return asked


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Of `re`, in functions: what a module does when it is imported is seen by what it has then."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    for node in dict.fromkeys(node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            function = node.func
            if isinstance(function.value, ast.Name) and function.value.id == "re" and function.attr != "escape":
                yield node


def _written(module: ModuleType, call: ast.Call, asked: set[str]) -> Iterator[Used]:
    """What `re.sub("…", …)` looks for; nothing where that cannot be told before it runs."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = [*call.args[1:], *(one.value for one in call.keywords)]
    flags = next((one for one in given if re.fullmatch(r"(?:re\.[A-Z]+[ |]*)+", ast.unparse(one))), ast.Constant(0))
    text = _known(module, call.args[0])
    if text is None:
        return
    methods = asked if function == "compile" else {_ALIKE.get(function, function)}
    pattern = re.compile(text, eval(ast.unparse(flags), {"re": re}))
    yield Used(f"{module.__name__}:{call.lineno}", pattern, frozenset(methods & METHODS.keys()))


def _known(module: ModuleType, node: ast.AST) -> Any:
    """A pattern as it stands in the source; a word stands for what is put into it when it runs."""
    for word in ("zz", b"zz"):
        source = ast.unparse(_Filled(word, vars(module)).visit(ast.parse(ast.unparse(node), mode="eval")))
        try:
            return eval(source, vars(module))
        except (NameError, TypeError):
            continue
    return None


class _Filled(ast.NodeTransformer):
    """Puts a word in the place of what is escaped, and of what is put into a text and is no constant."""

    def __init__(self, word: str | bytes, constants: dict[str, Any]) -> None:
        self._word = word
        self._constants = constants

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_escape = isinstance(node.func, ast.Attribute) and node.func.attr == "escape"
        return ast.Constant(self._word) if is_escape else self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        is_constant = isinstance(node.value, ast.Name) and node.value.id in self._constants
        return node if is_constant else ast.FormattedValue(ast.Constant(self._word), -1)


# --- texts that are hard for them ------------------------------------------------------------------------


#: A text as what stands in it, each repeated until its share is filled; 0 for once.
Shape = tuple[tuple[str, float], ...]


def text_of(shape: Shape, size: int) -> str:
    """The text of this shape and about this size."""
    return "".join(piece * max(1, int(share * size) // len(piece)) for piece, share in shape if piece)


def shapes_for(pattern: re.Pattern[Any]) -> list[Shape]:
    """Texts made of what the pattern looks for, in ways that make it try again and again."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags if isinstance(pattern.pattern, str) else pattern.flags & ~(re.LOCALE | re.UNICODE)
    tree = parser.parse(source, flags)
    chance = random.Random(source.encode("utf-8", "replace"))
    pumps = [*_pumps(list(tree), "", chance)]
    found: dict[Shape, None] = {((again, 1.0),): None for again in _GENERIC}
    for before, again in pumps:
        found |= dict.fromkeys(
            [((before, 0), (again, 1.0)), ((before, 0), (again, 1.0), ("\x00", 0)), ((before + again, 1.0),),
             ((before + again * 40, 1.0), ("\x00", 0))]
        )  # fmt: skip
    pieces = [again for _, again in pumps] + [_sample(tree, chance) or "a" for _ in range(4)]
    for _ in range(20):
        one, other = chance.choice(pieces), chance.choice(pieces)
        found[((one * chance.randint(1, 30) + other * chance.randint(1, 3), 1.0), ("\x00", 0))] = None
        found[((one, 0.5), (other, 0.5), ("\x00", 0))] = None
    kept = list(found)
    return kept if len(kept) <= MOST_TEXTS else chance.sample(kept, MOST_TEXTS)


def _pumps(nodes: list[Any], before: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """For all that may be repeated: what leads to it, and what to repeat."""
    for place, (kind, value) in enumerate(nodes):
        led = before + _sample(nodes[:place], chance)
        inner: list[Any] = []
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            inner = [list(value[2])]
            if value[1] > 8:
                yield from ((led, _sample(value[2], chance)) for _ in range(3))
        elif kind is sre.SUBPATTERN:
            inner = [list(value[3])]
        elif kind is sre.BRANCH:
            inner = [list(one) for one in value[1]]
        elif kind in {sre.ASSERT, sre.ASSERT_NOT}:
            inner = [list(value[1])]
        elif kind is sre.ATOMIC_GROUP:
            inner = [list(value)]
        for one in inner[:12]:
            yield from _pumps(one, led, chance)


def _sample(nodes: Iterable[Any], chance: random.Random) -> str:
    """A text that the nodes would take, more or less."""
    return "".join(_sampled(kind, value, chance) for kind, value in nodes)


def _sampled(kind: Any, value: Any, chance: random.Random) -> str:
    match kind:
        case sre.LITERAL:
            return chr(value)
        case sre.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        case sre.ANY:
            return chance.choice("a 1")
        case sre.IN:
            return _of_class(value, chance)
        case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
            low, high, inner = value
            times = min(int(high), max(int(low), chance.choice((0, 1, 1, 3))))
            return "".join(_sample(inner, chance) for _ in range(times))
        case sre.SUBPATTERN:
            return _sample(value[3], chance)
        case sre.BRANCH:
            return _sample(chance.choice(value[1]), chance)
        case sre.ATOMIC_GROUP:
            return _sample(value, chance)
    return ""


_CATEGORIES = {
    sre.CATEGORY_DIGIT: "17", sre.CATEGORY_SPACE: " \n", sre.CATEGORY_WORD: "aB1_", sre.CATEGORY_NOT_DIGIT: "a ",
    sre.CATEGORY_NOT_SPACE: "a.1", sre.CATEGORY_NOT_WORD: " .-",
}  # fmt: skip


def _of_class(members: list[Any], chance: random.Random) -> str:
    if members[0][0] is sre.NEGATE:
        taken = {value for kind, value in members if kind is sre.LITERAL}
        spaces = any(value is sre.CATEGORY_SPACE for kind, value in members if kind is sre.CATEGORY)
        return chance.choice([one for one in "a1.(<-" + ("" if spaces else " ") if ord(one) not in taken] or ["é"])
    kind, value = chance.choice(members)
    if kind is sre.LITERAL:
        return chr(value)
    return chr(value[0]) if kind is sre.RANGE else chance.choice(_CATEGORIES[value])


# --- how long they take ----------------------------------------------------------------------------------


@cache
def growth(pattern: re.Pattern[Any], method: str) -> tuple[float, Shape]:
    """How many times the time ten times the text takes, and with which text: one that is too much, or the worst."""
    ask = METHODS[method]

    def seconds(shape: Shape, size: int) -> float:
        return _seconds(ask, pattern, _as(pattern, text_of(shape, size)))

    def compared(shape: Shape) -> float:
        long = seconds(shape, LONG)
        if long >= ENDLESS:
            return math.inf
        if long < MOST_GROWTH / 2 * min(seconds(shape, SHORT) for _ in range(3)):
            return 0.0
        return _average(lambda: seconds(shape, LONG)) / max(_average(lambda: seconds(shape, SHORT)), 1e-6)

    glances: list[tuple[float, Shape]] = []
    for shape in shapes_for(pattern):
        glance = seconds(shape, GLANCE)
        if glance > SUSPICIOUS and (times := compared(shape)) > MOST_GROWTH:
            return times, shape
        glances.append((glance, shape))
    worth = [shape for glance, shape in sorted(glances, reverse=True)[:MOST_COMPARED] if glance > AT_ONCE]
    return max(((compared(shape), shape) for shape in worth), default=(0.0, ()), key=lambda one: one[0])


def _as(pattern: re.Pattern[Any], text: str) -> Any:
    return text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def _average(call: Callable[[], object]) -> float:
    """Seconds of computing for one of so many calls that any clock can tell."""
    started, times = time.process_time(), 0
    while (spent := time.process_time() - started) < MEASURED:
        call()
        times += 1
    return spent / times


def _seconds(ask: Callable[[re.Pattern[Any], Any], object], pattern: re.Pattern[Any], text: Any) -> float:
    """Seconds by the wall; `ENDLESS` where it computes for longer."""
    started = time.perf_counter()
    before = signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)
    try:
        ask(pattern, text)
    except Slow:
        return ENDLESS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.perf_counter() - started


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise Slow
