"""Measure the model on the test images, and judge its samples."""

import json
from dataclasses import asdict

import numpy as np

from common import UserError, files
from common.settings import COUNT, Range
from common.words import Measure
from tools import use

FILES = ".json"
NAME = "metrics"
HEADING = "  sure   entropy      rarest    commonest   distance"
ROW = (
    "{title:35}{sure:6.1%} {entropy:9.2f}   {rarest:>2}: {rarest_share:5.1%}   "
    "{commonest:>2}: {commonest_share:6.1%} {distance:10.2f}"
)
LEGEND = """\
sure: a class has p > {sure:g}.  entropy: of the classes found, in nats; {most:.2f} if
all are as common.  distance: Frechet, in the judge's features, to the gray test
images; one average image, repeated, is as far as 100.  Figures of different judges
(other data, another version) cannot be compared.
"""


def add_options(parser, model):
    """How thoroughly, on which images."""
    add, count = parser.add_argument, Range(int, 0, 10**6)
    parser.set_defaults(samples=0)
    if model.has_evidence:
        draws = "importance samples for log p(x) of each image (default: 500)"
        add("--samples", metavar="N", type=COUNT, default=500, help=draws)
    judged = "generated images that are judged; 0: none (default: 10,000)"
    add("--judge", metavar="N", type=count, default=10_000, help=judged)
    add("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Print and write means and standard errors -> path."""
    if options.judge == 1:
        raise UserError("--judge 1 is too few to have a spread; take 0, or 2 and more")
    X, samples, how = dataset.test_images, options.samples, estimator.settings_.binarize
    images = f"{len(X):,} test images of {dataset.name}"
    print(f"{images}, binarization: {how}\n", flush=True)
    result = {"data": dataset.name, "binarization": how}
    result |= {"images": len(X), "samples": samples}
    measures, values = dict(estimator.test_measures), [*estimator.measures(X)]
    if samples:
        title = f"log p(x), {samples:,} importance samples"
        measures["importance_sampled"] = Measure(title)
        values.append(estimator.log_evidence(X, samples, progress=None))
    for (name, measure), numbers in zip(measures.items(), values, strict=True):
        mean, error, digits = *_mean(numbers), measure.digits
        result[name] = {"mean": mean, "standard_error": error}
        spread = "?" if error is None else f"{error:.{digits}f}"
        print(f"{measure.title:35}{mean:9.{digits}f} +- {spread} {measure.unit}")
    print()
    if options.judge:
        result["samples_judged"] = _judged(options.judge, estimator, dataset)
    path = stem.with_name(f"{stem.name}.json")
    files.write(path, json.dumps(result, indent=2).encode() + b"\n")
    return [path]


def _judged(count, estimator, dataset):
    """Print and return what the judge says of samples; of none, why there is none."""
    from common import judge as judges

    try:
        judge = judges.of(dataset)
    except UserError as error:
        print(f"{error}\n")
        return None
    accuracy, precision = judge.accuracy, judge.precision_when_sure
    rows = {"training": judge.real_images}
    print(
        f"the judge, fitted to the training images, is right on {accuracy:.2%} of the "
        f"test images\n(of those of which it is sure, {precision:.2%})\n\n"
        f"{f'{count:,} samples':35}{HEADING}"
    )
    floor = f"the floor: {judge.real_images.images:,} training images"
    print(ROW.format(title=floor, **asdict(judge.real_images)), flush=True)
    for draw, title in estimator.words.samples.items():
        rows[draw] = judge.scores(estimator.sample(count, draw))
        print(ROW.format(title=title, **asdict(rows[draw])), flush=True)
    print("\n" + LEGEND.format(sure=judges.SURE, most=np.log(len(judge.classes))))
    result = {"accuracy": accuracy, "accuracy_where_sure": precision}
    result["version"] = judges.VERSION
    return result | {name: asdict(scores) for name, scores in rows.items()}


def _mean(values):
    """Mean and its standard error, None for a single value.  (N,)"""
    values = np.asarray(values, np.float64)
    error = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else None
    return values.mean(), error
