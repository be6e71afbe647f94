import math

import numpy as np
import pytest

from pyseq import activations
from pyseq.core import as_tensor

X = np.array([[-3.0, -1.0, -0.25, 0.0, 0.5, 1.0, 7.0]], "float32")
EXPECTED = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.05070098 * (x if x > 0 else 1.67326324 * math.expm1(x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "swish": lambda x: x / (1 + math.exp(-x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "gelu": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "exponential": math.exp,
    "hard_sigmoid": lambda x: min(max(0.2 * x + 0.5, 0), 1),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_values(name):
    f = activations.get(name)
    assert f is getattr(activations, name)
    want = [[EXPECTED[name](float(x)) for x in X[0]]]
    for x in (X, as_tensor(X), X.tolist()):
        # gelu and mish lose digits where a sum is near 0 or 1: x times float32's spacing there.
        np.testing.assert_allclose(f(x).numpy(), want, rtol=2e-6, atol=5e-7)


def test_softmax():
    e = np.exp(X.astype("float64") - X.max())
    np.testing.assert_allclose(activations.softmax(X).numpy(), e / e.sum(), rtol=2e-6)
    np.testing.assert_allclose(activations.softmax(X.T, axis=0).numpy(), (e / e.sum()).T, rtol=2e-6)
    # The last is the logarithm of a sum near 1, where float32's spacing is 1e-7.
    np.testing.assert_allclose(activations.log_softmax(X).numpy(), np.log(e / e.sum()), rtol=2e-6, atol=1e-7)
    with pytest.raises(ValueError, match="softmax: `x` must have at least two axes"):
        activations.softmax(X[0])


def test_arguments():
    np.testing.assert_allclose(activations.relu(X, alpha=0.5).numpy(), np.where(X < 0, 0.5 * X, X))
    np.testing.assert_allclose(activations.relu(X, max_value=1.0).numpy(), np.clip(X, 0, 1))
    np.testing.assert_allclose(
        activations.relu(X, 0.1, 5.0, 0.75).numpy(), np.where(X < 0.75, 0.1 * (X - 0.75), np.minimum(X, 5)), rtol=1e-6
    )
    np.testing.assert_allclose(activations.elu(X, 2.0).numpy(), np.where(X > 0, X, 2 * np.expm1(X)), rtol=2e-6)
    tanh = 0.5 * X * (1 + np.tanh(math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)))
    np.testing.assert_allclose(activations.gelu(X, approximate=True).numpy(), tanh, rtol=1e-5, atol=1e-7)


def test_names_and_functions():
    assert activations.get(None) is activations.linear
    assert activations.get(abs) is abs
    for name in EXPECTED:
        f = activations.get(name)
        assert activations.deserialize(activations.serialize(f)) is f
    assert activations.serialize(activations.relu) == "relu"


def test_fused_names():
    assert activations.fused_name(activations.linear) == "linear"
    assert activations.fused_name(activations.relu) == "relu"
    assert activations.fused_name(activations.sigmoid) is None  # losses want its argument
    assert activations.fused_name(abs) is None and activations.fused_name([]) is None


def test_errors():
    with pytest.raises(ValueError, match="Unknown activation function: 'rellu'.*'relu'"):
        activations.get("rellu")
    with pytest.raises(TypeError, match="Could not interpret activation function identifier: 3"):
        activations.get(3)
