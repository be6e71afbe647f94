"""Softmax and its crossentropies on 1e6 float32, forward and gradient, as a share of the copy's bandwidth.

Counted are the bytes that must move: scores read and probabilities written, labels read, gradient written.
"""

import harness
import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import softmax

N = 1_000_000
BAR = 0.8
RNG = np.random.default_rng(0)


def with_numpy(x):
    """(rows, n) scores -> probabilities, the plain way."""
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.mark.parametrize("n", [10, 1000])
def test_softmax(report, n, n_threads):
    scores = RNG.standard_normal((N // n, n)).astype("float32")
    x = as_tensor(scores)
    np.testing.assert_allclose(softmax.softmax(x).numpy(), with_numpy(scores), rtol=1e-5)
    kernel = harness.kernel_alone(lambda: softmax.softmax(x))
    harness.stream_row(
        report, {"op": "softmax", "row of": n}, n_threads, N, 8 * N, kernel,
        op=lambda: softmax.softmax(x), numpy=lambda: with_numpy(scores),
    )  # fmt: skip


@pytest.mark.parametrize("n", [10, 1000])
@pytest.mark.parametrize("sparse", [True, False], ids=["sparse", "one-hot"])
@pytest.mark.parametrize("gradient", [False, True], ids=["forward", "gradient"])
def test_crossentropy(report, n, sparse, gradient, n_threads):
    rows = N // n
    scores, classes = RNG.standard_normal((rows, n)).astype("float32"), RNG.integers(0, n, rows)
    x, dloss = as_tensor(scores), as_tensor(np.full(rows, 1 / rows, "float32"))
    one_hot = np.eye(n, dtype="float32")[classes]
    labels = as_tensor(classes if sparse else one_hot)
    function = softmax.sparse_softmax_crossentropy if sparse else softmax.softmax_crossentropy
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        loss = function(labels, x)

    def forward():
        return function(labels, x)

    def backward():
        return tape.gradient(loss, x, dloss)

    p = with_numpy(scores)
    np.testing.assert_allclose(loss.numpy(), -np.log(p[np.arange(rows), classes]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(backward().numpy(), (p - one_hot) / rows, rtol=1e-4, atol=1e-9)
    op = backward if gradient else forward
    name = ("sparse_" if sparse else "") + "crossentropy" + ("_backward" if gradient else "")
    n_bytes = N * (8 if sparse else 12) + rows * (12 if sparse else 4)  # loss or its cotangent, int64 classes
    what = {"op": name.replace("_backward", " gradient"), "row of": n}
    harness.stream_row(report, what, n_threads, N, n_bytes, harness.kernel_alone(op, name), BAR, op=op)
