"""The progress bar, character for character the one tf.keras 2.15 prints (recorded in tests/utils/progbar.json).

While it runs, and when it is done:

     860/1719 [===============>..............] - ETA: 3s - loss: 0.3312 - accuracy: 0.9050
    1719/1719 [==============================] - 7s 4ms/step - loss: 0.2604 - accuracy: 0.9240
"""

from __future__ import annotations

import math
import os
import sys
import time

import numpy as np

from pyseq.messages import is_interactive_logging_enabled, say


class Progbar:
    """A progress bar with running means of the given values.

    Args:
        target: number of units to do, None if not known.
        width: of the bar, characters.
        verbose: 1, a bar that is redrawn; 2, one line at the end; 0, nothing.
        interval: least time between two redraws, s.
        stateful_metrics: names of values to show as they are; all others are averaged over the units done.
        unit_name: what a unit is called in "4ms/step".

    In a terminal too narrow for the line, the bar is shortened and then the line cut, so that redrawing it does not scroll;
    the last line is always whole.
    """

    def __init__(self, target, width=30, verbose=1, interval=0.05, stateful_metrics=None, unit_name="step"):
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or ())
        self.unit_name = unit_name
        self._sums: dict[str, list] = {}  # name -> [sum, weight], in the order of first appearance
        self._done = 0
        self._shown = 0  # characters of the line that stands on the screen
        self._start = self._epoch_start = time.time()
        self._first_unit = None  # when unit 1 was done: what precedes it (set-up) does not count into the time per unit
        self._last_draw = 0.0
        self._dynamic_display = (
            os.name == "posix" or "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ or _is_terminal()
        )

    def update(self, current, values=None, finalize=None):
        """Show that `current` units are done.

        Args:
            current: units done so far.
            values: list of (name, value); a value stands for the units since the last update.
            finalize: is this the last update? None: it is when `current` has reached `target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._add_values(current, values or ())
        self._done = current
        now = time.time()
        if self.verbose == 1 and (finalize or now - self._last_draw >= self.interval):
            self._draw(current, now, finalize)
            self._last_draw = now
        elif self.verbose == 2 and finalize:
            epoch = now - self._epoch_start
            times = f" -{_duration(epoch)}/epoch -{_duration(epoch / max(current, 1))}/{self.unit_name}"
            say(f"{self._count(current)} - {now - self._start:.0f}s{self._means()}{times}")
            self._epoch_start = now

    def add(self, n, values=None):
        """Show that `n` more units are done."""
        self.update(self._done + n, values)

    def _add_values(self, current, values):
        units = max(current - self._done, 1)
        for name, value in values:
            if name in self.stateful_metrics:
                self._sums[name] = [value, 1]
            elif name in self._sums:
                self._sums[name][0] += value * units
                self._sums[name][1] += units
            else:
                self._sums[name] = [value * units, units]

    def _draw(self, current, now, finalize):
        if not finalize and not is_interactive_logging_enabled():
            return  # a log has lines, which nothing can redraw
        count, tail = self._count(current), self._time(current, now, finalize) + self._means()
        line = count + self._bar(current, self.width) + tail
        columns = math.inf if finalize else _columns()
        if len(line) >= columns:
            line = count + self._bar(current, max(1, self.width - (len(line) - columns + 1))) + tail
            line = line[: columns - 1]
        back = "\b" * self._shown + "\r" if self._dynamic_display else "\n"
        rest = " " * (self._shown - len(line))
        self._shown = len(line)
        say(back + line + rest, end="\n" if finalize else "")

    def _count(self, current):
        if self.target is None:
            return f"{current:7d}/Unknown"
        return f"{current:{len(str(int(self.target)))}d}/{self.target}"

    def _bar(self, current, width):
        if self.target is None:
            return ""
        full = width * current // self.target if self.target else width
        head = ">" if current < self.target else "="
        return " [" + ("=" * (full - 1) + head if full > 0 else "") + "." * (width - full) + "]"

    def _time_per_unit(self, current, now):
        if current == 1:
            self._first_unit = now
        if current > 1 and self._first_unit is not None:
            return (now - self._first_unit) / (current - 1)
        return (now - self._start) / current if current else 0.0

    def _time(self, current, now, finalize):
        per_unit = self._time_per_unit(current, now)
        if self.target is None or finalize:
            return f" - {now - self._start:.0f}s{_duration(per_unit)}/{self.unit_name}"
        left = int(per_unit * (self.target - current))
        minutes, seconds = divmod(left, 60)
        if left > 3600:
            return f" - ETA: {minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
        return f" - ETA: {minutes}:{seconds:02d}" if left > 60 else f" - ETA: {left}s"

    def _means(self):
        return "".join(f" - {name}: {self._number(*sums)}" for name, sums in self._sums.items())

    def _number(self, total, weight):
        try:
            mean = float(np.mean(total)) / max(1, weight)
        except (TypeError, ValueError):
            return str(total)
        size = mean if self.verbose == 2 else abs(mean)  # tf.keras gives every negative number an exponent there
        return f"{mean:.4f}" if size > 1e-3 else f"{mean:.4e}"


def _duration(seconds):
    """ " 4ms", " 2s" or " 35us"; an exact zero is " 0s"."""
    if seconds >= 1 or seconds == 0:
        return f" {seconds:.0f}s"
    return f" {seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f" {seconds * 1e6:.0f}us"


def _is_terminal():
    return hasattr(sys.stdout, "isatty") and sys.stdout.isatty()


def _columns():
    """Columns of the terminal standard output is; infinity if it is none."""
    try:
        return (os.get_terminal_size(sys.stdout.fileno()).columns if _is_terminal() else 0) or math.inf
    except (OSError, ValueError):
        return math.inf
