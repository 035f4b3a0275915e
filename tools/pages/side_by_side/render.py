"""The side-by-side page as HTML.  It is whole without its script."""

from html import escape
from pathlib import Path

from common import packages
from tools.pages.side_by_side import align, formulas, parts, source
from tools.pages.side_by_side.evidence import GRADIENTS, VALUES

HERE = Path(__file__).parent
STYLE = (HERE / "side_by_side.css").read_text()
SCRIPT = (HERE / "side_by_side.js").read_text()
INDENTS = (4, 8, 12, 16)  # those from which a long line hangs
SHOWN = 2  # columns, before the script or the reader chooses
HELP = (
    "Quiet lines are equal in the columns shown; lit words differ. Click a name, or "
    "walk to it with Tab and the arrow keys and press Enter: it lights up wherever it "
    "stands, under its other names and in the formulas, too; Escape puts it out."
)


def body(groups, measured_of):
    """All groups, below a bar that leads to them -> HTML

    `measured_of` is {group's key: {function: Evidence}}.
    """
    sections = "\n".join(_group(g, measured_of.get(g.key, {})) for g in groups)
    return f"""{_bar(groups)}
<p class="help">{HELP}</p>
<p class="told" role="status"></p>
{sections}"""


def _bar(groups):
    links = "".join(
        f'<li><a href="#{file.key}">{escape(_short(group, file))}</a></li>'
        for group in groups
        for file in group.files
    )
    return f"""<nav class="bar" aria-label="Files"><ul>{links}</ul>
<label class="only"><input type="checkbox" id="only"> only what differs</label></nav>"""


def _short(group, file):
    if len({packages.model_of(name).name for name in group.names}) > 1:
        return " / ".join(f"{name}/{file.title}" for name in group.names)
    return f"{file.about.name}: {file.title}"


def _group(group, found):
    files = "\n".join(_file(group, file, found) for file in group.files)
    return f"""<section class="group" data-group="{group.key}">
<h2>{escape(group.title)}</h2>
{files}
{_dictionary(group)}
</section>"""


def _file(group, file, found):
    links = "".join(
        f'<li><a href="#{file.anchor(p)}">{escape(_plain(p.name))}</a></li>'
        for p in file.passages
    )
    passages = "\n".join(
        _passage(group, file, p, found if file.title == "model.py" else {})
        for p in file.passages
    )
    return f"""<section class="file" id="{file.key}">
<h3>{escape(file.title)}</h3>
<nav class="jump" aria-label="Functions of {escape(file.title)}, {escape(group.title)}">
<ul>{links}</ul></nav>
{_menus(group)}
{passages}
</section>"""


def _plain(name):
    """Without the class in front of a method."""
    return "imports" if name == source.HEAD else name.removeprefix("Network.")


def _menus(group):
    """A menu above each column; without the script, the names alone."""
    ordinals = ("Left column", "Right column", "Third column")
    menus = []
    for place, label in enumerate(ordinals[: max(SHOWN, min(3, len(group.names)))]):
        options = "".join(
            f'<option value="{i}"{" selected" * (i == place)}>{name}</option>'
            for i, name in enumerate(group.names)
        )
        wide = ' class="wide"' if place >= SHOWN else ""
        menus.append(f'<select aria-label="{label}"{wide}>{options}</select>')
    names = "".join(f"<span>{name}</span>" for name in group.names[:SHOWN])
    return (
        f'<div class="heads"><div class="menus" hidden>{"".join(menus)}</div>'
        f'<div class="names" aria-hidden="true">{names}</div></div>'
    )


def _passage(group, file, passage, found):
    anchor = file.anchor(passage)
    shown = _docstring(passage.docstring)
    shown += _formulas(group, file, passage)
    if passage.name in found:
        shown += _evidence(found[passage.name], group.names)
    head = "".join(
        f'<th scope="col"{" hidden" * (i >= SHOWN)}>{name}</th>'
        for i, name in enumerate(group.names)
    )
    rows = "\n".join(_row(row, group.keys) for row in passage.rows)
    texts = [[line and line.text for line in row[:SHOWN]] for row in passage.rows]
    same = all(len(set(row)) == 1 for row in texts)
    state = " same" if same else ""
    return f"""<div class="passage{state}" id="{anchor}">
<h4>{escape(_plain(passage.name))}</h4>
{shown}
<table><caption>{escape(_plain(passage.name))} in {escape(file.title)}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table>
</div>"""


def _formulas(group, file, passage):
    """That of each model, below each other where they differ."""
    found = {}
    for name, tree in zip(group.names, passage.trees, strict=True):
        if tree or passage.name == source.HEAD:
            found.setdefault(
                formulas.formula(packages.model_of(name), passage.name), name
            )
    found.pop("", None)
    several = len(found) > 1
    return "".join(
        f'<div class="formula">{math}'
        + (f" <small>{name}</small>" if several else "")
        + "</div>\n"
        for math, name in found.items()
    )


def _docstring(words):
    """Once for all packages; of a word that differs, each version, lit."""
    first, *rest = "".join(map(_versions, words)).split("\n")
    more = "\n".join(rest).strip("\n")
    more = f"\n<pre>{more}</pre>" if more else ""
    return f'<p class="doc">{first}</p>{more}\n' if first else ""


def _versions(words):
    words = [escape(word, quote=False) for word in dict.fromkeys(words)]
    if len(words) == 1:
        return words[0]
    return " / ".join(f'<b class="d">{word}</b>' for word in words)


def _evidence(found, names):
    """What was measured, beside what the tests allow."""
    count = len(names)
    frameworks = "the two" if count == 2 else f"any two of the {parts.in_words(count)}"
    return f"""<p class="evidence">Largest relative difference between {frameworks},
over {found.draws} drawn inputs: values <b>{measured(found.values)}</b>
(tests allow {power(VALUES)}), gradients <b>{measured(found.gradients)}</b>
({power(GRADIENTS)}).</p>
"""


def measured(value):
    """A measured number, in an element of its own, so that a test can leave it out."""
    return f'<data value="{value:.1e}">{power(value)}</data>'


def power(value):
    """A small number in scientific notation -> HTML"""
    digits, _, exponent = f"{value:.1e}".partition("e")
    if value == 0:
        return "0"
    digits = digits.removesuffix(".0")
    return f"{digits}&#8239;&times;&#8239;10<sup>{_minus(exponent)}</sup>"


def _minus(exponent):
    return str(int(exponent)).replace("-", "&#8722;")


def _row(row, keys):
    cells = "".join(_cell(row, column, keys) for column in range(len(row)))
    texts = {line.text if line else None for line in row[:SHOWN]}
    state = ' class="same"' if len(texts) == 1 else ""
    if texts == {None}:
        state = ' class="same" hidden'
    return f"<tr{state}>{cells}</tr>"


def _cell(row, column, keys):
    line = row[column]
    hidden = " hidden" if column >= SHOWN else ""
    if line is None:
        return f'<td class="none"{hidden}></td>'
    differing = [
        set() if other is line else align.different(line, other) for other in row
    ]
    words = []
    for i, word in enumerate(line.words):
        from_ = [str(c) for c, places in enumerate(differing) if i in places]
        words.append(_word(word, from_, len(row), keys, column))
    hang = f' class="i{line.indent}"' if line.indent in INDENTS else ""
    return f"<td{hang}{hidden}>{''.join(words)}</td>"


def _word(word, from_, columns, keys, column):
    """A word in its colour; `from_` are the columns where another one stands."""
    text = escape(word.text, quote=False)
    lit = [c for c in from_ if int(c) < SHOWN] if column < SHOWN else []
    kinds = [word.kind] if word.kind in tuple("kcsmo") else []
    classes = [*kinds, *(["d"] if lit else [])]
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    if from_ and columns > SHOWN:
        attributes += f' data-d="{"".join(from_)}"'
    if keys.get(word.text, word.text) != word.text:
        attributes += f' data-n="{escape(keys[word.text])}"'
    if word.kind in ("n", "o", "s"):
        return f"<i{attributes}>{text}</i>"
    return f"<b{attributes}>{text}</b>" if attributes else text


def _dictionary(group):
    if not group.dictionary:
        return ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in group.names)
    rows = []
    for names, places in group.dictionary.items():
        key = escape(group.keys[names[0]])
        cells = "".join(
            f'<td><code><i class="o" data-n="{key}">{escape(name)}</i></code></td>'
            if name
            else "<td>&ndash;</td>"
            for name in names
        )
        links = ", ".join(
            f'<a href="#{anchor}">{escape(_plain(name))}</a>'
            + (f" &times;&#8239;{count}" if count > 1 else "")
            for (anchor, name), count in places.items()
        )
        rows.append(f"<tr>{cells}<td>{places.total()}</td><td>{links}</td></tr>")
    lines = "\n".join(rows)
    return f"""<section class="dictionary" id="{group.key}-dictionary">
<h3>Dictionary</h3>
<p>What the one calls otherwise than the other, how often, and where.</p>
<div class="scroll" tabindex="0" role="region"
 aria-label="Dictionary: {group.key}">
<table><thead><tr>{heads}<th scope="col">times</th><th scope="col">in</th></tr></thead>
<tbody>
{lines}
</tbody></table></div>
</section>"""
