"""Optimizers against tf.keras: two variables, ten given gradients, the values after each step."""

import numpy as np
import pytest

from pyseq.core import Variable, as_tensor
from tests.parity import cases
from tests.parity.recording import recorded

RECORDED = recorded("pieces")["optimizers"]
# A step rounds a handful of times and ten steps add up; the values are near 1. In float64 tf.keras still rounds momentum,
# beta and weight decay to float32: 6e-8 of each, and sqrt(1 - beta_2) is off by 6e-6 of a step of 0.01.
TOLERANCE = {"float32": 2e-6, "float64": 1e-6}
EXACT = 1e-13  # in float64, where no such number takes part
ROUNDED = ("momentum", "nesterov", "adam", "clipvalue", "global_clipnorm", "weight_decay")


@pytest.mark.parametrize("dtype", cases.LOSS_DTYPES)
@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_ten_steps(keras, name, dtype):
    from pyseq.core import config

    config.set_floatx(dtype)
    expected = RECORDED[f"{name}/{dtype}"]
    optimizer = keras.optimizers.get(cases.make(keras.optimizers, cases.OPTIMIZERS[name]))
    start, gradients = cases.optimizer_data(dtype)
    variables = [Variable(v) for v in start]
    for step, values in zip(gradients, expected["values"], strict=True):
        optimizer.apply_gradients(zip([as_tensor(g) for g in step], variables, strict=True))
        got = np.concatenate([v.numpy().ravel() for v in variables])
        tolerance = TOLERANCE[dtype] if dtype == "float32" or any(word in name for word in ROUNDED) else EXACT
        np.testing.assert_allclose(got, values, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_configuration(keras, name):
    optimizer = keras.optimizers.get(cases.make(keras.optimizers, cases.OPTIMIZERS[name]))
    config, expected = optimizer.get_config(), RECORDED[f"{name}/float32"]["config"]
    # tf.keras reads its numbers back from float32 variables; is_legacy_optimizer and jit_compile say how TensorFlow runs.
    for key in set(expected) - {"is_legacy_optimizer", "jit_compile"}:
        number = isinstance(expected[key], float)
        assert config[key] == (pytest.approx(expected[key], rel=1e-6) if number else expected[key])


def test_regularizers(keras):
    import json

    x = as_tensor(cases.start_weights([(5, 3)])[0])
    for key, expected in recorded("pieces")["regularizers"].items():
        made = keras.regularizers.get(cases.make(keras.regularizers, json.loads(key)))
        np.testing.assert_allclose(made(x).numpy(), expected["value"], rtol=1e-6, err_msg=key)  # a sum of 15
        assert made.get_config() == pytest.approx(expected["config"], rel=1e-6), key
