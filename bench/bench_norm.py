"""Batch and group normalisation in training, forward and backward, as a share of the copy's bandwidth.

Forward reads x twice and writes y: 12 bytes an element (8 where a part stays in the cache). Backward reads dy and x twice and
writes dx: 20 bytes (12). The bar is 70 % of the copy, and 1.2 times torch.

    BENCH_TORCH_PYTHON=/path/to/python python -m pytest bench/bench_norm.py
"""

import harness
import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import norm

BAR = 0.7
CASES = {"64x32x32x32": (65536, 32), "32x14x14x256": (6272, 256), "32x56x56x64": (100352, 64), "128x1024": (128, 1024)}
CASES["32x10"] = (32, 10)  # a small step's: its time counts, not its bandwidth
FORWARD = ("batch_norm", "batch_norm_moments", "batch_norm_join", "batch_norm_apply")
BACKWARD = ("batch_norm_backward", "batch_norm_sums", "batch_norm_join_sums", "batch_norm_dx")


GROUPED = {"16x32x32x64/8": (8, -1), "16x32x32x64/64": (64, -1), "16x64x64x64/8": (8, -1), "16x64x32x32/8": (8, 1)}


def parts(step, way):
    return harness.kernel_alone(step, *(FORWARD if way == "forward" else BACKWARD))


def bytes_of(way, small):
    """That an element costs; small: what is read again is in the cache."""
    return {"forward": 8 if small else 12, "backward": 12 if small else 20}[way]


def differentiated(f, shape, channels):
    """x, gamma, and a function that makes y = f(x, gamma, beta) and the gradients."""
    rng = np.random.default_rng(0)
    x, dy = (as_tensor(rng.standard_normal(shape, dtype="float32")) for _ in range(2))
    gamma, beta = (as_tensor(rng.standard_normal(channels, dtype="float32")) for _ in range(2))

    def step():
        with GradientTape() as tape:
            tape.watch([x, gamma, beta])
            y = f(x, gamma, beta)
        return y, tape.gradient(y, [x, gamma, beta], output_gradients=dy)

    return x.numpy().astype("float64"), gamma.numpy(), beta.numpy(), step


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_batch_norm(report, case, way, n_threads):
    shape = CASES[case]
    values, gamma, beta, step = differentiated(norm.batch_norm, shape, shape[1])
    y, (dx, _, _) = step()
    xhat = (values - values.mean(0)) / np.sqrt(values.var(0) + 1e-3)
    np.testing.assert_allclose(y.numpy(), xhat * gamma + beta, atol=1e-4)
    assert abs(float(np.einsum("rc,rc->", dx.numpy(), np.ones(shape)))) < 1  # the mean's gradient is gone
    small = shape[0] * min(shape[1], norm.COLUMNS) <= norm.ONE_INSTRUCTION
    n, an_element = int(np.prod(shape)), bytes_of(way, small)
    image = [int(e) for e in case.split("x")]
    job = {"op": "batch_norm", "way": way, "x": image}
    harness.stream_row(report, {"op": way, "x": case}, n_threads, n, an_element * n, parts(step, way), BAR, job)


@pytest.mark.parametrize("case", GROUPED)
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_group_norm(report, case, way, n_threads):
    """Images of so many channels / groups, or of channels first; gamma and beta are the kernels' where channels are last."""
    shape, (groups, axis) = tuple(int(e) for e in case.split("/")[0].split("x")), GROUPED[case]
    values, gamma, beta, step = differentiated(
        lambda *a: norm.group_norm(a[0], groups, *a[1:], axis), shape, shape[axis]
    )
    rows = np.moveaxis(values, axis, 1).reshape(shape[0], groups, -1)
    xhat = (rows - rows.mean(-1, keepdims=True)) / np.sqrt(rows.var(-1, keepdims=True) + 1e-3)
    xhat = np.moveaxis(xhat.reshape(np.moveaxis(values, axis, 1).shape), 1, -1)
    np.testing.assert_allclose(np.moveaxis(step()[0].numpy(), axis, -1), xhat * gamma + beta, atol=1e-4)
    n = int(np.prod(shape))
    n_bytes = n * bytes_of(way, n // shape[0] <= norm.ONE_IMAGE)
    harness.stream_row(report, {"op": f"group {way}", "x": case}, n_threads, n, n_bytes, parts(step, way), BAR)
