"""A Python file, cut into its functions, and their lines into words."""

import ast
import re
import textwrap
from itertools import takewhile
from keyword import kwlist
from typing import NamedTuple

HEAD = "imports"  # the name of what stands above the first function
DEFINITION = ast.FunctionDef, ast.ClassDef
WORD = r"""
    (?P<c> "{{3}} [\s\S]*? "{{3}} | \#.* )
  | (?P<s> f?"[^"\n]*" )
  | (?P<m> \d[\w.]* )
  | (?P<o> (?<!\.) (?:{}) \b )
  | (?P<k> (?:{}) \b )
  | (?P<n> [^\W\d]\w* )
  | \n | [^\S\n]+ | \*\* | // | [=!<>+]= | .
"""


class Word(NamedTuple):
    """The smallest thing that can differ."""

    text: str
    kind: str | None  # k: keyword, c: comment, s: string, m: number, n: a name, or
    # o: an operation of the framework
    key: str  # shared with its names in other frameworks


class Line:
    """The words of one line, and the gaps between them; none of a blank one."""

    def __init__(self, words):
        self.words = words
        self.texts = [word.text for word in words]
        self.text = "".join(self.texts)
        self.indent = len(self.text) - len(self.text.lstrip())
        keys = (word.key for word in words if not word.text.isspace())
        self.keys = tuple(keys)  # what it says in any framework


class Block(NamedTuple):
    """A function, a method, or what stands above the first one in a class or file."""

    docstring: str
    whole: list[Line]  # with the docstring,
    code: list[Line]  # and without


def blocks(path, names):
    """The blocks of a file, in order -> {name, such as Network.train: Block}

    `names` is what its framework calls the operations.  Comments belong to what
    follows.
    """
    text = path.read_text()
    tree, lines = ast.parse(text), text.splitlines()
    pattern = _pattern(tree, names)
    keys = {text: f"operation {key}" for key, text in names.items()}
    blocks, start = {}, 0
    for name, node, last in _parts(tree, HEAD):
        first = end = last
        if docstring := ast.get_docstring(node) or "":
            first, end = node.body[0].lineno - 1, node.body[0].end_lineno
        parts = lines[start:last], lines[start:first] + lines[end:last]
        blocks[name] = Block(docstring, *(_lines(p, pattern, keys) for p in parts))
        start = last
    return blocks


def _parts(node, name):
    """A file or a class as far as its first function; its functions.

    -> (name, node, last line), ...
    """
    if isinstance(node, ast.FunctionDef):
        yield name, node, node.end_lineno
        return
    head = [*takewhile(lambda part: not isinstance(part, DEFINITION), node.body)]
    yield name, node, head[-1].end_lineno
    for part in node.body:
        if isinstance(part, DEFINITION):
            inner = part.name if name == HEAD else f"{name}.{part.name}"
            yield from _parts(part, inner)


def _pattern(tree, names):
    """A word; what belongs to the framework is one, such as tf.matmul."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = [alias.asname or alias.name for node in imports for alias in node.names]
    own = [*map(re.escape, names.values()), *(rf"{m}\.[\w.]*\w" for m in modules)]
    parts = "|".join(own) or "(?!)", "|".join(kwlist)  # (?!): nothing
    return re.compile(WORD.format(*parts), re.VERBOSE)


def _lines(lines, pattern, keys):
    code = textwrap.dedent("\n".join(lines)).strip("\n")
    words = [[]]
    for match in pattern.finditer(code):
        kind, texts = match.lastgroup, [match[0]]
        if kind == "c":
            texts = re.findall(r"\n|[^\S\n]+|\w+|[^\w\s]+", match[0])
        for text in texts:
            if text == "\n":
                words.append([])
            else:
                key = keys.get(text, text) if kind == "o" else text
                words[-1].append(Word(text, kind, key))
    return [*map(Line, words)] if code else []
