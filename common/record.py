"""Record each epoch of a run in its folder, and report it."""

import signal
import threading
from contextlib import contextmanager

import doorkeeper
from common import UserError, batches, loop


class Record:
    """A run in a folder: `VAE().fit(images, run=Record(...))` resumes or begins it.

    `config` goes into config.json.  After each epoch the model is measured on the test
    images and, with a `judge`, by its samples; then the state is saved.
    """

    def __init__(self, run, config, dataset, resume=False, overwrite=False):
        self.run, self.config, self.dataset = run, config, dataset
        self.resume, self.overwrite = resume, overwrite
        self.history = []  # rows of history.csv
        self.in_folder = False  # whether what the folder holds is this run

    def begun(self):
        """Called once the folder is ready."""

    def report(self, row):
        """Called after each epoch with its row of history.csv."""

    def judge(self):
        """The judge of this model's samples, or None."""

    @contextmanager
    def recording(self, estimator):
        """Prepare the folder -> the Epoch to start with, an event that stops training.

        The first Ctrl-C sets the event; the second one stops at once.
        """
        start, settings = loop.Epoch(1), estimator.settings_
        if self.resume:
            held = self.run.read_config()  # UserError if there is none
            self.run.lock()
            self.history, start = self.run.restore(estimator)
            if start.steps >= len(self.dataset.train_images) // settings.batch_size:
                raise UserError(f"{self.run.checkpoint_path}: damaged checkpoint")
            if (held.settings.epochs, held.data) != (settings.epochs, self.config.data):
                self.config.write(self.run.config_path)
            self.in_folder = True
        else:
            self.run.create(self.overwrite)
            if self.run.config_path.exists():  # of the former run
                self.config.write(self.run.config_path)
        before = self.history  # its rows have the same columns as those to come
        judged = settings.judged and (not before or "judge_distance" in before[0])
        self._judge = self.judge() if judged else None
        self.begun()
        self._test_set = batches.evaluation_set(self.dataset.test_images, settings)
        with _ctrl_c() as self._stop:
            yield start, self._stop

    def keep(self, estimator, epoch):
        """Measure, save, report; after Ctrl-C, KeyboardInterrupt once that is done."""
        settings = estimator.settings_
        if not epoch.complete:
            self._save(estimator, epoch)
            raise KeyboardInterrupt
        measures = loop.evaluate(estimator.network, self._test_set)
        loop.check_finite(measures[0], settings, epoch)
        numbers = epoch.number, *epoch.means.values(), *measures
        numbers = *numbers, epoch.learning_rate, epoch.seconds
        row = dict(zip(settings.columns(), numbers, strict=True))
        if self._judge:
            scores = self._judge.scores_of(estimator)
            row["judge_sure"] = scores.sure
            row["judge_rarest"] = scores.rarest_share
            row["judge_distance"] = scores.distance
        self.history.append(row)
        self._save(estimator, loop.Epoch(epoch.number + 1))
        self.report(row)
        if self._stop.is_set() and epoch.number < settings.epochs:
            raise KeyboardInterrupt

    def _save(self, estimator, epoch):
        """Write what it takes to go on with this Epoch; before, there is no run."""
        try:
            self.config.write(self.run.config_path)
            self.run.save(self.history, estimator.state(), epoch)
        except BaseException:
            if not self.in_folder:
                self.run.clear()  # rather than a run without a checkpoint
            raise
        self.in_folder = True


@contextmanager
def _ctrl_c():
    """Give an event that the first Ctrl-C sets; the second one stops at once."""
    event = threading.Event()
    if doorkeeper.PRESSED:
        event.set()

    def handle(*_):
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
