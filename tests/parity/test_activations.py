"""Activations against tf.keras: values and gradients at points from -100 to 80, every argument."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from tests.parity import cases
from tests.parity.recording import recorded

RECORDED = recorded("pieces")["activations"]
# One or two transcendental functions, each within 2 units in the last place, in different orders of evaluation.
RTOL = {"float32": 4e-6, "float64": 1e-14}
ATOL = {"float32": 1e-6, "float64": 1e-15}


# TensorFlow keeps the constants of these (sqrt(1/2), alpha = 0.2, ...) in float32 whatever the dtype.
FLOAT32_CONSTANTS = ("gelu", "gelu_approximate", "relu_alpha", "leaky_relu")


@pytest.mark.parametrize("dtype", cases.LOSS_DTYPES)
@pytest.mark.parametrize("name", cases.ACTIVATIONS)
def test_values_and_gradients(keras, name, dtype):
    expected = RECORDED[f"{name}/{dtype}"]
    x = np.asarray(cases.ACTIVATION_POINTS, dtype).reshape(expected["y"].shape)
    dy = (np.arange(x.size) % 5 - 1.5).reshape(x.shape).astype(dtype)
    t = as_tensor(x)
    function = keras.activations.get(cases.activation_of(keras, cases.ACTIVATIONS[name]))
    with GradientTape() as tape:
        tape.watch(t)
        y = function(t)
    dx = tape.gradient(y, t, output_gradients=as_tensor(dy))
    assert y.dtype == dtype
    rtol, atol = RTOL[dtype], ATOL[dtype]
    if dtype == "float64" and name in FLOAT32_CONSTANTS:
        rtol = atol = 3e-7
    np.testing.assert_allclose(y.numpy(), expected["y"], rtol=rtol, atol=atol)
    # TensorFlow's exp(x) - 1 loses an x of 1e-30 and takes its gradient on the other side of the kink.
    seen = (x == 0) | (abs(x) > 1e-20)
    np.testing.assert_allclose(dx.numpy()[seen], expected["dx"][seen], rtol=4 * rtol, atol=10 * atol)


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_softmax_axis(keras, axis):
    x = np.asarray(cases.ACTIVATION_POINTS, "float32").reshape(2, 3, 4)
    expected = RECORDED[f"softmax axis {axis}/float32"]["y"]
    np.testing.assert_allclose(keras.activations.softmax(x, axis=axis).numpy(), expected, rtol=4e-6, atol=1e-7)
