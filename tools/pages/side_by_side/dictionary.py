"""What one framework calls what another calls otherwise, found in the syntax trees."""

import ast
from collections import Counter

SIGNS = {
    **{ast.MatMult: "@", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"},
    **{ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%"},
}


def translations(ours, theirs):
    """Operations at the same place with different names.  trees -> {(a, b): count}"""
    found = Counter()
    for pair in _pairs(ours, theirs):
        _walk(*pair, found)
    return found


def _walk(a, b, found):
    """Go down both trees at once, as far as they have the same shape."""
    if ast.dump(a) == ast.dump(b):
        return
    (name, operands), (other, others) = _operation(a), _operation(b)
    if isinstance(a, ast.Name) != isinstance(b, ast.Name):  # tf.nn.relu, relu
        name, other = name or _name(a), other or _name(b)
    if name and other:
        if name != other:
            found[name, other] += 1
        for pair in _pairs(operands, others):
            _walk(*pair, found)
    elif type(a) is type(b) and not name and not other:
        children = [[*ast.iter_child_nodes(node)] for node in (a, b)]
        for pair in _pairs(*children):
            _walk(*pair, found)


def _operation(node):
    """An expression's operation and operands; of what is none, None."""
    if isinstance(node, ast.BinOp):
        return SIGNS.get(type(node.op)), [node.left, node.right]
    if isinstance(node, ast.Call):
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        function = node.func
        if isinstance(function, ast.Attribute) and not _is_path(function.value):
            return f".{function.attr}", [function.value, *values]
        return ast.unparse(function), values
    if isinstance(node, ast.Attribute) and _is_path(node):
        return ast.unparse(node), []
    return None, []


def _name(node):
    return node.id if isinstance(node, ast.Name) else None


def _is_path(node):
    """A name with dots, tf.nn say."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _pairs(operands, others):
    """Operands that belong together: by place, or those that are equal."""
    if len(operands) == len(others):
        return [*zip(operands, others, strict=True)]
    free = list(others)
    pairs = []
    for operand in operands:
        same = [o for o in free if ast.dump(o) == ast.dump(operand)]
        kind = [o for o in free if type(o) is type(operand)]
        for other in (same or kind)[:1]:
            free.remove(other)
            pairs.append((operand, other))
    return pairs


def of_assignments(ours, theirs):
    """The same for two lines, if they assign to the same names."""
    try:
        a, b = (ast.parse(text.strip()).body for text in (ours, theirs))
    except SyntaxError:
        return Counter()
    if not all(len(x) == 1 and isinstance(x[0], ast.Assign) for x in (a, b)):
        return Counter()
    if [*map(ast.dump, a[0].targets)] != [*map(ast.dump, b[0].targets)]:
        return Counter()
    found = Counter()
    name, other = (_operation(x[0].value)[0] for x in (a, b))
    if name and other and name != other:
        found[name, other] = 1
    return found
