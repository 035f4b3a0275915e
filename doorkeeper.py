"""What every program calls first: can this Python run it, and if not, what to type?

Only the standard library is imported, and the syntax is that of Python 2.7, so that
any interpreter can say what is wrong with it, in one line.  pyproject.toml has the
table of what is needed: `requires-python`, `dependencies`, and an extra per framework.
"""

import importlib
import os
import signal
import sys
import time
import warnings

BUG = 70  # the exit status that sysexits.h calls EX_SOFTWARE
ROOT = os.path.dirname(os.path.abspath(__file__))
OURS = "common", "tools"
PRESSED = []  # Ctrl-C, each time
MODULES = {"scikit-learn": "sklearn", "theano-pymc": "theano"}  # imported as


class LackError(ImportError):
    """What this Python lacks, and what to type: its text is one line."""


def exports(framework, module, names, instead=""):
    """A package's `__getattr__`: load the framework when a name is asked for.

    Then `import vae_tf` takes no time, and `vae_tf.VAE` is found in `module`.  Where
    the framework lacks something, the line offers another package `instead`.
    """
    check(framework, instead=instead)
    room = importlib.import_module("common.frameworks." + framework)
    room.prepare()

    def getattr_(name):
        if name == "framework":
            return room
        if name not in names:
            package = module.partition(".")[0]
            raise AttributeError(
                "module {!r} has no attribute {!r}".format(package, name)
            )
        room.load()
        return getattr(importlib.import_module(module), name)

    return getattr_


def run(module, extra, *arguments):
    """Run the `main` of a program that needs an extra; None: Python alone."""
    check(extra, running=True)
    sys.exit(importlib.import_module(module).main(*arguments))


def check(extra, running=False, instead=""):
    """Go on if this Python has what an extra needs; else ImportError, in one line.

    Of `python -m PROGRAM` that line is all that is printed, the exit status is 2, and
    from then on `report` takes what nobody catches.
    """
    text = lack(extra)
    if text and instead:
        text += "; or use {}".format(instead)
    # while Python looks for the program; Python 2 does not say so
    running = running or sys.argv[:1] == ["-m"] or sys.version_info < (3,)
    if text and running:
        sys.stderr.write("error: " + text + "\n")
        sys.exit(2)
    if text:
        raise LackError(text)
    if running:
        _neutralize()


def _neutralize():
    """Let nothing that was set for other programs change what this one does."""
    for name in ("stdin", "stdout", "stderr"):  # one that is closed leads nowhere,
        if getattr(sys, name) is None:  # else the next file takes its number
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: SIM115
    os.environ["MPLBACKEND"] = "agg"  # figures go into files
    threads = os.environ.get("OMP_NUM_THREADS", "1").replace(",", "")
    useless = ("TQDM_",) if threads.strip("0").isdigit() else ("TQDM_", "OMP_NUM_")
    for name in [name for name in os.environ if name.startswith(useless)]:
        del os.environ[name]
    if sys.warnoptions:  # PYTHONWARNINGS: a warning of a library is no error here
        os.environ.pop("PYTHONWARNINGS", None)
        del sys.warnoptions[:]
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, ctrl_c)
    sys.excepthook = lambda kind, error, trace: sys.exit(report(error))
    import logging  # which a file of the user's may hide

    logging.disable(logging.WARNING)  # of libraries, as about folders for a cache


def ctrl_c(*_):
    """Handle Ctrl-C: note it too, since a library's callback loses what is raised."""
    PRESSED.append(True)
    raise KeyboardInterrupt


def lack(extra):
    """What this Python lacks, and what to type; empty if it lacks nothing.

    An extra is a framework's name; None: Python alone is asked about.
    """
    oldest, table = _table()
    needs = table["dependencies"] + table[extra] if extra else []
    here = "{}.{}".format(*sys.version_info[:2])
    limits = [need["python"] for need in needs if need["python"]]
    if _numbers(here) < _numbers(oldest):
        reason = "too old: {} or newer is needed".format(oldest)
    elif limits and _numbers(here) >= _numbers(limits[0]):
        reason = "too new for {}, which needs one before {}".format(extra, limits[0])
    else:
        text = _missing(needs)
        return text and "{} in {}; {}".format(text, sys.executable, _cure(extra))
    python = "Python {} ({}) is {}".format(here, sys.executable, reason)
    return "{}; {}".format(python, _cure(None))


def _table():
    """-> the oldest Python, {"dependencies" or an extra: what it needs}

    As pyproject.toml says it: "name>=oldest,<first too new; python_version < 'first'".
    """
    oldest, table, group, section = "", {}, None, ""
    with open(os.path.join(ROOT, "pyproject.toml")) as file:
        for line in file:
            line = line.strip()
            section = line if line[:1] == "[" else section
            name, _, rest = line.partition(" = ")
            if name == "requires-python":
                oldest = rest.strip('">=')
            elif rest in ("[", "[]") and section.startswith("[project"):
                group = table[name] = []
            elif line[:1] == '"' and group is not None:
                text, _, marker = line.strip('",').partition("; python_version < ")
                name, _, versions = text.partition(">=")
                least, _, most = versions.partition(",<")
                need = {"name": name, "oldest": least, "newest": most}
                group.append(dict(need, python=marker.strip("'")))
            else:
                group = None
    return oldest, table


def _module(need):
    """The name under which a package is imported."""
    return MODULES.get(need["name"], need["name"])


def _missing(needs):
    """The first package that is missing, too old or too new, in words."""
    installed = _installed()
    for need in needs:
        name, version = need["name"], installed.get(need["name"])
        if version is None and not _is_there(_module(need)):
            return "{} is not installed".format(name)
        here = "{} {} is too".format(name, version)
        if version and _numbers(version) < _numbers(need["oldest"]):
            return "{} old, {} or newer is needed".format(here, need["oldest"])
        if version and need["newest"] and _numbers(version) >= _numbers(need["newest"]):
            return "{} new, one before {} is needed".format(here, need["newest"])
    return ""


def _installed():
    """The distributions that Python finds.  -> {name: version}"""
    versions = {}
    for folder in reversed(sys.path):
        for entry in os.listdir(folder) if os.path.isdir(folder) else ():
            if entry.endswith((".dist-info", ".egg-info")):
                name, _, version = entry[:-10].partition("-")
                name = name.lower().replace("_", "-")
                versions[name] = version.partition("-")[0]
    return versions


def _is_there(module):
    """Whether a module can be found, as one installed under another name."""
    return any(os.path.isdir(os.path.join(folder, module)) for folder in sys.path)


def _numbers(version):
    """1.26.4 -> (1, 26, 4), which compares as versions do."""
    return [int(part) for part in version.split(".") if part.isdigit()]


def _cure(extra):
    """What to type, according to what there is; None: another Python is needed."""
    if sys.flags.no_site:
        return "run Python without -S, which hides installed packages"
    environment, command = _home(extra)
    scripts = os.path.join(environment, "Scripts" if os.name == "nt" else "bin")
    prefix = os.path.abspath(sys.prefix)
    ours = prefix.startswith(os.path.join(ROOT, ".venv"))
    if extra and prefix != sys.base_prefix and (prefix == environment or not ours):
        what = '"{}[{}]"'.format(ROOT, extra)
        return "type {} -m pip install -e {}".format(sys.executable, what)
    if os.path.isdir(scripts) and prefix != environment:
        word = "" if os.name == "nt" else "source "
        place = os.path.relpath(os.path.join(scripts, "activate"))
        return "type {}{}, then the same command".format(word, place)
    if os.name == "nt":
        return "docs/install.md says what to type"
    return "type {} in {}, which installs what is needed".format(command, ROOT)


def _home(extra):
    """The environment in which `make` installs an extra, and how to have it made."""
    with open(os.path.join(ROOT, "requirements.txt")) as file:
        pinned = [line.partition("==")[0] for line in file]
    needs = _table()[1].get(extra, [])
    if all(need["name"] in pinned for need in needs):
        return os.path.join(ROOT, ".venv"), "make train"
    return os.path.join(ROOT, ".venv-today"), "make today"


# An exception that nobody expected, on a Python that is new enough


def report(error):
    """Say in one line what an exception is -> exit status.

    Its traceback goes to a file.  It is a bug only if a line of ours raised it.
    """
    if isinstance(error, SystemExit):  # with PYTHONINSPECT
        return error.code
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("\ninterrupted\n")
        exec("")  # else a Ctrl-C in an exec, of a dataclass say, is what Python dies of
        return 130
    if isinstance(error, LackError):
        sys.stderr.write("error: {}\n".format(error))
        return 2
    message = "{}: {}".format(type(error).__name__, str(error).strip()[:300])
    places, trace = [], error.__traceback__
    path = _keep_traceback(type(error), error, trace)
    while trace:
        places.append((trace.tb_frame.f_code, trace.tb_frame.f_globals))
        trace = trace.tb_next
    culprit = hiding(places) or _library(error, places)
    if culprit:
        text = "{} ({}); the traceback is in {}".format(culprit, message, path)
    else:
        text = "{}; this is a bug of the program: please report it with the file {}"
        text = text.format(message, path)
    sys.stderr.write("error: {}\n".format(" ".join(text.split())))
    return 2 if culprit else BUG


def _keep_traceback(*error):
    """Write it into a file -> its path.  Python's own tools may be what failed."""
    folder = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"
    name = "vae-lecture-{}-{:.0f}.txt".format(os.getpid(), time.time())
    path = os.path.join(folder, name)
    screen = sys.stderr
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            sys.stderr = file
            sys.__excepthook__(*error)
    except OSError as reason:
        return "no file, because {} ({})".format(path, reason.strerror)
    finally:
        sys.stderr = screen
    return path


def hiding(places=()):
    """The file of a user's that Python took for a module that is needed, in words."""
    here, table = os.getcwd(), _table()[1]
    names = {_module(need) for needs in table.values() for need in needs}
    files = [code.co_filename for code, _ in places]
    files += [getattr(m, "__file__", None) or "" for m in list(sys.modules.values())]
    if sys.path[0] in ("", here):  # also those that are imported later
        always = map(_module, table["dependencies"])
        files += [os.path.join(here, name + ".py") for name in always]
    names.update(sys.stdlib_module_names, [] if here == ROOT else OURS)
    for file in files:
        folder, name = os.path.split(os.path.splitext(os.path.abspath(file))[0])
        if name == "__init__":
            folder, name = os.path.split(folder)
        if folder == here and name in names and os.path.exists(file):
            return "{} is taken for the module {}; rename it".format(file, name)
    return ""


def _library(error, places):
    """The library that raised an exception, in words; empty if a line of ours did."""
    below = []  # what our last line called
    for code, variables in places:
        file = code.co_filename  # an environment may lie in the project's folder
        ours = file.startswith(ROOT + os.sep) and "-packages" + os.sep not in file
        below = [] if ours else below + [(code, variables)]  # noqa: RUF005
    below = [b for b in below if b[1]["__name__"].partition(".")[0] != "importlib"]
    files = {v["__name__"]: v["__file__"] for c, v in below if c.co_name == "<module>"}
    if isinstance(error, ImportError) and error.name and (files or not below):
        name = error.name.partition(".")[0]
        found = getattr(sys.modules.get(name), "__file__", None) or ""
        files.setdefault(name, error.path or found)
    owner = getattr(error, "obj", None)  # a module that lacks something, say
    if isinstance(owner, type(sys)) and _is_strange(getattr(owner, "__file__", "")):
        files[owner.__name__] = owner.__file__
    strange = [name for name in files if _is_strange(files[name])]
    for name in strange + list(files):  # the first
        place = " ({})".format(files[name]) if strange else ""
        return "{}{} could not be imported".format(name.partition(".")[0], place)
    return below and "{} failed".format(below[-1][1]["__name__"].partition(".")[0])


def _is_strange(file):
    """Whether it lies outside the environment and the project."""
    return file and not file.startswith((sys.prefix, sys.base_prefix, ROOT + os.sep))
