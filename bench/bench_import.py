"""How long `import pyseq` takes beyond `import numpy`, each time in a fresh process.

python bench/bench_import.py [repeats]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys

PROGRAM = """
import time
start = time.perf_counter()
import numpy
between = time.perf_counter()
import pyseq
print(between - start, time.perf_counter() - between)
"""


def times(repeats: int) -> list[tuple[float, float]]:
    """(seconds for NumPy, seconds for pyseq after it) of so many processes.

    The first, which is not counted, warms the disk's cache and writes what an installer writes: the compiled modules.
    """
    found = []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for i in range(repeats + 1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment
        )
        if i:
            numpy_s, pyseq_s = map(float, done.stdout.split())
            found.append((numpy_s, pyseq_s))
    return found


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    numpy_s, pyseq_s = (sorted(column) for column in zip(*times(repeats), strict=True))
    for name, column in (("numpy", numpy_s), ("pyseq after numpy", pyseq_s)):
        record = {
            "op": f"import {name}",
            "repeats": repeats,
            "min_ms": round(1e3 * column[0], 2),
            "median_ms": round(1e3 * statistics.median(column), 2),
            "p90_ms": round(1e3 * column[int(0.9 * (repeats - 1))], 2),
            "python": platform.python_version(),
        }
        print(json.dumps(record))


if __name__ == "__main__":
    main()
