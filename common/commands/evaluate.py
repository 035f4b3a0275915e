"""Measure the model on the test images, and let a judge look at what it generates."""

import json
from dataclasses import asdict

import numpy as np

from common import UserError, files
from common.commands import use
from common.settings import COUNT, Range
from common.words import Measure

FILES = ".json"
NAME = "metrics"
NEEDS_TRAINING_IMAGES = True  # the judge is fitted on them
HEADING = "  sure   entropy      rarest    commonest   distance"
ROW = (
    "{title:35}{sure:6.1%} {entropy:9.2f}   {rarest:>2}: {rarest_share:5.1%}   "
    "{commonest:>2}: {commonest_share:6.1%} {distance:10.2f}"
)
LEGEND = """\
sure: a class has p > {sure:g}.  entropy: of the classes found, in nats; {most:.2f} if
all are as common.  distance: Frechet, in the judge's features, to the grey test
images; one average image, repeated, is as far as 100.  Figures of different judges
(other data, another version) cannot be compared.
"""


def add_options(parser, model):
    """How thoroughly, on which images."""
    if model.has_evidence:
        parser.add_argument(
            "--samples",
            metavar="N",
            type=COUNT,
            default=500,
            help="draws of z for each image's log p(x) (default: 500)",
        )
    parser.add_argument(
        "--judge",
        metavar="N",
        type=Range(int, 0, 10**6),
        default=10_000,
        help="generated images that are judged; 0: none (default: 10,000)",
    )
    use.add_data(parser)


def run(options, estimator, dataset, stem):
    """Print and write means and standard errors -> path."""
    if options.judge == 1:
        raise UserError("--judge 1 is too few to have a spread; take 0, or 2 and more")
    X = dataset.test_images
    how = estimator.settings_.binarize
    images = f"{len(X):,} test images of {dataset.name}"
    print(f"{images}, binarization: {how}\n", flush=True)
    measures = dict(estimator.test_measures)
    values = dict(zip(measures, estimator.measures(X), strict=True))
    samples = getattr(options, "samples", 0)
    if samples:
        title = f"log p(x), {samples:,} importance samples"
        measures["importance_sampled"] = Measure(title)
        evidence = estimator.log_evidence(X, samples, progress=None)
        values["importance_sampled"] = evidence
    result = {"data": dataset.name, "binarization": how}
    result |= {"images": len(X), "samples": samples}
    for name, measure in measures.items():
        result[name] = _mean(values[name])
        mean, error = (
            "?" if number is None else f"{number:.{measure.digits}f}"
            for number in result[name].values()
        )
        print(f"{measure.title:35}{mean:>9} +- {error} {measure.unit}")
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
    print(
        f"the judge, fitted to the training images, is right on {accuracy:.2%} of the "
        f"test images\n(of those of which it is sure, {precision:.2%})\n\n"
        f"{f'{count:,} samples':35}{HEADING}"
    )
    rows = {"training": judge.real_images}
    floor = f"the floor: {judge.real_images.images:,} training images"
    print(ROW.format(title=floor, **asdict(judge.real_images)), flush=True)
    for draw, title in estimator.words.samples.items():
        rows[draw] = judge.scores(estimator.sample(count, draw))
        print(ROW.format(title=title, **asdict(rows[draw])), flush=True)
    most = np.log(len(judge.classes))
    print("\n" + LEGEND.format(sure=judges.SURE, most=most))
    return {
        "accuracy": accuracy,
        "accuracy_where_sure": precision,
        "version": judges.VERSION,
        **{name: asdict(scores) for name, scores in rows.items()},
    }


def _mean(values):
    """Mean and its standard error, None for a single value.  (N,)"""
    mean, error = values.mean(dtype=np.float64), None
    if len(values) > 1:
        error = values.std(dtype=np.float64, ddof=1) / np.sqrt(len(values))
    return {"mean": mean, "standard_error": error}
