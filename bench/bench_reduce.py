"""Reductions of 1e6 float32 as a share of the copy's bandwidth: they read 4 bytes an element and write next to nothing."""

import harness
import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import reduce

N = 1_000_000
BAR = None  # issue 2 asks nothing of reductions
CASES = {  # name: (shape, axis)
    "all": ((N,), None),
    "rows of 1000": ((1000, 1000), 1),
    "columns of 1000": ((1000, 1000), 0),
    "rows of 10": ((N // 10, 10), 1),
    "columns, 10": ((N // 10, 10), 0),
    "channels, NHWC": ((25, 25, 25, 64), (0, 1, 2)),
}


@pytest.mark.parametrize("name", ["sum", "max", "argmax"])
@pytest.mark.parametrize("case", CASES)
def test_reduce(report, name, case, n_threads):
    shape, axis = CASES[case]
    if name == "argmax" and not isinstance(axis, int):
        pytest.skip("argmax takes one axis")
    values = np.random.default_rng(0).standard_normal(shape).astype("float32")
    x, op, with_numpy = as_tensor(values), getattr(reduce, name), getattr(np, name)
    np.testing.assert_allclose(op(x, axis).numpy(), with_numpy(values, axis), atol=1e-2)
    kernel = harness.kernel_alone(lambda: op(x, axis))
    harness.stream_row(
        report, {"op": name, "over": case}, n_threads, N, 4 * N, kernel, BAR,
        op=lambda: op(x, axis), numpy=lambda: with_numpy(values, axis),
    )  # fmt: skip
