"""What each model is, whatever the framework: a room for each."""

import importlib


def find(name):
    """The Settings of the model of that name, a class."""
    return part(name).Settings


def part(name, file=""):
    """A file of the model's room; without a name, the room itself."""
    return importlib.import_module(f"common.models.{name}.{file}".rstrip("."))
