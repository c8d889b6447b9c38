"""No regular expression looks at a hostile text again and again: shown by what they are made of.

An unbounded repeat is harmless where nothing has to follow it. Where something has, and is not
there, the repeat is given back character by character: once, if what follows cannot begin within
it, and if the search cannot begin anew within it either.
"""

import importlib
import re
import sys
from re import _compiler as compiler  # the parse tree is in no public module
from re import _constants as sre
from re import _parser as parser

import pytest
from django.urls import get_resolver

from accounts import names
from posts import hashtags, links
from tests.guards.source import PACKAGES, ROOT, package_modules

#: What is installed only where it is used.
OPTIONAL = {"django_mongodb_backend", "pymongo", "bson"}
#: Every character that some class of ours may tell from others, and many more.
CHARACTERS = [chr(code) for code in (*range(0x250), *range(0x3000, 0x3100), *range(0xFF00, 0xFFF0))]


def takes(node, state) -> frozenset[str]:
    """The characters that a node can begin with."""
    operator, value = node
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return begins(value[2], state)
    if operator is sre.SUBPATTERN:
        return begins(value[3], state)
    if operator is sre.BRANCH:
        return frozenset().union(*(begins(branch, state) for branch in value[1]))
    if operator in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return frozenset()
    one = compiler.compile(parser.SubPattern(state, [node]), state.flags)
    return frozenset(character for character in CHARACTERS if one.fullmatch(character))


def begins(nodes, state) -> frozenset[str]:
    """The characters that a sequence can begin with."""
    found: frozenset[str] = frozenset()
    for node in nodes:
        found |= takes(node, state)
        if not may_be_empty(node):
            break
    return found


def may_be_empty(node) -> bool:
    operator, value = node
    if operator in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return True
    if operator is sre.SUBPATTERN:
        return all(may_be_empty(one) for one in value[3])
    if operator is sre.BRANCH:
        return any(all(may_be_empty(one) for one in branch) for branch in value[1])
    return operator in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[0] == 0


def repeats(nodes, behind=()):
    """Each unbounded repeat, with what has to follow it."""
    nodes = list(nodes)
    for at, (operator, value) in enumerate(nodes):
        rest = [*nodes[at + 1 :], *behind]
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            if value[1] is sre.MAXREPEAT:
                yield value[2], rest
            else:
                yield from repeats(value[2], rest)
        elif operator is sre.SUBPATTERN:
            yield from repeats(value[3], rest)
        elif operator is sre.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, rest)


def prefix(nodes):
    """The nodes that a match begins with, up to what is repeated or may be otherwise."""
    for node in nodes:
        operator, value = node
        if operator is sre.SUBPATTERN:
            yield from prefix(value[3])
        if operator in (sre.SUBPATTERN, sre.BRANCH) or may_be_empty(node):
            return
        yield node


def backtracks(pattern: re.Pattern[str]) -> bool:
    """Whether some text makes it look at a character more than a few times."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    state = tree.state
    first = next(iter(tree), None)
    is_anchored = first is not None and first[0] is sre.AT
    for body, rest in repeats(tree):
        if all(may_be_empty(one) and one[0] is not sre.AT for one in rest):
            continue
        if len(body) != 1 or list(repeats(body)):
            return True
        run = begins(body, state)
        if run & begins(rest, state):
            return True
        if is_anchored or any(not run & takes(node, state) for node in prefix(tree)):
            continue
        is_behind_others = first[0] is sre.ASSERT_NOT and first[1][0] < 0
        if not (is_behind_others and run <= begins(first[1][1], state)):
            return True
    return False


#: Modules whose patterns look at our own code and docs alone.
AT_OURSELVES = ("/migrations/", "management", "realtime/contract/")


def ours() -> dict[str, re.Pattern[str]]:
    """Every pattern of our modules by where it is."""
    found = {}
    for module in package_modules(*PACKAGES):
        if any(part in module.path for part in AT_OURSELVES):
            continue
        try:
            imported = importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            assert error.name in OPTIONAL
            continue
        for name, value in vars(imported).items():
            parts = value if isinstance(value, tuple) else (value,)
            flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
            for number, one in enumerate(flat):
                if isinstance(one, re.Pattern):
                    found[f"{module.name}.{name}[{number}]"] = one
    return found


def routes(resolver=None):
    """The pattern of every address of ours; the admin's are Django's."""
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            if entry.app_name != "admin":
                yield from routes(entry)
        else:
            yield entry.pattern.regex


@pytest.mark.parametrize(
    ("pattern", "is_bad"),
    [
        (r"[.,]+$", True),
        (r"(a+)+b", True),
        (r"\w+\d", True),
        (r"\w+\s*=", True),
        (r"\w*\w*x", True),
        (r"^\w+=", False),
        (r"\?\w+=", False),
        (r"(?<!\w)a\w+=", False),
        (r"https?://[^\s]+", False),
        (r"(?:ab?)+", False),
    ],
)
def test_a_pattern_that_backtracks_is_known_as_one(pattern, is_bad):
    assert backtracks(re.compile(pattern)) is is_bad


def test_no_pattern_of_ours_looks_at_a_text_again_and_again():
    patterns = ours()
    assert len(patterns) > 10
    assert [name for name, pattern in patterns.items() if backtracks(pattern)] == []


def test_no_address_does():
    assert len(list(routes())) > 50
    assert [one.pattern for one in routes() if backtracks(one)] == []


def test_no_pattern_of_a_script_seeks_a_run_at_an_end():
    run = re.compile(r"/[^/\n^]*[+*]\$/[a-z]*")
    scripts = [path for app in PACKAGES for path in ROOT.glob(f"{app}/static/**/*.js")]
    assert len(scripts) > 10
    assert [path.name for path in scripts if run.search(path.read_text())] == []


HOSTILE = (
    "#",
    "#a",
    "# ",
    "#あ",
    "@",
    "@a",
    "@a.",
    "@ ",
    "＃",
    "http://",
    "http://x ",
    "http://" + "." * 50,
    ".",
    "a" * 50,
    "\u0301",
    "&#",
    "/@",
)
LOOKERS = {
    "hashtags": hashtags.in_text,
    "mentions": lambda text: list(names.mentions(text)),
    "links": lambda text: links.parts(text, hashtags=["a"], names=["a"]),
}


def steps(function, text: str) -> int:
    """How many calls it makes, into C too."""
    count = 0

    def called(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        function(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("looker", LOOKERS)
@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_twice_the_text_is_twice_the_work(looker, piece):
    function = LOOKERS[looker]
    short, long = piece * (5_000 // len(piece)), piece * (10_000 // len(piece))
    assert steps(function, long) <= 2.1 * steps(function, short) + 20
    assert steps(function, short) < 100_000
