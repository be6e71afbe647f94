"""Matrix products in float32 beside NumPy's BLAS and MKL (if the package `mkl` is installed): GFLOP/s.

    python -m pytest bench/bench_dense.py

Each combination of instruction set and threads is a process of its own, since BLAS libraries read both when they are loaded;
OpenBLAS and MKL are held to AVX2 as pyseq is. All write into arrays allocated before, and take turns.
"""

import ctypes
import functools
import importlib.metadata
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import harness
import numpy as np
import pytest

from pyseq.cli import info
from pyseq.core import as_tensor, config
from pyseq.ops import linalg

SHAPES = {  # of issue 2: (m, n, k, is A stored transposed?)
    "32x128x784": (32, 128, 784, False),
    "32x10x128": (32, 10, 128, False),
    "784x128x32 A^T": (784, 128, 32, True),
    "64x300x784": (64, 300, 784, False),
    "128x512x784": (128, 512, 784, False),
    "256^3": (256, 256, 256, False),
    "1024^3": (1024, 1024, 1024, False),
    "2048x512x576": (2048, 512, 576, False),
    "25088x64x576": (25088, 64, 576, False),
    "21632x32x9": (21632, 32, 9, False),
}
MEAN_BAR, LEAST_BAR, PEAK_BAR = 1.2, 0.9, 0.82
ISAS = [isa for isa in ("avx512", "avx2", "neon") if isa in config.available_isas()]


# ------------------------------------------------------------------------------------------------------ in the child


def mkl_sgemm():
    """cblas_sgemm of the package `mkl`, or None."""
    try:
        files = importlib.metadata.files("mkl") or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name.startswith("libmkl_rt.so"):
            sgemm = ctypes.CDLL(os.path.realpath(file.locate())).cblas_sgemm
            sgemm.restype = None
            return sgemm
    return None


def contestants(m, n, k, turned, sgemm):
    """{name: function} of one product, checked against float64."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((k, m) if turned else (m, k)).astype("float32")
    b = rng.standard_normal((k, n)).astype("float32")
    c, left = np.empty((m, n), "float32"), a.T if turned else a
    x, y = as_tensor(a), as_tensor(b)
    tolerance = 1e-6 * k
    expected = left.astype("float64") @ b.astype("float64")
    np.testing.assert_allclose(linalg.matmul(x, y, turned).numpy(), expected, atol=tolerance)
    found = {
        "pyseq": harness.kernel_alone(lambda: linalg.matmul(x, y, turned)),
        "numpy": functools.partial(np.matmul, left, b, c),
    }
    if sgemm:
        row_major, as_is, transposed = 101, 111, 112
        size, one, zero = ctypes.c_int, ctypes.c_float(1), ctypes.c_float(0)
        pointers = [ctypes.c_void_p(v.ctypes.data) for v in (a, b, c)]
        found["mkl"] = functools.partial(
            sgemm, row_major, transposed if turned else as_is, as_is, size(m), size(n), size(k), one, pointers[0],
            size(a.shape[1]), pointers[1], size(n), zero, pointers[2], size(n),
        )  # fmt: skip
        found["mkl"]()
        np.testing.assert_allclose(c, expected, atol=tolerance)
    return found


def child(n_threads):
    """Print {shape: {name: seconds of the blocks}} and the measured peak as JSON."""
    config.set_num_threads(n_threads)
    sgemm, found, peak = mkl_sgemm(), {}, info.peak_gflops()
    for name, shape in SHAPES.items():
        times = harness.race(contestants(*shape, sgemm), n_threads)
        found[name] = {who: t.seconds for who, t in times.items()}
        peak = max(peak, info.peak_gflops())
    print(json.dumps({"peak": peak * n_threads, "seconds": found}))


# --------------------------------------------------------------------------------------------------------- the bench


@functools.cache
def measured(isa, n_threads):
    environment = os.environ | {
        "PYSEQ_ISA": isa,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(n_threads)),
        "MKL_THREADING_LAYER": "INTEL" if n_threads > 1 else "SEQUENTIAL",
        "KMP_BLOCKTIME": "20",  # ms that MKL's threads spin after a call, less than harness.PAUSE
    }
    if isa == "avx2":
        environment |= {"OPENBLAS_CORETYPE": "Haswell", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
    done = subprocess.run(
        [sys.executable, Path(__file__), str(n_threads)], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threads", harness.THREADS)
@pytest.mark.parametrize("isa", ISAS)
def test_product(report, isa, threads, shape):
    found = measured(isa, threads)
    times = {who: harness.Times(seconds) for who, seconds in found["seconds"][shape].items()}
    m, n, k, _ = SHAPES[shape]
    rates = {who: 2e-9 * m * n * k / t.min for who, t in times.items()}
    ratio, share = rates["pyseq"] / rates["numpy"], rates["pyseq"] / found["peak"]
    bar = harness.bar_mark(ratio, LEAST_BAR)
    if shape == "1024^3" and share < PEAK_BAR:
        bar = f"peak under {PEAK_BAR}"
    row = {
        "m x n x k": shape, "isa": isa, "threads": threads, "min us": 1e6 * times["pyseq"].min,
        "median": 1e6 * times["pyseq"].median, **rates, "/numpy": ratio,
        "/mkl": rates["pyseq"] / rates["mkl"] if "mkl" in rates else None, "/peak": share, "bar": bar,
    }  # fmt: skip
    report.row(row, times["pyseq"])
    report.summary = lambda: summary(report.rows)


def summary(rows):
    """A line for each instruction set and number of threads."""
    for isa, threads in dict.fromkeys((row["isa"], row["threads"]) for row in rows):
        ratios = [row["/numpy"] for row in rows if (row["isa"], row["threads"]) == (isa, threads)]
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        yield (
            f"{isa}, {threads} thread{'s' * (threads > 1)}: {mean:.2f} times NumPy's BLAS in the geometric mean "
            f"(bar {MEAN_BAR}: {harness.bar_mark(mean, MEAN_BAR)}), at least {min(ratios):.2f} (bar {LEAST_BAR})"
        )


if __name__ == "__main__":
    child(int(sys.argv[1]))
