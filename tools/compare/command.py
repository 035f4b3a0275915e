"""Train several packages on the same images, in the same order, with the same noise.

Of one model in several frameworks only the framework differs; of several models in one
framework that is compared which all of them have.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import Interrupted, UserError, files, packages, runs
from common.commands import train
from common.commands.command_line import COUNT, Parser, answer, print_notes
from common.images import data
from common.settings import ARRAY, Settings
from tools.compare import trial
from tools.pages import base

EPOCHS = 5
MOST = 3  # columns of a report
OF_RUNS = {"packages", "runs", "out", "overwrite", "data", "quiet"}  # options
WHY = (
    "Every framework rounds its sums in an order of its own, at the seventh digit. "
    "Adam divides each gradient by its size, which keeps that relative error, and each "
    "step starts from where the last one ended: so the paths part, while what they "
    "reach stays the same.  The figures are shares of the way gone so far."
)


def main(argv=None):
    """Run `python -m common.compare` -> exit status: 0, 2 (a mistake), 130."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser(argv).parse_args(argv)
    return answer(_compare, options)


def _parser(argv):
    """The options of training, with their defaults for the first package named."""
    every = packages.every()
    first = next((word for word in argv if word in every), every[-1])
    parser = Parser(
        prog="python -m common.compare",
        usage="%(prog)s PACKAGE PACKAGE [PACKAGE] [options]\n"
        "       %(prog)s --runs RUN RUN [RUN] [--out DIR]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[train.make_parser(first)],
        add_help=False,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        conflict_handler="resolve",
    )
    parser.add_argument(
        "packages",
        metavar="PACKAGE",
        nargs="*",
        default=[],
        help=f"two or three of {', '.join(every)}",
    )
    add = parser.add_argument_group("comparison").add_argument
    add("-h", "--help", action="help", help="show this message and exit")
    add(
        "--runs",
        metavar="RUN",
        nargs="+",
        type=files.path,
        help="compare these, trained already",
    )
    add(
        "--epochs",
        metavar="N",
        type=COUNT,
        help=f"(default: {EPOCHS})",
    )
    add(
        "--out",
        metavar="DIR",
        type=files.path,
        help="folder for report.html, report.json, the pictures and the runs (default: "
        "runs/compare/DATE_TIME)",
    )
    hidden = {"default": argparse.SUPPRESS, "help": argparse.SUPPRESS}
    add("--overwrite", action="store_true", help="replace the comparison in --out")
    add("--resume", **hidden)
    add("--config", **hidden)
    add("--quiet", action="store_true", help="print no progress")
    return parser


def _compare(options):
    """Train or load, measure, write -> exit status 0.  UserError for a mistake."""
    for name in ("resume", "config"):
        if name in options:
            raise UserError(f"--{name} cannot be given: a comparison starts new runs")
    jobs = _of_runs(options) if "runs" in options else _of_packages(options)
    out = _folder(options)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".compare") as work:
        results = _carry_out(jobs, Path(work), "quiet" in options)
        report = _report(jobs, results, Path(work))
        made = Path(work, ".made")
        made.mkdir()
        _write(made, report, Path(work), "quiet" in options)
        for job in jobs:
            if not job["run"]:
                Path(work, job["label"]).rename(made / job["label"])
        _publish(made, out)
    print(_text(report))
    print(f"\nfiles: report.html, report.json, {', '.join(report['figures'])} in {out}")
    return 0


def _publish(made, out):
    """Move all that was made to where it is found: whole, or not at all."""
    if not out.exists():
        made.rename(out)
        return
    for path in made.iterdir():
        place = out / path.name
        if place.is_dir():
            shutil.rmtree(place)
        path.replace(place)


def _of_packages(options):
    """A job for each package named.  UserError if they cannot be compared."""
    names = options.packages
    _check(names, names)
    abouts = [packages.model_of(name) for name in names]
    given = {"epochs": EPOCHS, **vars(options)}
    source, dataset = data.load_or_digits(
        given.get("data", abouts[0].defaults["data"]), explicit="data" in given
    )
    binarize = [about.defaults["binarize"] for about in abouts]
    same = next((how for how in binarize if how != "none"), "none")
    if "binarize" in given:
        dataset.check_binarize(given["binarize"])
    elif dataset.binarized:
        same = "static"
    print_notes(dataset)
    jobs = []
    for name, about in zip(names, abouts, strict=True):
        wanted = {**about.defaults, "binarize": same, "model": about.name, **given}
        wanted |= {"data": source, "hidden": tuple(wanted["hidden"])}
        if "batch_size" not in given:
            wanted["batch_size"] = min(wanted["batch_size"], len(dataset.train_images))
        try:
            settings = Settings.of(wanted)
        except ValueError as error:  # an option that only the other model has
            raise UserError(f"{name}: {error}") from None
        if settings.batch_size > len(dataset.train_images):
            raise UserError(
                f"--batch-size {settings.batch_size} is more than there are training "
                f"images; choose {len(dataset.train_images)} or less"
            )
        jobs.append(_job(name, name, settings, source, dataset.name))
    return jobs


def _of_runs(options):
    """A job for each run named.  UserError if they cannot be compared."""
    if options.packages:
        raise UserError("name packages to train, or --runs, not both")
    if others := set(vars(options)) - OF_RUNS:
        name = min(others).replace("_", "-")
        raise UserError(f"--{name} cannot be given with --runs, which are trained")
    found = [(path, *_read(path)) for path in options.runs]
    names = [package for _, package, _ in found]
    labels = names
    if len(set(names)) < len(names):
        labels = [base.printable(path.resolve().name) for path in options.runs]
    if len(set(labels)) < len(labels):
        labels = [f"{i}_{label}" for i, label in enumerate(labels, 1)]
    _check(names, [str(path) for path in options.runs])
    hashes = {config["data"]["sha256"] for *_, config in found}
    if len(hashes) > 1:
        raise UserError(
            f"{options.runs[1]}: a run of other data than {options.runs[0]}; runs are "
            "compared on the same images"
        )
    _check_binarizations(found)
    source = getattr(options, "data", found[0][2]["settings"].data)
    _, dataset = data.load_or_digits(source, explicit=True)
    if {dataset.sha256} != hashes:
        raise UserError(
            f"{dataset.source}: not the data that {options.runs[0]} was trained on; "
            "give its place with --data"
        )
    print_notes(dataset)
    return [
        _job(package, label, config["settings"], source, dataset.name, path)
        for label, (path, package, config) in zip(labels, found, strict=True)
    ]


def _check_binarizations(found):
    """UserError if pixels of some runs are static, and those of others are not."""
    (first, _, config), *others = found
    how = config["settings"].binarize
    for path, _, config in others:
        other = config["settings"].binarize
        if other != how and "static" in (how, other):
            raise UserError(
                f"{path}: a run with --binarize {other}, but {first} has {how}; what "
                "was drawn once and for all is not compared with what was not"
            )


def _read(path):
    """The package and config.json of a run of any model."""
    run = runs.Run(path)
    if str(path) in ("latest", "pretrained") and not path.exists():
        raise UserError(f"{path}: --runs takes the folders of runs")
    try:
        package = json.loads(run.config_path.read_text())["package"]
        known = package in packages.every()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        known, package = False, packages.every()[0]
    if not known and run.config_path.is_file():
        raise UserError(f"{run.config_path}: damaged, or of a package that is not here")
    config = run.read_config(packages.model_of(package))
    if config["settings"].data == ARRAY:
        raise UserError(f"{path}: was fitted in Python; its images are not known")
    if run.has_weights_alone():
        raise UserError(f"{path}: has weights alone, no history to compare")
    if not run.checkpoint_path.exists():
        raise UserError(f"{path}: nothing is trained yet")
    return package, config


def _job(package, label, settings, source, name, run=None):
    return {
        "package": package,
        "label": label,
        "settings": asdict(settings),
        "data": source,
        "data_name": name,
        "run": str(run) if run else None,
    }


def _check(names, what):
    """UserError for packages that have nothing in common, or too few of them."""
    every = packages.every()
    for name in names:
        if name not in every:
            raise UserError(f"{name} is no package; choose from {', '.join(every)}")
    if len(names) < 2 or len(names) > MOST:
        raise UserError(f"name two or three to compare, not {len(names)}")
    if len({*what}) < len(what):
        raise UserError("each can be named once; two runs of one package: --runs")
    for a, b in combinations(names, 2):
        model, other = packages.model_of(a), packages.model_of(b)
        if model is not other and _framework(a) != _framework(b):
            raise UserError(
                f"{a} and {b} differ in model and framework; compare packages of one "
                "model, or models in one framework"
            )


def _framework(package):
    return package.partition("_")[2]


def _folder(options):
    """Where to write; its parent exists.  UserError if it is taken."""
    out = getattr(options, "out", None)
    if out is None:
        out = Path("runs", "compare", time.strftime("%Y-%m-%d_%H-%M-%S"))
    mine = (out / "report.json").is_file()
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not mine):
        raise UserError(f"{out}: exists and is no comparison; choose another --out")
    if mine and "overwrite" not in options:
        raise UserError(
            f"{out}: there is a comparison already; replace it with --overwrite"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _carry_out(jobs, work, quiet):
    """Each job in a process of its own, one after the other -> their results."""
    total = sum(job["settings"]["epochs"] * (not job["run"]) + 1 for job in jobs)
    bar = tqdm(total=total, unit="epoch", leave=False, disable=True if quiet else None)
    results = []
    with bar:
        for job in jobs:
            results.append(_in_a_process(job | {"folder": str(work)}, bar))
    return results


def _in_a_process(job, bar):
    code = "from tools.compare import trial; trial.main()"
    path = os.pathsep.join([str(packages.ROOT), os.environ.get("PYTHONPATH", "")])
    start, result = bar.n, None
    with (
        tempfile.TemporaryFile("w+") as errors,
        _process(code, path, errors) as process,
    ):
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        for text in process.stdout:
            line = json.loads(text)
            if "error" in line:
                raise UserError(f"{job['label']}: {line['error']}")
            if "doing" in line:
                bar.set_description(f"{job['label']} {line['doing']}")
            bar.update(start + line.get("epochs", bar.n - start) - bar.n)
            result = line.get("result", result)
        if process.wait() or result is None:
            errors.seek(0)
            last = (errors.read().strip().splitlines() or ["without a word"])[-1]
            raise UserError(f"{job['label']}: its process failed: {last}")
    bar.update(1)
    return result


@contextmanager
def _process(code, path, errors):
    """A Python of its own, which ends when this one is interrupted."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    try:
        yield process
    except KeyboardInterrupt:
        raise Interrupted from None
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _report(jobs, results, work):
    """Everything that was found, as report.json holds it."""
    abouts = [packages.model_of(job["package"]) for job in jobs]
    columns = [
        {
            "label": job["label"],
            "package": job["package"],
            "model": about.name,
            "run": job["run"],
            "settings": job["settings"],
            "lines_of_code": _lines(job["package"]),
        }
        | result
        for job, about, result in zip(jobs, abouts, results, strict=True)
    ]
    report = {"data": jobs[0]["data_name"], "columns": columns}
    report["differing_settings"] = _differing(jobs)
    report["apart"] = _apart(columns, work)
    report["why"] = WHY if report["apart"] else ""
    report["rows"] = _rows(abouts, columns)
    return report


def _lines(package):
    """Lines of code of the machinery and what it imports of its package.

    That is model.py, and the gradient where it is written by hand.  Without docstrings.
    """
    from tools.pages.side_by_side import source

    folder, machinery = packages.ROOT / package, packages.model_of(package).name
    text = (folder / f"{machinery}.py").read_text()
    imported = re.search(rf"^from {package} import (.+)$", text, re.MULTILINE)[1]
    blocks = [
        block
        for name in [machinery, *imported.split(", ")]
        for block in source.blocks(folder / f"{name}.py", {}).values()
    ]
    return sum(bool(line.text.strip()) for block in blocks for line in block.code)


def _differing(jobs):
    """Settings in which they are not alike: name -> value for each."""
    names = [name for name in jobs[0]["settings"] if name not in ("model", "data")]
    values = {name: [job["settings"][name] for job in jobs] for name in names}
    return {n: v for n, v in values.items() if any(x != v[0] for x in v)}


def _apart(columns, work):
    """How far parameters are from the first one's, as a share of the way they went.

    -> {step: [share for each other one]}; nothing for models of other shapes, and for
    finished runs, of which nobody knows the way.
    """
    if any(column["run"] for column in columns):
        return {}
    first = columns[0]
    shapes = [
        packages.model_of(c["package"]).shapes(
            Settings(**(c["settings"] | {"hidden": tuple(c["settings"]["hidden"])})),
            784,
        )
        for c in columns
    ]
    if any(shape != shapes[0] for shape in shapes):
        return {}
    found = {}
    start = _parameters(work / f".{first['label']}_0.npz", shapes[0])
    for step in (*trial.STEPS, "end"):
        arrays = []
        for column in columns:
            path = work / f".{column['label']}_{step}.npz"
            if step == "end":
                path = work / column["label"] / "checkpoint.npz"
            arrays.append(_parameters(path, shapes[0]))
        if any(array is None for array in arrays):
            continue
        way = np.linalg.norm(arrays[0] - start)
        found[str(step)] = [
            float(np.linalg.norm(a - arrays[0]) / way) for a in arrays[1:]
        ]
    return found


def _parameters(path, shapes):
    """All parameters of a checkpoint as one array; None if there is none."""
    if not path.exists():
        return None
    with np.load(path) as arrays:
        return np.concatenate(
            [arrays[name].ravel() for name in shapes], dtype=np.float64
        )


def _rows(abouts, columns):
    """The table: [title, unit, digits, value for each], of what all of them have."""
    measures = abouts[0].measures
    rows = []
    for name, measure in measures.items():
        row = [c["test"].get(name) for c in columns]
        rows.append(
            (f"test {measure.title.strip()}", measure.unit, measure.digits, row)
        )
    test = [
        (
            "log_evidence",
            f"log p(x), at most {trial.IMAGES} images, {trial.SAMPLES} draws each",
            "nats per image",
            2,
        ),
        ("mse", "squared error of reconstructions", "per pixel", 5),
    ]
    for name, title, unit, digits in test:
        if name not in measures:
            rows.append((title, unit, digits, [c["test"].get(name) for c in columns]))
    if columns[0]["history"]:
        seconds = [c["seconds_per_epoch"] for c in columns]
        rows.append(("one epoch (median)", "seconds", 2, seconds))
    for key, title, unit, digits, scale in (
        ("seconds_to_import", "to import", "seconds", 1, 1),
        ("seconds_to_compile", "to compile", "seconds", 1, 1),
        ("peak_memory", "peak memory, training", "MB", 0, 1e-6),
        ("lines_of_code", "model.py and its machinery", "lines of code", 0, 1),
    ):
        values = [c.get(key) for c in columns]
        rows.append((title, unit, digits, [v and v * scale for v in values]))
    return [row for row in rows if None not in row[3]]


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
    lines = [("", labels), *table]
    return "\n".join(
        title.ljust(left) + "".join(cell.rjust(width) for cell in cells)
        for title, cells in lines
    )


def _write(out, report, work, quiet):
    """report.json, report.html and the pictures."""
    from tools.compare import page as comparison

    models = {column["model"] for column in report["columns"]}
    if not quiet and len(models) == 1:
        print("functions are tried on drawn inputs for the report", file=sys.stderr)
    pictures = {
        column["label"]: np.load(work / f".{column['label']}_pictures.npz")
        for column in report["columns"]
    }
    figures = comparison.figures(report, pictures)
    report["figures"] = [*figures]
    for name, (figure, _) in figures.items():
        files.write_figure(out / name, figure)
    page = comparison.page(report, {n: text for n, (_, text) in figures.items()}, out)
    files.write(out / "report.json", json.dumps(report, indent=2).encode() + b"\n")
    files.write(out / "report.html", page.encode())
