"""Train several packages on the same images, in the same order, with the same noise.

Of one model in several frameworks, only the framework differs.  Of several models in
one framework, the measures that all of them have are compared.
"""

import argparse
import json
import multiprocessing
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import UserError, files, packages, runs
from common.commands import train
from common.commands.command_line import DATA, Parser, exit_status, print_notes
from common.config import ARRAY
from common.images import data
from common.settings import COUNT
from common.words import Measure
from tools.compare import trial
from tools.compare.trial import IMAGES, SAMPLES, Trial
from tools.pages import base
from tools.pages.side_by_side import source as programs_text

EPOCHS = 5
MOST = 3  # columns of a report
WITH_RUNS = {"packages", "runs", "out", "overwrite", "data", "quiet"}  # options
SPAWN = multiprocessing.get_context("spawn")
EVIDENCE = f"log p(x), at most {IMAGES} images, {SAMPLES} importance samples each"
MEASURES = {  # of any model
    "log_evidence": Measure(EVIDENCE),
    "mse": Measure("squared error of reconstructions", "per pixel", 5),
    "seconds_per_epoch": Measure("one epoch (median)", "seconds"),
    "seconds_to_import": Measure("to import", "seconds", 1),
    "seconds_to_compile": Measure("to compile", "seconds", 1),
    "peak_memory": Measure("peak memory, training", "MB", 0),
    "lines_of_code": Measure("model.py and its machinery", "lines of code", 0),
}
WHY = (
    "Every framework rounds its sums in an order of its own, at the seventh digit. "
    "Adam divides each gradient by its size, which keeps that relative error, and each "
    "step starts from where the last one ended: so the paths part, while what they "
    "reach stays the same.  The figures are shares of the way gone so far."
)


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
    parser.add_argument(
        "packages",
        metavar="PACKAGE",
        nargs="*",
        default=[],
        help=f"two or three of {', '.join(every)}",
    )
    groups = {name: parser.add_argument_group(name) for name in train.GROUPS}
    groups["data"].add_argument("--data", metavar="SOURCE", help=DATA)
    train.add_settings(groups, packages.model_of(first))
    add = parser.add_argument_group("comparison").add_argument
    add("--epochs", metavar="N", type=COUNT, help=f"of each (default: {EPOCHS})")
    add(
        "--runs",
        metavar="RUN",
        nargs="+",
        type=files.path,
        help="compare these, which are trained already",
    )
    add(
        "--out",
        metavar="DIR",
        type=files.path,
        help="folder for report.html, report.json, the pictures and the runs (default: "
        "runs/compare/DATE_TIME)",
    )
    add("--overwrite", action="store_true", help="replace the comparison in --out")
    add("--quiet", action="store_true", help="print the result and nothing else")
    return parser


def _compare(options):
    """Train or load, measure, write -> exit status.  UserError for a mistake."""
    trials, dataset = (_of_runs if "runs" in options else _of_packages)(options)
    print_notes(dataset)
    out = _folder(options)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".compare") as temporary:
        folder = Path(temporary, "comparison")
        folder.mkdir()
        quiet = True if "quiet" in options else None
        with tqdm(unit="epoch", leave=False, disable=quiet) as bar:
            results = [_in_a_process(one, folder, bar) for one in trials]
            bar.set_description("report")
            report = _report(trials, results, dataset)
            _write(folder, report, results)
        _publish(folder, out)
    print(_text(report))
    print(f"\nfiles: report.html, report.json, {', '.join(report['figures'])} in {out}")
    return 0


def _of_packages(options):
    """A Trial of each package named, the data.  UserError for a mistake."""
    names, own = options.packages, {"epochs": EPOCHS} | vars(options)
    _check(names)
    if len({*names}) < len(names):
        raise UserError("each can be named once; two runs of one package: --runs")
    source = own.get("data", "mnist")
    source, dataset = data.load_or_digits(source, explicit="data" in own)
    models = [packages.model_of(name) for name in names]
    if not dataset.binarized:  # then all see the same pixels by themselves
        drawn = [model.binarize for model in models if model.binarize != "none"]
        own = {"binarize": (drawn or ["none"])[0]} | own
    trials = []
    for name, model in zip(names, models, strict=True):
        if lacking := set(own) & set(models[0].options()) - set(model.options()):
            flag = min(lacking).replace("_", "-")
            raise UserError(f"{name} has no --{flag}, which {names[0]} has")
        try:
            settings = train.settings_for(dataset, model, own)
        except ValueError as error:
            raise UserError(f"{name}: {error}") from None
        trials.append(Trial(name, name, settings, source))
    return trials, dataset


def _of_runs(options):
    """A Trial of each run named, the data.  UserError for a mistake."""
    if options.packages:
        raise UserError("name packages to train, or --runs, not both")
    if set(vars(options)) - WITH_RUNS:
        raise UserError("--runs are trained already: give no option of training")
    configs = [runs.Run(path).read_config() for path in options.runs]
    names = labels = [config.package for config in configs]
    _check(names)
    pixels = {(c.dataset["sha256"], c.settings.binarize == "static") for c in configs}
    if len(pixels) > 1:
        raise UserError(
            "these runs saw different images: their data differ, or only some were "
            "binarized once and for all (static)"
        )
    if configs[0].data == ARRAY:
        raise UserError("a run that was fitted in Python does not know its images")
    source = getattr(options, "data", configs[0].data)
    _, dataset = data.load_or_digits(source, explicit=True)
    if dataset.sha256 != configs[0].dataset["sha256"]:
        place = f"{options.runs[0]} was trained on; give its place with --data"
        raise UserError(f"{dataset.source}: not the data that {place}")
    if len({*names}) < len(names):
        labels = [base.printable(path.resolve().name) for path in options.runs]
    if len({*labels}) < len(labels):
        labels = [f"{i}_{label}" for i, label in enumerate(labels, 1)]
    trials = [
        Trial(label, config.package, config.settings, source, path)
        for label, config, path in zip(labels, configs, options.runs, strict=True)
    ]
    return trials, dataset


def _check(names):
    """UserError for packages that have nothing in common, too few or too many."""
    every = packages.every()
    for name in names:
        if name not in every:
            raise UserError(f"{name} is no package; choose from {', '.join(every)}")
    if not 2 <= len(names) <= MOST:
        raise UserError(f"name two or three to compare, not {len(names)}")
    for a, b in combinations(names, 2):
        (model, _, framework), (other, _, another) = a.partition("_"), b.partition("_")
        if model != other and framework != another:
            raise UserError(
                f"{a} and {b} differ in model and framework; compare packages of one "
                "model, or models in one framework"
            )


def _folder(options):
    """Where to write; its parent exists.  UserError if it is taken."""
    default = Path("runs", "compare", time.strftime("%Y-%m-%d_%H-%M-%S"))
    out = getattr(options, "out", default)
    if (out / "report.json").is_file():
        if "overwrite" not in options:
            raise UserError(f"{out}: a comparison already; replace it with --overwrite")
    elif out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise UserError(f"{out}: exists and is no comparison; choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _in_a_process(one, folder, bar):
    """Carry a Trial out in a process of its own -> its results."""
    bar.reset(0 if one.run else one.settings.epochs)
    bar.set_description(one.label)
    receiver, sender = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=trial.main, args=(one, folder, sender))
    ctrl_c = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the process inherits
    process.start()
    signal.signal(signal.SIGINT, ctrl_c)
    sender.close()  # so that the process alone holds this end
    try:
        while isinstance(message := receiver.recv(), int):
            bar.set_description(f"{one.label}, epoch {message}")
            bar.update()
    except EOFError:
        message = "its process was killed, or failed"
    except BaseException:
        process.kill()
        raise
    finally:
        process.join()
    if isinstance(message, str):
        raise UserError(f"{one.label}: {message}")
    return message


def _report(trials, results, dataset):
    """What report.json holds, but for the names of the pictures."""
    columns = [
        {
            "label": one.label,
            "package": one.package,
            "model": one.settings.name,
            "run": str(one.run) if one.run else None,
            "settings": one.settings.parameters(),
            "numbers": result["numbers"] | {"lines_of_code": _lines(one.package)},
            "history": result["history"],
        }
        for one, result in zip(trials, results, strict=True)
    ]
    settings, numbers = _shared(columns, "settings"), _shared(columns, "numbers")
    tests = trials[0].settings.test_measures
    tests = {n: replace(m, title=f"test {m.title.strip()}") for n, m in tests.items()}
    apart = _apart(columns, results)
    return {
        "data": dataset.name,
        "columns": columns,
        "differing_settings": {
            name: values
            for name, values in settings.items()
            if values.count(values[0]) < len(values)
        },
        "apart": apart,
        "why": WHY if apart else "",
        "rows": [
            (measure.title, measure.unit, measure.digits, numbers[name])
            for name, measure in (tests | MEASURES).items()
            if name in numbers
        ],
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


def _apart(columns, results):
    """How far parameters are from the first one's, as a share of the way they went.

    -> {step: [share of each other one]}; nothing for different models, or for runs
    that were trained before, whose way nobody knows.
    """
    if len({column["model"] for column in columns}) > 1:
        return {}
    first, *others = [result["parameters"] for result in results]
    start, apart = first.pop(0, None), {}
    for step, array in first.items():
        way = np.linalg.norm(array - start)
        shares = [np.linalg.norm(other[step] - array) / way for other in others]
        apart[str(step)] = [float(share) for share in shares]
    return apart


def _text(report):
    """The same table for a terminal."""
    labels = [column["label"] for column in report["columns"]]
    table = [
        (f"{title}, {unit}", [f"{value:,.{digits}f}" for value in values])
        for title, unit, digits, values in report["rows"]
    ]
    for step, shares in report["apart"].items():
        when = "at the end" if step == "end" else f"after step {step}"
        cells = ["", *(f"{share:.1e}" for share in shares)]
        table.append((f"parameters apart {when}, of their way", cells))
    left = max(len(title) for title, _ in table)
    width = max(12, *map(len, labels)) + 2
    return "\n".join(
        title.ljust(left) + "".join(cell.rjust(width) for cell in cells)
        for title, cells in [("", labels), *table]
    )


def _write(folder, report, results):
    """The pictures, report.json and report.html."""
    from common.figures import style  # slower than `--help`
    from tools.compare import page

    labels = [column["label"] for column in report["columns"]]
    pictures = [result["pictures"] for result in results]
    with style():
        figures = page.figures(report, dict(zip(labels, pictures, strict=True)))
        for name, (figure, _) in figures.items():
            files.write_figure(folder / name, figure)
    report["figures"] = [*figures]
    captions = {name: caption for name, (_, caption) in figures.items()}
    html = page.page(report, captions, folder)
    files.write(folder / "report.json", json.dumps(report, indent=2).encode() + b"\n")
    files.write(folder / "report.html", html.encode())


def _publish(folder, out):
    """Move all that was made to where it is found: whole, or not at all."""
    if not out.exists():
        folder.rename(out)
        return
    for path in folder.iterdir():
        place = out / path.name
        if place.is_dir():
            shutil.rmtree(place)
        path.replace(place)
