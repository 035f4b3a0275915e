"""Train several packages on the same images, in the same order, with the same noise.

Of one model in several frameworks, only the framework differs.  Of several models in
one framework, the measures that all of them have are compared.
"""

import argparse
import importlib
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from common import UserError, files, packages, runs
from common.commands import train
from common.commands.command_line import DATA, Parser, exit_status, print_notes
from common.config import ARRAY, Config
from common.images import data
from common.settings import COUNT
from common.words import Measure
from tools import processes, twins
from tools.compare.trial import IMAGES, SAMPLES, carry_out
from tools.pages import base
from tools.pages.side_by_side import source as programs_text

EPOCHS = 5
MOST = 3  # columns of a report
PICTURES = {"curves.png", "reconstructions.png", "decoded.png", "narrow-curves.png"}
OWN = {"report.html", "report.json", *PICTURES, *packages.every()}  # in its folder
WITH_RUNS = {"packages", "runs", "out", "overwrite", "data", "quiet"}  # options
EVIDENCE = f"log p(x), at most {IMAGES} images, {SAMPLES} importance samples each"
MEASURES = {  # of any model
    "epochs": Measure("training", "epochs", 0),
    "log_evidence": Measure(EVIDENCE),
    "mse": Measure("squared error of reconstructions", "per pixel", 5),
    "seconds_per_epoch": Measure("one epoch (median)", "seconds"),
    "seconds_to_import": Measure("to import", "seconds", 1),
    "seconds_to_compile": Measure("to compile", "seconds", 1),
    "peak_memory": Measure("peak memory, training", "MB", 0),
    "lines_of_code": Measure("model.py and its machinery", "lines of code", 0),
}


def main(argv=None):
    """Run `python -m common.compare` -> exit status: 0, 2 (a mistake), 130."""
    argv = sys.argv[1:] if argv is None else argv
    return exit_status(_compare, _parser(argv).parse_args(argv))


def _parser(argv):
    """The settings, with their defaults for the first package named, and more."""
    every = packages.every()
    first = next((word for word in argv if word in every), every[-1])
    parser = Parser(
        prog="python -m common.compare",
        usage="%(prog)s PACKAGE PACKAGE [PACKAGE] [options]\n"
        "       %(prog)s --runs RUN RUN [RUN] [--out DIR]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        conflict_handler="resolve",  # --epochs is said twice
    )
    text = f"two or three of {', '.join(every)}"
    parser.add_argument("packages", metavar="PACKAGE", nargs="*", default=[], help=text)
    groups = {name: parser.add_argument_group(name) for name in train.GROUPS}
    groups["data"].add_argument("--data", metavar="SOURCE", help=DATA)
    train.add_settings(groups, packages.model_of(first))
    add = parser.add_argument_group("comparison").add_argument
    text = f"passes over the training images, of each package (default: {EPOCHS})"
    add("--epochs", metavar="N", type=COUNT, help=text)
    text = "compare these, which are trained already"
    add("--runs", metavar="RUN", nargs="+", type=files.path, help=text)
    text = "folder for report.html, report.json, the pictures and the runs (default: "
    text += "runs/compare/DATE_TIME)"
    add("--out", metavar="DIR", type=files.path, help=text)
    add("--overwrite", action="store_true", help="replace the comparison in --out")
    add("--quiet", action="store_true", help="print nothing before the result")
    return parser


def _compare(options):
    """Train or load, measure, write -> exit status.  UserError for a mistake."""
    trials, dataset = (_of_runs if "runs" in options else _of_packages)(options)
    print_notes(dataset)
    out = _folder(options)
    place = out.resolve()
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".compare") as temporary:
        folder = Path(temporary, "comparison")
        folder.mkdir()
        results = [_apart(*each, folder, "quiet" in options) for each in trials]
        columns, parameters, pictures = zip(*results, strict=True)
        report = _report(dataset, columns, parameters)
        _write(folder, report, pictures)
        if place.exists():
            place.rename(Path(temporary, "old"))
        folder.rename(place)
    print(_text(report))
    print(f"\nfiles: report.html, report.json, {', '.join(report['figures'])} in {out}")
    return 0


def _of_packages(options):
    """(Label, Config, None) of each package, the data.  UserError for a mistake."""
    names, own = options.packages, {"epochs": EPOCHS} | vars(options)
    _check(names)
    if len({*names}) < len(names):
        raise UserError("each can be named once; two runs of one package: --runs")
    source, dataset = data.load_or_digits(own.get("data", "mnist"), "data" in own)
    models = [packages.model_of(name) for name in names]
    if not dataset.binarized:  # then all see the same pixels by themselves
        drawn = [model.binarize for model in models if model.binarize != "none"]
        own = {"binarize": (drawn or ["none"])[0]} | own
    trials = []
    for name, model in zip(names, models, strict=True):
        if lacking := set(own) - WITH_RUNS - set(model.options()):
            flag = min(lacking).replace("_", "-")
            raise UserError(f"{name} has no --{flag}, which {names[0]} has")
        try:
            settings = train.settings_for(dataset, model, own)
        except ValueError as error:
            raise UserError(f"{name}: {error}") from None
        trials.append((name, Config(settings, name, source, {}), None))
    return trials, dataset


def _of_runs(options):
    """(Label, Config, path) of each run, the data.  UserError for a mistake."""
    if options.packages or set(vars(options)) - WITH_RUNS:
        trained = "--runs are trained already"
        raise UserError(f"{trained}: name no package and no option of training")
    configs = [runs.Run(path).read_config() for path in options.runs]
    names = [config.package for config in configs]
    _check(names)
    first = configs[0]
    pixels = {
        (c.dataset.get("sha256"), c.settings.binarize == "static") for c in configs
    }
    if len(pixels) > 1:
        raise UserError(
            "these runs saw different images: their data differ, or only some were "
            "binarized once and for all (static)"
        )
    if first.data == ARRAY:
        raise UserError("a run that was fitted in Python does not know its images")
    source = getattr(options, "data", first.data)
    _, dataset = data.load_or_digits(source, explicit=True)
    first.check_data(dataset, options.runs[0])
    folders = [base.printable(path.resolve().name) for path in options.runs]
    numbered = [f"{i}_{folder}" for i, folder in enumerate(folders, 1)]
    labels = next(n for n in (names, folders, numbered) if len({*n}) == len(n))
    configs = [replace(config, data=source) for config in configs]
    return [*zip(labels, configs, options.runs, strict=True)], dataset


def _check(names):
    """UserError for packages that have nothing in common, too few or too many."""
    every = packages.every()
    if unknown := [name for name in names if name not in every]:
        raise UserError(f"{unknown[0]} is no package; choose from {', '.join(every)}")
    if not 2 <= len(names) <= MOST:
        raise UserError(f"name two or three to compare, not {len(names)}")
    for name in names:  # or say at once what is not installed
        importlib.import_module(name)
    models, frameworks = {*map(twins.model, names)}, {*map(twins.framework, names)}
    if len(models) > 1 and len(frameworks) > 1:
        raise UserError(
            f"{' and '.join(names)} differ in model and framework; compare packages of "
            "one model, or models in one framework"
        )


def _folder(options):
    """Where to write; its parent exists.  UserError if there is anything already."""
    default = Path("runs", "compare", time.strftime("%Y-%m-%d_%H-%M-%S"))
    out = getattr(options, "out", default)
    names = {path.name for path in out.iterdir()} if out.exists() else set()
    if any(name[0] != "." for name in names - OWN):
        raise UserError(f"{out}: exists and is no comparison; choose another --out")
    if "report.json" in names and "overwrite" not in options:
        raise UserError(f"{out}: a comparison already; replace it with --overwrite")
    if out.exists() and not names:
        out.rmdir()  # or say at once that nothing can take its place
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _apart(label, *arguments):
    """One package's part, in a process of its own.  UserError if it fails."""
    try:
        return processes.apart(carry_out, label, *arguments)
    except (UserError, RuntimeError) as error:
        raise UserError(f"{label}: {error}") from None


def _report(dataset, columns, parameters):
    """What report.json holds, but for the names of the pictures."""
    for column in columns:
        column["numbers"]["lines_of_code"] = _lines(column["package"])
        column["numbers"]["epochs"] = column["settings"]["epochs"]
    settings, numbers = _shared(columns, "settings"), _shared(columns, "numbers")
    tests = packages.model_of(columns[0]["package"]).test_measures
    tests = {n: replace(m, title=f"test {m.title.strip()}") for n, m in tests.items()}
    measures = {n: m for n, m in (tests | MEASURES).items() if n in numbers}
    return {
        "data": dataset.name,
        "columns": columns,
        "differing_settings": {
            name: values for name, values in settings.items() if len({*values}) > 1
        },
        "apart": _distances(columns, parameters),
        "rows": [(m.title, m.unit, m.digits, numbers[n]) for n, m in measures.items()],
    }


def _shared(columns, part):
    """What all columns have in that part -> {name: [value in each]}"""
    first, *others = [column[part] for column in columns]
    names = [name for name in first if all(name in other for other in others)]
    return {name: [column[part][name] for column in columns] for name in names}


def _lines(package):
    """Lines of code of a package without its doors, blank lines and docstrings."""
    paths = sorted((packages.ROOT / package).glob("*.py"))
    programs = [path for path in paths if "def " in path.read_text()]
    blocks = [b for path in programs for b in programs_text.blocks(path, {}).values()]
    return sum(bool(line.text.strip()) for block in blocks for line in block.code)


def _distances(columns, parameters):
    """How far parameters are from the first one's, as a share of the way they went.

    -> {step: [share of each other one]}; nothing for different models, or for runs
    that were trained before, whose way nobody knows.
    """
    first, *others = parameters
    if not first or len({column["model"] for column in columns}) > 1:
        return {}
    start, shares = first.pop(0), {}
    for step, array in first.items():
        way = np.linalg.norm(array - start)
        norms = [np.linalg.norm(other[step] - array) for other in others]
        shares[str(step)] = [float(norm / way) for norm in norms]
    return shares


def _text(report):
    """The same table for a terminal."""
    labels = [column["label"] for column in report["columns"]]
    table = [("", *labels)]
    for title, unit, digits, values in report["rows"]:
        table.append((f"{title}, {unit}", *(f"{v:,.{digits}f}" for v in values)))
    for step, shares in report["apart"].items():
        when = "at the end" if step == "end" else f"after step {step}"
        title = f"parameters apart {when}, of their way"
        table.append((title, "", *(f"{share:.1e}" for share in shares)))
    left = max(len(title) for title, *_ in table)
    width = max(12, *map(len, labels)) + 2
    lines = (t.ljust(left) + "".join(c.rjust(width) for c in row) for t, *row in table)
    return "\n".join(lines)


def _write(folder, report, pictures):
    """The pictures, report.json and report.html."""
    from tools.compare import page  # slower than `--help`

    captions = page.draw(folder, report, pictures)
    report["figures"] = [*captions]
    html = page.page(report, captions, folder)
    files.write(folder / "report.json", json.dumps(report, indent=2).encode() + b"\n")
    files.write(folder / "report.html", html.encode())
