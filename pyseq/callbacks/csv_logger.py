"""CSVLogger: the results of each epoch as a line of a text file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable

import numpy as np

from pyseq.callbacks.callback import Callback


class CSVLogger(Callback):
    """Writes losses and metrics of each epoch into a CSV file: epoch (counted from 0), then the logs' values
    in the order of their names.

    Args:
        filename: of the file.
        separator: between two entries of a line.
        append: write behind what is in the file, without a second heading?
    Source: tf.keras.callbacks.CSVLogger.
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys = None
        self.writer = None
        self.csv_file = None

    def on_train_begin(self, logs=None):
        has_heading = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._heading_due = not has_heading
        self.keys = self.writer = None
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="")  # noqa: SIM115 - until training ends

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.writer is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]  # validated later, perhaps: `validation_freq`
            names = ["epoch", *self.keys]
            self.writer = csv.DictWriter(self.csv_file, names, delimiter=self.sep)
            if self._heading_due:
                self.writer.writeheader()
        self.writer.writerow({"epoch": epoch, **{key: _entry(logs.get(key, "NA")) for key in self.keys}})
        self.csv_file.flush()

    def on_train_end(self, logs=None):
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = self.writer = None


def _entry(value):
    """A value as a CSV entry: sequences as "[1, 2]"."""
    if isinstance(value, str) or np.ndim(value) == 0 or not isinstance(value, Iterable):
        return value
    return f'"[{", ".join(map(str, value))}]"'
