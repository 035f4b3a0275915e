"""On Colab: fetch the project, and what Colab lacks.  Elsewhere this does nothing."""

import importlib.util
import subprocess
import sys
from pathlib import Path

ADDRESS = ""  # of the project
FOLDERS = [Path(), Path(".."), Path("lecture/notebooks")]
NEEDED = "filelock", "joblib", "pooch", "tqdm"  # beside TensorFlow

if not any((folder / "lesson.py").exists() for folder in FOLDERS):
    if not ADDRESS:
        raise SystemExit("Upload the folder of the project, as lecture, to here.")
    subprocess.run(["git", "clone", "-q", "--depth=1", ADDRESS, "lecture"], check=True)
here = next(folder for folder in FOLDERS if (folder / "lesson.py").exists())
sys.path.insert(0, str(here.resolve()))
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if missing:
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    subprocess.run([*pip, *missing], check=True)
