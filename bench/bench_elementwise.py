"""Activations and arithmetic on 1e6 float32, forward and gradient, as a share of the copy's bandwidth."""

import harness
import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import activation, elementwise

N = 1_000_000
BAR = 0.8  # of the copy, for what does next to no arithmetic: issue 2 asks it of relu
X, Y = (np.random.default_rng(seed).standard_normal(N).astype("float32") for seed in (0, 1))
OUT = np.empty_like(X)

CASES = {  # name: (op, the NumPy way, arrays read, bar)
    "relu": (activation.relu, lambda: np.maximum(X, 0, out=OUT), 1, BAR),
    "leaky_relu": (activation.leaky_relu, None, 1, BAR),
    "elu": (activation.elu, None, 1, None),
    "sigmoid": (activation.sigmoid, None, 1, None),
    "tanh": (activation.tanh, lambda: np.tanh(X, out=OUT), 1, None),
    "gelu": (activation.gelu, None, 1, None),
    "add": (lambda x: elementwise.add(x, TENSOR), lambda: np.add(X, Y, out=OUT), 2, BAR),
    "multiply by a scalar": (lambda x: elementwise.multiply(x, 3.0), lambda: np.multiply(X, 3, out=OUT), 1, BAR),
    "exp": (elementwise.exp, lambda: np.exp(X, out=OUT), 1, None),
    "sqrt": (lambda x: elementwise.sqrt(x), lambda: np.sqrt(np.abs(X), out=OUT), 1, None),
}
TENSOR = as_tensor(Y)


@pytest.mark.parametrize("name", CASES)
def test_forward(report, name, n_threads):
    op, with_numpy, n_read, bar = CASES[name]
    x = as_tensor(np.abs(X) if name == "sqrt" else X)
    others = {"op": lambda: op(x)}
    if with_numpy:
        others["numpy"] = with_numpy
        np.testing.assert_allclose(op(x).numpy(), with_numpy(), rtol=1e-5)
    kernel = harness.kernel_alone(lambda: op(x))
    harness.stream_row(report, {"op": name}, n_threads, N, 4 * N * (n_read + 1), kernel, bar, **others)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh", "gelu"])
def test_gradient(report, name, n_threads):
    code, attrs = activation.ACTIVATIONS[name]
    s, dy = as_tensor(X), as_tensor(Y)

    def op():
        return activation.activation_backward(dy, s, code, attrs)

    if name == "relu":
        np.testing.assert_array_equal(op().numpy(), Y * (X > 0))
    bar = BAR if name.endswith("relu") else None
    harness.stream_row(report, {"op": f"{name} gradient"}, n_threads, N, 12 * N, harness.kernel_alone(op), bar, op=op)
