"""Metrics by themselves against tf.keras: results batch by batch, state, configurations, functions."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import metrics
from pyseq.core import as_tensor
from tests.parity import cases
from tests.parity.recording import recorded

RECORDED = recorded("pieces")
RTOL = 3e-6  # float32: the loss (see test_losses) and sums of at most 24 values; ours are in float64 inside a batch
KEYS = [
    (name, arguments, pair)
    for name, variants in cases.METRIC_CLASSES.items()
    for arguments, pairs in variants
    for pair in pairs
]


def ids(key):
    return cases.piece_key(*key)


def check(metric, updates, expected):
    assert metric.name == expected["name"]
    for update, result in zip(updates, expected["results"], strict=True):
        if isinstance(result, str):
            with pytest.raises(ValueError):
                metric.update_state(*update[:-1], sample_weight=update[-1])
            continue
        metric.update_state(*update[:-1], sample_weight=update[-1])
        got = metric.result()
        assert got.dtype == result.dtype and got.shape == result.shape
        np.testing.assert_allclose(got.numpy(), result, rtol=RTOL, atol=1e-6)
    assert [v.name for v in metric.weights] == expected["weight_names"]
    for v, w in zip(metric.weights, expected["weights"], strict=True):
        np.testing.assert_allclose(v.numpy(), w, rtol=RTOL, atol=1e-6)


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_updates(key):
    name, arguments, pair = key
    y_true, y_pred, weights = cases.pair(pair, "float32")
    metric = getattr(metrics, name)(**arguments)
    check(metric, [(y_true, y_pred, w) for w in weights], RECORDED["metrics"][ids(key)])


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_configuration(key):
    name, arguments, _ = key
    metric = getattr(metrics, name)(**arguments)
    assert metric.get_config() == RECORDED["metrics"][ids(key)]["config"]
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric) and again.get_config() == metric.get_config()


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_same_bits_in_a_plan(key):
    name, arguments, pair = key
    y_true, y_pred, weights = cases.pair(pair, "float32")
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    eager, planned = getattr(metrics, name)(**arguments), getattr(metrics, name)(**arguments)

    @keras.function
    def step(y_true, y_pred, weights):
        planned.update_state(y_true, y_pred, sample_weight=weights)
        return planned.result()

    for w in [w for w in weights if w is not None] or [np.float32(0.5)]:
        w = as_tensor(w)
        try:
            eager.update_state(y_true, y_pred, sample_weight=w)
        except ValueError:
            with pytest.raises(ValueError):
                step(y_true, y_pred, w)
            continue
        np.testing.assert_array_equal(step(y_true, y_pred, w).numpy(), eager.result().numpy())


@pytest.mark.parametrize("case", cases.REDUCE_METRICS)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_mean_and_sum(name, case):
    key = cases.piece_key(name, {}, case)
    check(getattr(metrics, name)(), cases.REDUCE_METRICS[case], RECORDED["metrics"][key])


@pytest.mark.parametrize("key", cases.METRIC_FUNCTIONS, ids=lambda k: cases.piece_key(*k))
def test_functions(key):
    name, arguments, pair = key
    y_true, y_pred, _ = cases.pair(pair, "float32")
    expected = RECORDED["metric_functions"][cases.piece_key(*key)]
    got = getattr(metrics, name)(y_true, y_pred, **arguments)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got.numpy(), expected, rtol=RTOL, atol=1e-6)
