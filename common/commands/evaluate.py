"""Measure the model on the test images, with the standard error over them."""

import json

import numpy as np

from common import files
from common.about import Measure
from common.commands import verb_parts
from common.commands.command_line import COUNT

FILES = ".json"
NAME = "metrics"


def add_options(parser, about):
    """How thoroughly, on which images."""
    if about.has_evidence:
        parser.add_argument(
            "--samples",
            metavar="N",
            type=COUNT,
            default=500,
            help="draws of z for each image's log p(x) (default: 500)",
        )
    verb_parts.add_data(parser)


def run(options, estimator, dataset, stem):
    """Print and write means and standard errors -> path."""
    every = np.arange(len(dataset.test_images))
    X, _ = verb_parts.test_images(dataset, every)
    print(f"{len(X):,} test images of {dataset.name}\n", flush=True)
    measures = dict(estimator.about.measures)
    values = dict(zip(measures, estimator.measures(X), strict=True))
    samples = getattr(options, "samples", 0)
    if samples:
        title = f"log p(x), {samples:,} importance samples"
        measures["importance_sampled"] = Measure(title)
        evidence = estimator.log_evidence(X, samples, progress=True)
        values["importance_sampled"] = evidence
    result = {"data": dataset.name, "images": len(X), "samples": samples}
    for name, measure in measures.items():
        result[name] = _mean(values[name])
        mean, error = (
            f"{number:.{measure.digits}f}" for number in result[name].values()
        )
        print(f"{measure.title:35}{mean:>9} +- {error} {measure.unit}")
    print()
    path = stem.with_name(f"{stem.name}.json")
    files.write(path, json.dumps(result, indent=2).encode() + b"\n")
    return [path]


def _mean(values):
    """Mean and its standard error.  (N,)"""
    spread = values.std(dtype=np.float64, ddof=len(values) > 1)
    mean = values.mean(dtype=np.float64)
    return {"mean": mean, "standard_error": spread / np.sqrt(len(values))}
