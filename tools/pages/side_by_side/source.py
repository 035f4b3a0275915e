"""A Python file, cut into its functions, and their lines into words."""

import ast
import re
import textwrap
from dataclasses import dataclass, field
from functools import cached_property

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

OURS = ("common", "__future__")  # packages whose names are no framework's
HEAD = "head"  # the name of what stands above the first function
WORD = re.compile(r"\s+|\w+|[^\w\s]+")
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Word:
    """The smallest thing that can differ."""

    text: str
    kind: str = ""  # k: keyword, c: comment, s: string, m: number, n: a name,
    # o: an operation of the framework

    @property
    def is_space(self):
        """Whether it is only indentation, or a gap."""
        return not self.text.strip()


@dataclass(frozen=True)
class Line:
    """The words of one line; empty for a blank line."""

    words: tuple[Word, ...]

    @cached_property
    def text(self):
        """As it is written."""
        return "".join(word.text for word in self.words)

    @cached_property
    def texts(self):
        """What is compared: its words without the gaps."""
        return [word.text for word in self.words if not word.is_space]

    @property
    def indent(self):
        """Columns before the first word."""
        return len(self.text) - len(self.text.lstrip())


@dataclass
class Block:
    """A function, a method, a class's first lines, or the head of a file."""

    name: str  # such as Network.train
    docstring: str | None
    full: list[Line] = field(repr=False)  # with the docstring,
    lines: list[Line] = field(repr=False)  # and without
    tree: list[ast.stmt] = field(repr=False)


def blocks(path):
    """The blocks of a file, in order -> [Block]"""
    text = path.read_text()
    tree = ast.parse(text)
    own = path.parent.name
    cut = _Cutter(text.splitlines(), _frameworks(tree, own))
    head = [node for node in tree.body if not isinstance(node, _DEFINITIONS)]
    cut.add(HEAD, head, head[-1].end_lineno, ast.get_docstring(tree))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            cut.add(node.name, [node], node.end_lineno, ast.get_docstring(node))
        elif isinstance(node, ast.ClassDef):
            _cut_class(cut, node)
    return cut.found


_DEFINITIONS = ast.FunctionDef | ast.ClassDef


def _cut_class(cut, node):
    """The lines above the first method, then each method."""
    methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
    end = node.end_lineno
    if methods:
        end = _start(methods[0]) - 1
    cut.add(node.name, [], end, ast.get_docstring(node))
    for method in methods:
        name = f"{node.name}.{method.name}"
        cut.add(name, [method], method.end_lineno, ast.get_docstring(method))


def _start(node):
    """The first line of a function, with its decorators."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


class _Cutter:
    """Cuts from where it stopped last, so that comments go with what follows."""

    def __init__(self, lines, frameworks):
        self.lines, self.frameworks = lines, frameworks
        self.done, self.found = 0, []

    def add(self, name, tree, end, docstring):
        code = textwrap.dedent("\n".join(self.lines[self.done : end])).strip("\n")
        self.done = end
        full = _lines(code, self.frameworks)
        lines = _lines(_without_docstring(code, docstring), self.frameworks)
        self.found.append(Block(name, docstring, full, lines, tree))


def _without_docstring(code, docstring):
    """The code without its first triple-quoted string, if that is the docstring."""
    if docstring is None:
        return code
    return re.sub(r'\n? *""".*?"""(\n(?=\n))?', "", code, count=1, flags=re.S).strip(
        "\n"
    )


def _frameworks(tree, own):
    """The names under which a file knows modules of its framework: tf, T, np."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                if top not in (*OURS, own):
                    found.add(alias.asname or top)
    return found


def _lines(code, frameworks):
    """Words by Pygments; what is of the framework is one word, such as tf.matmul."""
    if not code:
        return []
    lines = [[]]
    lexer = PythonLexer(ensurenl=False, stripnl=False)
    for kind, text in lexer.get_tokens(code):
        first, *more = text.split("\n")
        lines[-1] += _words(kind, first)
        for part in more:
            lines.append(_words(kind, part))
    return [Line(tuple(_joined(words, frameworks))) for words in lines]


def _words(kind, text):
    if not text:
        return []
    if kind in String.Doc or kind in Comment:
        return [Word(part, "c") for part in WORD.findall(text)]
    if kind in String:
        return [Word(text, "s")]
    if kind in Keyword or kind in Operator.Word:
        return [Word(text, "k")]
    if kind in Number:
        return [Word(text, "m")]
    if kind in Name and NAME.fullmatch(text):
        return [Word(text, "n")]
    if kind in Name:  # a decorator: @tf.function
        parts = re.findall(r"[\w.]+|[^\w.]+", text)
        return [Word(p, "n" if NAME.match(p) else "") for p in parts]
    return [Word(part) for part in re.findall(r"\s+|\S", text)]


def _joined(words, frameworks):
    """tf . nn . relu -> tf.nn.relu; a string's quotes and content -> one word."""
    joined, at = [], 0
    while at < len(words):
        word, end = words[at], at + 1
        if word.kind == "n" and word.text.partition(".")[0] in frameworks:
            while [w.text for w in words[end : end + 1]] == ["."]:
                end += 2
            if end > at + 1 or "." in word.text:
                whole = "".join(w.text for w in words[at:end])
                word = Word(whole, "o")
        elif word.kind == "s":
            while end < len(words) and words[end].kind == "s":
                end += 1
            word = Word("".join(w.text for w in words[at:end]), "s")
        elif word.text == "@" and at and words[at - 1].is_space:
            word = Word("@", "o")  # the product; a decorator's stands alone
        elif word.text in "*=!<>/" and word.text and end < len(words):
            both = word.text + words[end].text
            if both in ("**", "==", "+=", "<=", ">=", "!=", "//"):
                word, end = Word(both), end + 1
        joined.append(word)
        at = end
    return joined
