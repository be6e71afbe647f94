"""What all contestants answer."""

from __future__ import annotations

import time
from pathlib import Path

import rows


class Peer:
    """A contestant. Subclasses give `build`, `restart`, `epochs` and, if they can, `one_row`.

    Attributes:
        row: rows.Row. x, y: its data. epoch_seconds: what an epoch took lately, in wall time.
        clock: seconds; the process's own time if it is on one processor, since others may want that too; else wall time.
    """

    version = None
    clock = staticmethod(time.perf_counter)

    def load(self, row, samples=None):
        """Make the model of a row and train it for an epoch, so that everything is compiled. Returns the version."""
        self.row = rows.ROWS[row]
        self.x, self.y = rows.data(self.row, samples)
        self.build()
        self.check(2)
        start = time.perf_counter()
        self.epochs(1)
        self.epoch_seconds = time.perf_counter() - start
        return self.version

    def peak(self, row, batches=20):
        """Bytes that training takes at most, above what the process held with its data before there was a model."""
        self.row = rows.ROWS[row]
        self.x, self.y = rows.data(self.row, batches * self.row.batch)
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
        self.build()
        self.epochs(2)
        return resident("VmHWM") - before

    def check(self, steps):
        """[loss, accuracy] over an epoch of that many unshuffled batches, from the weights that all contestants start with."""
        steps = max(1, min(steps, self.row.samples // self.row.batch))  # whole batches
        x, y = rows.data(self.row, steps * self.row.batch)
        self.restart(rows.weights(self.row))
        return [float(v) for v in self.unshuffled(x, y)]

    def turn(self, seconds, wall=False):
        """Seconds a step, over as many whole epochs as fit into so many seconds; at least one. wall: in wall time."""
        n = max(1, round(seconds / self.epoch_seconds))
        clock, start = self.clock, time.perf_counter()
        try:
            self.clock = time.perf_counter if wall else clock
            times = self.epochs(n)
        finally:
            self.clock = clock
        self.epoch_seconds = (time.perf_counter() - start) / n
        return sum(times) / n / self.steps()

    def steps(self):
        """In an epoch, the short last one included."""
        return -(-len(self.x) // self.row.batch)

    def calls(self, seconds=0.3):
        """{what: seconds of one call} for one row of x, from Python: the best of many blocks."""
        return {name: best_of_blocks(f, seconds) for name, f in self.one_row().items()}


def resident(what):
    """Bytes of this process in memory: "VmRSS", now; "VmHWM", at most.

    Raises:
        NotImplementedError: the system does not tell.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        raise NotImplementedError("resident memory is read from /proc")
    (line,) = (text for text in status.read_text().splitlines() if text.startswith(what))
    return 1024 * int(line.split()[1])


def best_of_blocks(f, seconds, block=1e-3):
    """Seconds of a call: blocks of about a millisecond for so many seconds, the fastest of them."""
    for _ in range(5):
        f()  # plans and graphs are made at the first calls
    start = time.perf_counter()
    f()
    n = max(1, round(block / (time.perf_counter() - start)))
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(n):
            f()
        best = min(best, (time.perf_counter() - start) / n)
    return best
