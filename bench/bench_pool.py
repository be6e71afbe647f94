"""Pooling, forward and backward, as a share of the copy's bandwidth: each input and output pixel moves once; and beside torch.

BENCH_TORCH_PYTHON=/path/to/python python -m pytest bench/bench_pool.py
"""

import harness
import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import pool

BAR = 0.7
CASES = {  # name: (x, window, strides, padding)
    "64x28x28x32, 2x2": ((64, 28, 28, 32), (2, 2), (2, 2), "valid"),
    "64x32x32x64, 2x2": ((64, 32, 32, 64), (2, 2), (2, 2), "valid"),
    "8x112x112x64, 3x3 / 2": ((8, 112, 112, 64), (3, 3), (2, 2), "same"),
    "32x8x8x256, 2x2": ((32, 8, 8, 256), (2, 2), (2, 2), "valid"),
    "64x28x28x3, 2x2": ((64, 28, 28, 3), (2, 2), (2, 2), "valid"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["forward", "backward"])
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_pool(report, name, way, case, n_threads):
    shape, window, strides, padding = CASES[case]
    x = as_tensor(np.random.default_rng(0).standard_normal(shape, dtype="float32"))

    def step():
        with GradientTape() as tape:
            tape.watch(x)
            y = getattr(pool, name)(x, window, strides, padding)
        return y, tape.gradient(y, x)

    y, dx = step()
    assert abs(float(dx.numpy().sum(dtype="float64")) - y.size) < 1e-4 * y.size  # every window hands on what it got
    n_bytes = 4 * (x.size + y.size) + (y.size if name == "max_pool" else 0)
    kernel = harness.kernel_alone(step, name if way == "forward" else f"{name}_backward")
    job = {"op": name, "way": way, "x": shape, "window": window, "strides": strides, "padding": padding}
    harness.stream_row(report, {"op": f"{name} {way}", "x": case}, n_threads, n_bytes // 8, n_bytes, kernel, BAR, job)
