"""The programs side by side: functions, lines and words, with evidence and formulas."""

from tools.pages import base
from tools.pages.side_by_side import evidence, parts, render
from tools.pages.side_by_side.render import SCRIPT, STYLE

TITLE = "The programs side by side"
LEAD = (
    "The same mathematics, written down once for each framework, line beside line. "
    "Above each function stands how far the frameworks were apart when it was tried "
    "on the same drawn inputs."
)


def body(names, measure=evidence.measure):
    """Everything worth comparing in these packages, with evidence -> HTML

    `measure` takes packages and names of functions, as `evidence.measure` does.
    """
    groups = parts.groups(names)
    return render.body(groups, {g.key: _evidence(g, measure) for g in groups})


def page(names, measure=evidence.measure):
    """A page of these packages alone -> HTML"""
    content = f"""<header>
<h1>{TITLE}</h1>
<p>{LEAD}</p>
</header>
<main>
{body(names, measure)}
</main>
<footer>Made from the sources by <code>make pages</code>.</footer>"""
    return base.document(TITLE, content, STYLE, SCRIPT)


def _evidence(group, measure):
    """Of model.py, where it is one model's."""
    file = group.files[0]
    if len(group.files) == 1:  # two models, which compute different things
        return {}
    try:
        return measure(group.names, file.functions)
    except evidence.CannotBeTried:
        return {}
