"""Losses by themselves against tf.keras: functions, gradients, reductions, weights, configurations, names."""

import numpy as np
import pytest

from pyseq import losses, metrics
from pyseq.core import GradientTape, as_tensor
from tests.parity import cases
from tests.parity.recording import recorded

RECORDED = recorded("pieces")
# A handful of roundings (difference, square or log, sum of at most 6), each up to 1.5 units in the last place.
RTOL = {"float32": 2e-6, "float64": 1e-13}
# log(1 - 1e-7) is all that is left of a certain prediction: in float32 that is 1.2e-7 or 0, a matter of one rounding.
ATOL = {"float32": 3e-7, "float64": 1e-15}
# TensorFlow reduces in float32 whatever the dtype; a sum of at most 6.
REDUCED_RTOL = {"float32": 2e-6, "float64": 5e-7}
KEYS = [
    (name, function, arguments, pair, dtype)
    for dtype in cases.LOSS_DTYPES
    for name, (function, variants) in cases.LOSS_CLASSES.items()
    for arguments, pairs in variants
    for pair in pairs
]


def ids(key):
    return cases.piece_key(key[0], *key[2:])


def in_float32(name):
    """TensorFlow's Huber casts to float32."""
    return name == "Huber"


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_function_and_gradient(key):
    name, function, arguments, pair, dtype = key
    expected = RECORDED["losses"][ids(key)]
    y_true, y_pred, _ = cases.pair(pair, dtype)
    p = as_tensor(y_pred)
    with GradientTape() as tape:
        tape.watch(p)
        y = getattr(losses, function)(as_tensor(y_true), p, **arguments)
    dtype = "float32" if in_float32(name) else dtype
    atol = 2e-9 if name == "LogCosh" and dtype == "float64" else ATOL[dtype]  # TensorFlow's log(2) is a float32 there
    np.testing.assert_allclose(y.numpy(), expected["function"], rtol=RTOL[dtype], atol=atol)
    dp = tape.gradient(y, p)
    # Gradients of probabilities near 0 are as large as 1e7: relative to each element, absolute to the largest.
    scale = np.abs(expected["gradient"]).max(initial=1.0)
    np.testing.assert_allclose(
        dp.numpy(), expected["gradient"], rtol=4 * RTOL[dtype], atol=ATOL[dtype] * min(scale, 10)
    )


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_reductions_and_weights(key):
    name, _, arguments, pair, dtype = key
    expected = RECORDED["losses"][ids(key)]
    y_true, y_pred, weights = cases.pair(pair, dtype)
    for reduction, values in zip(cases.REDUCTIONS, expected["reductions"], strict=True):
        loss = getattr(losses, name)(reduction=reduction, **arguments)
        for weight, value in zip(weights, values, strict=True):
            if isinstance(value, str):
                with pytest.raises(ValueError):
                    loss(y_true, y_pred, sample_weight=weight)
                continue
            got = loss(y_true, y_pred, sample_weight=weight).numpy()
            assert np.shape(got) == value.shape
            np.testing.assert_allclose(got, value, rtol=REDUCED_RTOL[dtype], atol=3e-7)


@pytest.mark.parametrize("key", [k for k in RECORDED["loss_configs"]])
def test_configurations(key):
    expected = RECORDED["loss_configs"][key]
    name = key.split()[0]
    arguments = next(a for a, _ in cases.LOSS_CLASSES[name][1] if cases.piece_key(name, a) == key)
    loss = getattr(losses, name)(**arguments)
    config = {k: v for k, v in expected["config"].items() if k != "fn"}  # says again what the class says
    assert loss.name == expected["name"]
    assert loss.get_config() == config
    assert type(loss).from_config(expected["config"]).get_config() == config
    again = losses.deserialize(losses.serialize(loss))
    assert type(again) is type(loss) and again.get_config() == config
    assert losses.deserialize(expected["serialized"]).get_config() == config
    assert losses.serialize(getattr(losses, cases.LOSS_CLASSES[name][0])) == expected["function"]


# Names that tf.keras knows by accident (a base class, an imported helper) or that make it fail.
ACCIDENTAL = {"losses/Loss", "metrics/Metric", "metrics/bce", "metrics/BCE"}
# Names of functions that tf.keras's metrics hand back as the string they got; here they are found.
MORE = {"metrics/huber", "metrics/binary_focal_crossentropy", "metrics/kl_divergence", "metrics/kld", "metrics/KLD"}
LATER = {"metrics/AUC", "metrics/Precision", "metrics/Recall"}


@pytest.mark.parametrize("key", [k for k in RECORDED["names"] if k not in ACCIDENTAL | MORE])
def test_names(key):
    kind, name = RECORDED["names"][key]
    module, _, spelling = key.partition("/")
    module = {"losses": losses, "metrics": metrics}[module]
    if kind == "raises" or kind == "str":  # tf.keras's metrics fail on unknown names only when they are called
        with pytest.raises(ValueError, match="Unknown"):
            module.get(spelling)
    elif key in LATER and not hasattr(module, spelling):
        pytest.skip("not there yet")
    else:
        got = module.get(spelling)
        assert (type(got).__name__, getattr(got, "__name__", None)) == (kind, name)
