"""How long `import pyseq` takes beyond `import numpy`, each time in a fresh process, and what it writes and imports."""

import os
import subprocess
import sys

import harness

REPEATS = 20
BAR_MS = 100  # of issue 2
PROGRAM = """
import sys, time
start = time.perf_counter()
import numpy
between = time.perf_counter()
import pyseq
end = time.perf_counter()
print(between - start, end - between, *(m for m in ("h5py", "matplotlib", "pandas", "tensorflow") if m in sys.modules))
"""


def test_import(report):
    path = os.pathsep.join(filter(None, sys.path))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": path}
    seconds = {"numpy": [], "pyseq after numpy": []}
    for k in range(REPEATS + 1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment
        )
        assert not done.stderr
        numpy_s, pyseq_s, *others = done.stdout.split()
        assert not others, f"import pyseq imports {others}"
        if k:  # the first warms the disk's cache and writes what an installer writes: the compiled modules
            seconds["numpy"].append(float(numpy_s))
            seconds["pyseq after numpy"].append(float(pyseq_s))
    for name, found in seconds.items():
        t = harness.Times(sorted(found))
        ours = name != "numpy"
        bar = ("ok" if 1e3 * t.median < BAR_MS else f"over {BAR_MS}") if ours else ""
        row = {"import": name, "min ms": 1e3 * t.min, "median": 1e3 * t.median, "p90": 1e3 * t.p90, "bar": bar}
        report.row(row, t if ours else None)
