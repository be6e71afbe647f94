"""What the benchmarks share: races, the kernel alone, records with the machine's facts, the table at the end.

A bench is a pytest file of which each test makes one row: it builds contestants (functions without arguments), checks that
they compute the same, lets them `race`, and adds what came out to its `report` (conftest.py). README.md says how to read it.
"""

from __future__ import annotations

import datetime
import functools
import gc
import itertools
import json
import math
import os
import platform
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from peers.torch_process import torch_process

import pyseq
from pyseq.cli import info
from pyseq.core import Variable, as_dtype, config, emit, kernels, snapshot, tracing, wrap

RESULTS = Path(__file__).parent / "results"
THREADS = sorted({1, config.default_num_threads()})
BLOCK, TURN = 100e-6, 5e-3  # seconds: least that is timed at once, least that a contestant's turn takes
PEER = 1.2  # how many times as long torch should take for what streams through memory
PAUSE = 0.05  # seconds between turns when several threads work: OpenBLAS's and MKL's go on spinning for 20 ms or more


@dataclass(frozen=True)
class Times:
    """Seconds of one call in each of the blocks timed, sorted."""

    seconds: list[float]

    @property
    def min(self):
        return self.seconds[0]

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def p90(self):
        return self.seconds[int(0.9 * (len(self.seconds) - 1))]


def race(contestants, n_threads=1, seconds=1.0, rounds=10):
    """{name: Times} of functions that take turns, so that what else the machine does hits all of them.

    One thread is timed in its own processor time, several in wall time. What a turn starts with is not counted: it brings the
    caches, and threads that sleep, into the state of a loop. Lasts for `seconds` (s), but at least so many `rounds`.
    """
    clock = time.thread_time if n_threads == 1 else time.perf_counter
    calls = {name: _calls_of_a_block(f) for name, f in contestants.items()}
    found = {name: [] for name in contestants}
    collecting = gc.isenabled()
    gc.disable()
    try:
        end = time.perf_counter() + seconds
        for turn in itertools.count():
            if turn >= rounds and time.perf_counter() > end:
                break
            for name, f in contestants.items():
                time.sleep(PAUSE if n_threads > 1 else 0)
                _block(f, calls[name], clock)
                started, n = time.perf_counter(), 0
                while n < 3 or time.perf_counter() - started < TURN:
                    found[name].append(_block(f, calls[name], clock))
                    n += 1
    finally:
        if collecting:
            gc.enable()
    return {name: Times(sorted(s)) for name, s in found.items()}


def _block(f, calls, clock):
    """Seconds of a call; more than 0: where the clock stood still, as that of a processor that is shared does at times, again."""
    for _ in range(100):
        start = clock()
        for _ in range(calls):
            f()
        seconds = clock() - start
        if seconds > 0:
            return seconds / calls
    raise RuntimeError(f"race: the clock stands still. Received: clock={clock}.")


def _calls_of_a_block(f):
    f()
    return max(1, math.ceil(BLOCK / min(_block(f, 1, time.perf_counter) for _ in range(3))))


# ------------------------------------------------------------------------------------------------------ the kernel alone


class Recorder:
    """A trace that computes as usual and keeps what each `emit` was given."""

    def __init__(self):
        self.calls = []

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        with tracing(None):
            made = emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)
        dtype = dtype or next((t.dtype for t in inputs if t is not None), None) or as_dtype(outputs[0][1])
        self.calls.append((kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates))
        return made

    def read(self, variable):
        return snapshot(variable)

    def check(self, *arguments):
        """What a plan would look at in every run; not part of a kernel."""


def kernel_alone(function, *names):
    """The kernels of these names that `function` runs, as a function that runs them over outputs allocated before, as a plan does.

    Without names all of them; the inputs stay those of this call.
    """
    recorder = Recorder()
    with tracing(recorder):
        function()
    chosen = []
    for kernel, inputs, outputs, *rest, updates in recorder.calls:
        if not names or kernel.name in names:
            targets = tuple(Variable(np.zeros(shape, dtype.numpy)) for shape, dtype in outputs)
            chosen.append((kernel, inputs, (), *rest, targets + updates))
    if not chosen:
        raise ValueError(f"kernel_alone: no kernel is named {names}. Received: {[c[0].name for c in recorder.calls]}.")
    if len(chosen) == 1:
        return functools.partial(emit, *chosen[0])

    def run():
        for arguments in chosen:
            emit(*arguments)

    return run


def copier(n):
    """A function that copies n float32 with pyseq's `copy`: 8 n bytes, read and written."""
    x = wrap(np.ones(n, "float32"))
    dims, parts, work = (4 * n,), -(-4 * n // 65536), 4 * n
    return functools.partial(
        emit, kernels("copy"), (x,), (), dims, (), parts, work, None, (Variable(np.zeros(n, "float32")),)
    )


def stream_row(report, what, n_threads, n, n_bytes, kernel, bar=None, torch=None, **others):
    """Race `kernel` with a copy of n float32 and with `others`, and report GB/s and shares of the copy's bandwidth.

    Args:
        what: the first columns, {name: value}. n_bytes: that the kernel must read and write.
        bar: least share of the copy that the kernel should have.
        torch: what peers/torch_stream.py is asked for, which should take at least PEER times as long; or None.
    """
    process = torch and torch_process("torch_stream.py", n_threads)
    peer = [process.least(torch) for _ in range(3)] if process else []
    times = race({"copy": copier(n), "kernel": kernel, **others}, n_threads)
    copy = 8 * n / times["copy"].min
    peer += [process.least(torch) for _ in range(3)] if process else []
    shares = {name: n_bytes / t.min / copy for name, t in times.items() if name != "copy"}
    row = {
        **what,
        "threads": n_threads,
        "kernel us": 1e6 * times["kernel"].min,
        "median": 1e6 * times["kernel"].median,
        "GB/s": n_bytes / times["kernel"].min / 1e9,
        "copy GB/s": copy / 1e9,
    }
    row |= {"kernel/copy" if name == "kernel" else f"{name}/copy": share for name, share in shares.items()}
    row["bar"] = bar_mark(shares["kernel"], bar)
    if peer:
        row |= {"torch us": 1e6 * min(peer), "/torch": min(peer) / times["kernel"].min}
        row["peer bar"] = bar_mark(row["/torch"], PEER)
    report.row(row, times["kernel"])


def bar_mark(value, least):
    """What the table's last column says."""
    return "" if least is None else "ok" if value >= least else f"under {least}"


# ---------------------------------------------------------------------------------------------------- facts and records


def machine():
    """The facts without which a figure means nothing; neither host names nor paths."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "cpu": info.processor(),
        "cores_allowed": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "isa": config.isa(),
        "peak_gflops": info.peak_gflops(),
        "copy_64mb_gb_per_s": info.copy_bandwidth(),
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "numpy": np.__version__,
        "blas": _blas(),
        "pyseq": pyseq.__version__,
        "commit": _commit(),
    }


def _blas():
    found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{found.get('name')} {found.get('version')}"


def _commit():
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or None


class Report:
    """The rows of one bench: printed as a table at the end and, if asked for, recorded as JSON lines."""

    def __init__(self, name):
        self.name, self.rows, self.facts = name, [], machine()
        self.summary = tuple  # gives the lines under the table
        self.benchmark = None  # gives pytest-benchmark's fixture of the test that runs

    def row(self, values, times=None):
        """Add {column: value}. `times` of pyseq's contestant go to pytest-benchmark, too: at most one row a test has any."""
        self.rows.append(values)
        if times is not None:
            replay(self.benchmark(), times)

    def record(self):
        """Append a JSON line for each row to results/<name>.jsonl."""
        RESULTS.mkdir(exist_ok=True)
        with open(RESULTS / f"{self.name}.jsonl", "a") as f:
            for row in self.rows:
                kept = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in row.items()}
                f.write(json.dumps({**kept, **{k: v for k, v in self.facts.items() if k not in kept}}) + "\n")

    def lines(self):
        """The table."""
        facts = self.facts
        yield (
            f"{facts['cpu']}, {facts['cores_allowed']} cores, {facts['isa']}, load {facts['load']} at the start; "
            f"pyseq {facts['pyseq']} {facts['commit']}, numpy {facts['numpy']} ({facts['blas']})"
        )
        columns = list(dict.fromkeys(itertools.chain.from_iterable(self.rows)))
        cells = [columns, *([_cell(row.get(c)) for c in columns] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            yield "  ".join(
                cell.ljust(w) if j == 0 else cell.rjust(w) for j, (cell, w) in enumerate(zip(line, widths, strict=True))
            )
        yield from self.summary()


def _cell(value):
    if isinstance(value, float):
        return f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 20 else f"{value:.2f}"
    return "" if value is None else str(value)


# ------------------------------------------------------------------------------------------------------ pytest-benchmark

_replayed = 0.0


def replay_clock():
    """The clock that pytest-benchmark reads: it shows the times of a race that is over."""
    return _replayed


def replay(benchmark, times):
    """Let pytest-benchmark have the figures, for its own --benchmark-json and --benchmark-compare."""
    seconds = iter(times.seconds)

    def next_block():
        global _replayed
        _replayed += next(seconds)

    benchmark.pedantic(next_block, rounds=len(times.seconds))
