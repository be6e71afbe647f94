"""Training steps of whole models, side by side: pyseq's `fit`, TensorFlow's `fit`, JAX's jitted step, PyTorch eager.

    export BENCH_TF_PYTHON=... BENCH_JAX_PYTHON=... BENCH_TORCH_PYTHON=...    # tensorflow-cpu 2.15.1, jax 0.10, torch 2.13
    python bench/bench_models.py [--rows mlp-adam,iris] [--threads 1,2] [--rounds 5] [--record]

Each contestant is a process of its own, in its own virtual environment, with as many threads, on as many
processors, as it may use. Turns go round (A B C A B C ...); one process works while the others wait for their next line of stdin. The
figures are the best and the median of the rounds, in processor time for one thread, in wall time for several. The models
are bench/peers/rows.py. All do the same: shuffled batches of float32, the step, running loss and accuracy; all start with the
same weights and must report the same loss. A contestant without an interpreter is left out. Nothing fails when a bar is missed:
the table says so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import harness
from peers.rows import ROWS

WORKER = Path(__file__).parent / "peers" / "worker.py"
PEERS = ("tf", "jax", "jax-scan", "torch")
CHECK_STEPS, CLOSE = 20, 1e-3  # how far the losses of contestants may be apart after so many steps, relative
FIRST_FIT, PREDICT, CALL, INSTRUCTION, EAGER = 50e-3, 15e-6, 10e-6, 5e-9, 1.5e-6  # the bars in seconds
BUSY = 1.3  # two threads with the other processor busy, against one thread


class Skipped(Exception):
    """The contestant cannot do this row; says why."""


class Worker:
    """A contestant's process.

    Args:
        name: pyseq or one of PEERS. python: its interpreter.
        threads: that it may use; it stays on as many processors.
    """

    def __init__(self, name, python, threads):
        self.name, self.threads = name, threads
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [python, str(WORKER), name, str(threads), ",".join(map(str, processors()[-threads:]))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment(name, threads),
        )

    def ask(self, do, **arguments):
        """What the contestant's method returns.

        Raises:
            Skipped: it has no such layer. RuntimeError: it died; the end of what it wrote is in the message.
        """
        try:
            self.process.stdin.write(json.dumps({"do": do, "with": arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"bench_models: {self.name} ended while it was asked for {do}({arguments}).\n{said}")
        answer = json.loads(line)
        if "skipped" in answer:
            raise Skipped(f"{self.name}: {answer['skipped']}")
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()


def environment(name, threads):
    """The variables that say how many threads the libraries start."""
    env = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "3"}
    if name.startswith("jax"):
        env["JAX_PLATFORMS"] = "cpu"
        env["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    if name != "pyseq":
        env.pop("PYTHONPATH", None)
    return env


def processors():
    """Those that this process may use, as far as the system tells."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


class Bench:
    """The contestants that are running, and the tables."""

    def __init__(self, options):
        self.options = options
        self.pythons = {"pyseq": sys.executable, "tf": options.tf, "jax": options.jax, "torch": options.torch}
        self.pythons["jax-scan"] = options.jax
        self.names = [n for n in ("pyseq", *PEERS) if self.pythons[n] and n in {"pyseq", *options.peers}]
        self.workers = {}
        self.report = harness.Report("models")
        self.absolute = harness.Report("models")
        self.versions = {}
        for report in (self.report, self.absolute):
            report.facts["versions"] = self.versions

    def worker(self, name, threads):
        """The contestant's process with so many threads, started if need be."""
        if (name, threads) not in self.workers:
            self.workers[name, threads] = Worker(name, self.pythons[name], threads)
        return self.workers[name, threads]

    def close(self):
        for worker in self.workers.values():
            worker.close()

    # ------------------------------------------------------------------------------------------ training steps

    def train(self, key):
        """A line of the table for each number of threads."""
        try:
            contestants = self.loaded(key)
        except Skipped as why:
            self.report.row({"model": ROWS[key].name, "threads": "-", "bar": f"skipped: {why}"})
            return
        said = self.checked(key, contestants)
        figures = self.raced(contestants)
        load = round(os.getloadavg()[0], 2)
        for threads in self.options.threads:
            times = {n: figures[n, threads] for n in self.names if (n, threads) in figures}
            self.report.row({**step_row(ROWS[key], threads, times, said), "load": load})
        if self.options.explain:
            self.explain(key)
        if self.options.busy:
            self.busy(key)
        self.first_fit(key)
        self.memory(key)
        if len(ROWS[key].shape) > 1:
            self.peaks(key)

    def loaded(self, key):
        """{(name, threads): worker} with the row's model made and compiled; a peer that lacks a layer is left out."""
        ready = {}
        for name in self.names:
            for threads in self.options.threads:
                worker = self.worker(name, threads)
                try:
                    self.versions[name] = worker.ask("load", row=key, samples=self.options.samples)
                except Skipped:
                    if name == "pyseq":
                        raise
                    continue
                ready[name, threads] = worker
        return ready

    def checked(self, key, contestants):
        """What the last column says of the losses: nothing if all contestants' agree."""
        results = {which: w.ask("check", steps=CHECK_STEPS)[0] for which, w in contestants.items()}
        ours = results["pyseq", self.options.threads[0]]
        close = 0.1 if ROWS[key].loss_varies else CLOSE
        apart = [f"{n} {loss:.5g}" for (n, _), loss in results.items() if abs(loss - ours) > close * abs(ours)]
        return f"losses differ: pyseq {ours:.5g}, {', '.join(dict.fromkeys(apart))}" if apart else ""

    def raced(self, contestants, wall=False):
        """{(name, threads): harness.Times of a step}. wall: in wall time even if it is on one processor."""
        found = {which: [] for which in contestants}
        for _ in range(self.options.rounds):
            for which, worker in contestants.items():
                time.sleep(harness.PAUSE)  # threads of the one before go on spinning for a while
                found[which].append(worker.ask("turn", seconds=self.options.seconds, wall=wall))
        return {which: harness.Times(sorted(seconds)) for which, seconds in found.items()}

    def busy(self, key):
        """Two threads against one while the other processor is busy."""
        if len(processors()) != 2 or not {1, 2} <= set(self.options.threads):
            return
        with spinning(processors()[0]):
            times = self.raced({("pyseq", n): self.worker("pyseq", n) for n in (1, 2)}, wall=True)
        one, two = times["pyseq", 1], times["pyseq", 2]
        self.fact(key, "2 threads / 1, other core busy", two.min / one.min, "x", BUSY, us=1e6 * two.min)

    # ------------------------------------------------------------------------------------------ absolute figures

    def fact(self, what, measure, value, unit, bar=None, **more):
        """A line of the second table; `bar`: at most."""
        said = "" if bar is None else "ok" if value <= bar else f"over {bar:g}"
        self.absolute.row({"what": what, "measure": measure, "value": value, "unit": unit, **more, "bar": said})

    def first_fit(self, key):
        """The first `fit` call of a process over a later one, on one thread: the least of three processes."""
        first, later = [], []
        for _ in range(3):
            worker = Worker("pyseq", self.pythons["pyseq"], 1)
            with contextlib.closing(worker):
                a, b = worker.ask("first_fit", row=key)
            first, later = [*first, a], [*later, b]
        self.fact(key, "first fit - later", 1e3 * (min(first) - min(later)), "ms", 1e3 * FIRST_FIT)

    def memory(self, key):
        """What a step holds, against the batch, all layers' outputs, the gradients that flow, weights, their gradients, slots."""
        found = self.worker("pyseq", self.options.threads[0]).ask("memory")
        held = found["arena"] + found["weights"] + found["slots"]
        found = {kind: n / 1e3 for kind, n in found.items()}
        self.fact(key, "memory of a step", held / 1e3, "kB", found.pop("bound"), **found)

    def peaks(self, key):
        """What training takes in a process of its own, by all contestants on all threads; torch's is the bar."""
        found = {}
        for name in self.names[::-1]:
            with contextlib.closing(Worker(name, self.pythons[name], max(self.options.threads))) as worker:
                try:
                    found[name] = worker.ask("peak", row=key)
                except Skipped:
                    continue
        for name, n_bytes in found.items():
            bar = found["torch"] / 1e6 if name == "pyseq" and "torch" in found else None
            self.fact(key, f"{name} peak of training", n_bytes / 1e6, "MB", bar)

    def calls(self, key="mlp-adam"):
        """One row through `predict` and the model, from Python, by all contestants on one thread."""
        for name in self.names:
            if name == "jax-scan":
                continue
            worker = self.worker(name, 1)
            worker.ask("load", row=key, samples=1024)
            for what, seconds in worker.ask("calls").items():
                bar = {"predict(x[:1])": PREDICT, "model(x[:1])": CALL}[what] if name == "pyseq" else None
                self.fact(key, f"{name} {what}", 1e6 * seconds, "us", bar and 1e6 * bar)

    def engine(self):
        """The executor and the eager calls."""
        worker = self.worker("pyseq", 1)
        self.fact("executor", "an instruction", 1e9 * worker.ask("instruction"), "ns", 1e9 * INSTRUCTION)
        for op, (call, kernel) in worker.ask("eager").items():
            more = {"call us": 1e6 * call, "kernel us": 1e6 * kernel}
            self.fact(f"eager {op}", "over its kernel", 1e6 * (call - kernel), "us", 1e6 * EAGER, **more)

    def explain(self, key, most=12):
        """Print where the time of pyseq's step goes; equal instructions are one line."""
        found = self.worker("pyseq", self.options.threads[0]).ask("instructions")
        total, kinds = sum(seconds for *_, seconds in found), {}
        for name, shapes, seconds in found:
            kinds.setdefault(f"{name} {' '.join(shapes)}", []).append(seconds)
        print(f"{ROWS[key].name}: {len(found)} instructions, {1e6 * total:.1f} us, one thread")
        for what, seconds in sorted(kinds.items(), key=lambda kind: -sum(kind[1]))[:most]:
            print(f"  {1e6 * sum(seconds):8.2f} us {sum(seconds) / total:5.0%}  {len(seconds):3} x {what}")


def step_row(row, threads, times, said):
    """The table's line: us a step of all contestants, and the ratios that have a bar."""
    ours = times["pyseq"]
    line = {"model": row.name, "threads": threads, "pyseq us": 1e6 * ours.min, "median": 1e6 * ours.median}
    missed = []
    for name, t in times.items():
        if name == "pyseq":
            continue
        line |= {f"{name} us": 1e6 * t.min, f"{name} median": 1e6 * t.median, f"/{name}": t.min / ours.min}
        least = row.bars.get(threads, {}).get(name)
        if least and t.min < least * ours.min:
            missed.append(f"under {least} x {name}")
    bars = row.bars.get(threads, {})
    absent = [f"no {name}" for name in bars if name not in times]
    line["bar"] = "; ".join([*missed, *absent, *([said] if said else [])]) or ("ok" if bars else "")
    return line


@contextlib.contextmanager
def spinning(processor):
    """A program that keeps a processor busy."""
    spin = f"import os; os.sched_setaffinity(0, {{{processor}}})\nwhile True: pass"
    spinner = subprocess.Popen([sys.executable, "-c", spin])
    try:
        yield
    finally:
        spinner.kill()
        spinner.wait()


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, what in (("tf", "tensorflow-cpu 2.15.1"), ("jax", "jax 0.10"), ("torch", "torch 2.13")):
        variable = f"BENCH_{name.upper()}_PYTHON"
        parser.add_argument(f"--{name}", default=os.environ.get(variable), help=f"Python with {what}; or ${variable}")
    names = lambda text: text.split(",") if text else []  # noqa: E731
    parser.add_argument("--rows", type=names, default=list(ROWS), help=f"of {','.join(ROWS)}")
    parser.add_argument("--peers", type=names, default=list(PEERS), help=f"of {','.join(PEERS)}")
    parser.add_argument("--threads", type=lambda t: [int(n) for n in t.split(",")], default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of a turn; at least one epoch")
    parser.add_argument("--samples", type=int, help="at most so many rows of data, to be quick")
    parser.add_argument("--no-busy", dest="busy", action="store_false", help="not with the other processor busy")
    parser.add_argument("--no-engine", dest="engine", action="store_false", help="no executor, eager and one-row calls")
    parser.add_argument("--explain", action="store_true", help="print which instructions take pyseq's time")
    parser.add_argument("--record", action="store_true", help="append to bench/results/models.jsonl")
    options = parser.parse_args()
    unknown = {*options.rows} - {*ROWS} | {*options.peers} - {*PEERS}
    if unknown:
        parser.error(f"`--rows` are of {list(ROWS)}, `--peers` of {list(PEERS)}. Received: {sorted(unknown)}.")
    return options


def main():
    bench = Bench(parsed())
    try:
        for key in bench.options.rows:
            print(f"{key} ...", file=sys.stderr, flush=True)
            bench.train(key)
        if bench.options.engine:
            bench.calls()
            bench.engine()
    finally:  # what was measured is not lost to a contestant that dies, or to Ctrl-C
        bench.close()
        for report in (bench.report, bench.absolute):
            print("\n".join(report.lines()))
            if bench.options.record:
                report.record()


if __name__ == "__main__":
    main()
