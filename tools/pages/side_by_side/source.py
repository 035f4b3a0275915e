"""A program, cut into its functions, and their lines into words.

For each language, `READERS` has a function of the text.
"""

import ast
import re
import textwrap
from itertools import takewhile
from keyword import kwlist
from typing import NamedTuple

HEAD = "imports"  # the name of what stands above the first function
DEFINITION = ast.FunctionDef, ast.ClassDef
COMMENT = r'"{3} [\s\S]*? "{3} | \#.*'
JSDOC = r"/\*\* [\s\S]*? \*/"
JAVASCRIPT = rf"""
    (?P<doc> ^//.* (?: \n//.* )* | ^[ ]{{2}}{JSDOC} )
    (?: \n[ ]{{2}} \*? (?P<function> \w+ ) \( [\s\S]*? ^[ ]{{2}}}},$
      | [\s\S]*? ^const[ ] (?P<object> \w+ ) [ ]=[ ]{{$ )
  | ^}};$
"""
MARGIN = r"^ *(?:/?\*+/?|//) ?| \*/$"  # what makes a comment of a text
UNSAID = ("//", "c"), ("const", "k")  # Python says the same without them
KEYWORDS = "const|for|if|in|let|new|of|return|yield"
WORD = r"""
    (?P<c> {comment} )
  | (?P<s> f?"[^"\n]*" | `[^`\n]*` )
  | (?P<m> \d[\w.]* )
  | (?P<o> (?<!\.) (?:{own}) \b )
  | (?P<k> (?:{keywords}) \b )
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

    why = ""  # what a lesson says of it, HTML
    docstring = None  # the function's stands before or after it, not in the rows

    def __init__(self, words):
        self.words = words
        self.texts = [word.text for word in words]
        self.text = "".join(self.texts)
        self.code = self.text.strip()  # whatever it is nested in
        self.indent = len(self.text) - len(self.text.lstrip())
        said = (w for w in words if not w.text.isspace() and w[:2] not in UNSAID)
        keys = (word.key for word in said)
        self.keys = tuple(keys)  # what it says in any framework


class Block(NamedTuple):
    """A function, a method, or what stands above the first one in a class or file."""

    docstring: str
    whole: list[Line]  # with the docstring,
    code: list[Line]  # and without
    whole_at: int  # the numbers of their first lines in the file
    code_at: int
    indent: int  # of the first one there


class Part(NamedTuple):
    """What a reader says of a block."""

    name: str  # such as Network.train
    end: int  # its last line
    docstring: str = ""
    place: tuple = ()  # the first and the last line of the docstring


def blocks(path, names):
    """The blocks of a file, in order -> {name, such as Network.train: Block}

    `names` is what its framework calls the operations.  Comments belong to what
    follows.
    """
    text = path.read_text()
    lines = text.splitlines()
    parts, words = READERS[path.suffix](text)
    own = [*map(re.escape, names.values()), *words.pop("own")]
    words["own"] = "|".join(own) or "(?!)"  # nothing
    pattern = re.compile(WORD.format(**words), re.VERBOSE)
    keys = {text: f"operation {key}" for key, text in names.items()}
    blocks, start = {}, 0
    for name, last, docstring, place in parts:
        first, end = place or (last + 1, last)
        begin, rest = lines[start : first - 1], lines[end:last]
        start_at = start + 1 + _blank(lines[start:last])
        code_at = start_at if any(begin) else end + 1 + _blank(rest)
        texts = lines[start:last], begin + rest
        whole, code = (_lines(part, pattern, keys) for part in texts)
        if docstring and code:
            at = len(begin) - _blank(begin) - 1
            code[max(at, 0)].docstring = "before" if at < 0 else "after"
        indent = len(lines[start_at - 1]) - len(lines[start_at - 1].lstrip())
        blocks[name] = Block(docstring, whole, code, start_at, code_at, indent)
        start = last
    return blocks


def _python(text):
    """How to read a Python file -> its parts, what kinds of words there are"""
    tree = ast.parse(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = [alias.asname or alias.name for node in imports for alias in node.names]
    own = [rf"{m}\.[\w.]*\w" for m in modules]  # such as tf.matmul
    words = {"own": own, "keywords": "|".join(kwlist), "comment": COMMENT}
    return _parts(tree, HEAD), words


def _javascript(text):
    """The same of a JavaScript file, for the functions in its objects."""
    parts, inside = [], None
    for match in re.finditer(JAVASCRIPT, text, re.MULTILINE | re.VERBOSE):
        inside = match["object"] or inside
        first, end, last = (
            text.count("\n", 0, at) + 1 for at in (*match.span("doc"), match.end())
        )
        if match["doc"]:
            docstring = re.sub(MARGIN, "", match["doc"], flags=re.MULTILINE).strip()
            name = f"{inside}.{match['function'] or HEAD}"
            parts.append(Part(name, last, docstring, (first, end)))
        else:  # where the object ends
            parts.append(Part(inside, last))
    words = {"own": [r"Math\.\w+"], "keywords": KEYWORDS, "comment": JSDOC + r"|//.*"}
    return parts, words


READERS = {".py": _python, ".js": _javascript}


def _parts(node, name):
    """A file or a class as far as its first function; its functions -> Part, ..."""
    last, body = node, node.body
    if not isinstance(node, ast.FunctionDef):
        body = [*takewhile(lambda part: not isinstance(part, DEFINITION), node.body)]
        last = body[-1]
    place = body[0].lineno, body[0].end_lineno
    docstring = ast.get_docstring(node)
    yield Part(name, last.end_lineno, *(docstring, place) if docstring else ())
    if last is node:
        return
    for part in node.body:
        if isinstance(part, DEFINITION):
            inner = part.name if name == HEAD else f"{name}.{part.name}"
            yield from _parts(part, inner)


def _blank(lines):
    """How many blank lines come first."""
    return len([*takewhile(lambda line: not line, lines)])


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
