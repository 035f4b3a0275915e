"""`python -m exercises.check kl`: is exercises/kl.py right?  No name: all exercises.

The exit status is 0 if it is right, 1 if it is wrong or not written yet, and 2 if it
cannot be read.  In a notebook: `from exercises.check import check`, then `check("kl")`,
or `check("kl", my_function)` for a function of the notebook.
"""

import copy
import inspect
import itertools
import sys
import traceback
from pathlib import Path

import numpy as np

from common.commands.command_line import Parser, exit_status, fail
from exercises.mistakes import CHANGES, EXERCISES

FOLDER = Path(__file__).parent
RIGHT, WRONG, UNREADABLE = 0, 1, 2
RANDOM = "Two calls with equal arguments differ. All noise is an argument."
CLOSE = {"rtol": 1e-5, "atol": 1e-6, "equal_nan": True}


class UnreadableError(Exception):
    """There is no function to call.  The text says why."""


class ResultError(Exception):
    """A result has another form than it should.  The text says which."""


def check(name, function=None):
    """Print whether exercises/NAME.py is right, or a function in its place."""
    print(verdict(name, function)[1])


def verdict(name, function=None):
    """What `check` prints.  -> exit status, line"""
    try:
        if name not in EXERCISES:
            exercises = ", ".join(EXERCISES)
            raise UnreadableError(f"no exercise has this name; there are {exercises}")
        exercise = EXERCISES[name]
        function = function or _read(f"{name}.py", exercise.right.__name__)
        _bind(function, exercise.right)
    except UnreadableError as error:
        return UNREADABLE, f"{name}: {error}"
    received = _results(exercise, function)
    expected = _results(exercise, exercise.right)
    if text := next(filter(None, map(_gap, received)), None):
        return WRONG, f"{name}: {text}"
    if _same(received, expected):
        return RIGHT, f"{name}: right"
    moderate = slice(len(expected) - exercise.extreme)  # a mistake may overflow, too
    if _same(received[moderate], expected[moderate]):
        return WRONG, f"{name}: wrong. Only extreme inputs fail. {exercise.advice}"
    text = (
        _mistake(exercise, received[moderate], expected[moderate])
        or ("" if _same(received, _results(exercise, function)) else RANDOM)
        or _difference(exercise, received, expected)
    )
    return WRONG, f"{name}: wrong. {text}"


def _read(file, name):
    """A function of a file, which is read anew each time."""
    path, names = FOLDER / file, {"__name__": file}
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{file}: {error.strerror}") from None
    try:
        exec(compile(text, str(path), "exec"), names)
    except SyntaxError as error:
        raise UnreadableError(f"{file}, line {error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        raise UnreadableError(f"{file}{_place(error)}") from None
    if not callable(names.get(name)):
        raise UnreadableError(f"{file} has no function {name}")
    return names[name]


def _bind(function, right):
    """Can it be called with these arguments?"""
    wanted = inspect.signature(right)
    try:
        inspect.signature(function).bind(*wanted.parameters)
    except (TypeError, ValueError) as error:
        text = f"the function must take {wanted}: {error}"
        raise UnreadableError(text) from None


def _arguments(exercise):
    return list(inspect.signature(exercise.right).parameters)


def _place(error):
    """The learner's line and Python's words: ", line 7: NameError: ..." and so on."""
    lines = traceback.extract_tb(error.__traceback__)[1:2]
    place = "".join(f", line {line.lineno}" for line in lines)
    return f"{place}: {type(error).__name__}: {error}"


def _results(exercise, function):
    """What a function returns for each of the inputs.  -> [{name: array}, ...]"""
    return [_result(exercise, function, inputs) for inputs in exercise.inputs]


def _result(exercise, function, inputs):
    """For some inputs.  -> {name: array}, or an exception"""
    try:
        with np.errstate(all="ignore"):
            result = function(*copy.deepcopy(inputs))
        if result is None or result is ...:
            return NotImplementedError("" if result is ... else ": it returns None")
        return _arrays(result, exercise.returns)
    except (Exception, SystemExit) as error:
        return error


def _arrays(result, names):
    """Results by name; a single one has the name ""."""
    if not names:
        result = {"": result}
    elif not isinstance(result, dict):
        if not isinstance(result, tuple | list) or len(result) != len(names):
            raise ResultError(f"Return {len(names)} arrays: {', '.join(names)}.")
        result = dict(zip(names, result, strict=True))
    if missing := [name for name in names if name not in result]:
        raise ResultError(f"{missing[0]} is missing.")
    try:
        return {name: np.asarray(result[name], float) for name in names or [""]}
    except (TypeError, ValueError):
        raise ResultError("Return arrays of numbers.") from None


def _gap(result):
    """Is there something still to write?"""
    if not isinstance(result, Exception):
        return ""
    if isinstance(result, NotImplementedError):
        return f"not written yet{result}"
    return "not written yet" if "ellipsis" in str(result) else ""


def _same(received, expected):
    return all(map(_equal, received, expected))


def _equal(a, b):
    """Are these two results the same, or errors of one kind?"""
    if isinstance(a, Exception) or isinstance(b, Exception):
        return type(a) is type(b)
    return all(a[n].shape == b[n].shape and np.allclose(a[n], b[n], **CLOSE) for n in b)


def _mistake(exercise, received, expected):
    """The sentence of the wrong function that returns the same."""
    if all(isinstance(result, Exception) for result in received):
        return ""
    for sentence, wrong in exercise.mistakes.items():
        if _same(received, _results(exercise, wrong)):
            return sentence
    for sentence, change in CHANGES.items():
        names = list(expected[0])
        for some in (names, *([name] for name in names[1:] and names)):
            changed = [r | {name: change(r[name]) for name in some} for r in expected]
            if _same(received, changed):
                return sentence if some == names else f"{some[0]}: {sentence}"
    arguments = enumerate(_arguments(exercise))
    for (i, first), (j, second) in itertools.combinations(arguments, 2):
        exchanged = []
        for inputs in exercise.inputs:
            changed = list(inputs)
            changed[i], changed[j] = inputs[j], inputs[i]
            exchanged.append(_result(exercise, exercise.right, changed))
        if _same(received, exchanged):
            return f"You exchange {first} and {second}."
    return ""


def _difference(exercise, received, expected):
    """The first inputs with another result, and both results."""
    for inputs, result, right in zip(exercise.inputs, received, expected, strict=True):
        if isinstance(result, ResultError):
            return str(result)
        if isinstance(result, Exception):
            return f"{_given(exercise, inputs)}{_place(result)}."
        for name, r in right.items():
            here, what = result[name], name or "the result"
            if here.shape != r.shape:
                text = f"has the shape {here.shape}; {r.shape} is right"
                return f"{_given(exercise, inputs)}, {what} {text}."
            for where in np.argwhere(~np.isclose(here, r, **CLOSE)).tolist():
                what += str(where) if r.size > 1 else ""
                numbers = f"{here[*where]:.6g}; {r[*where]:.6g} is right"
                rows = len(r), where[0]
                return f"{_given(exercise, inputs, *rows)}, {what} is {numbers}."
    return ""


def _given(exercise, inputs, count=0, row=0):
    """The arrays in a few words: a large one's row, if it has `count`, or its shape."""
    words = []
    for name, value in zip(_arguments(exercise), inputs, strict=True):
        if isinstance(value, np.ndarray) and value.size <= 4:
            words.append(f"{name} = {np.round(value, 3).tolist()}")
        elif isinstance(value, np.ndarray) and len(value) == count:
            words.append(f"{name}[{row}] = {np.round(value[row], 3).tolist()}")
        elif isinstance(value, np.ndarray):
            words.append(f"{name} of shape {value.shape}")
    return f"For {', '.join(words)}"


def main(argv=None):
    """Check the exercises that are named, or all -> exit status."""
    about = "Say whether exercises/NAME.py is right, and if not, the likely mistake."
    parser = Parser(prog="python -m exercises.check", description=about)
    text = f"an exercise (default: all): {', '.join(EXERCISES)}"
    parser.add_argument("names", nargs="*", metavar="NAME", help=text)
    worst = RIGHT
    for name in parser.parse_args(argv).names or EXERCISES:
        status, line = verdict(name)
        worst = max(worst, status)
        fail(line) if status == UNREADABLE else print(line)
    return worst


if __name__ == "__main__":
    sys.exit(exit_status(main))
