"""The metrics of thresholds, classes and scores, CTC, masks and axes against tf.keras."""

import copy
import inspect

import numpy as np
import pytest

import pyseq as keras
from pyseq import backend, losses, metrics
from pyseq.core import GradientTape, as_tensor
from pyseq.ops.ctc import ctc_loss
from tests.parity import metric_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("metrics")
KEYS = list(cases.metric_keys())
# float32: TensorFlow sums counts and areas of up to 200 thresholds in float32; ours are made in double.
RTOL = {None: 3e-6, "float64": 1e-12}


def ids(key):
    return cases.key_of(*key)


def made(name, arguments, dtype):
    return getattr(metrics, name)(**arguments, **({"dtype": dtype} if dtype else {}))


def batches_of(key):
    for batch in key[2]:
        *values, weights = [cases.value(x, key[3] or "float32") for x in batch]
        yield values, weights


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_updates(key):
    name, arguments, _, dtype = key
    expected = RECORDED["metrics"][ids(key)]
    metric = made(name, arguments, dtype)
    assert metric.name == expected["name"]
    for (values, weights), result in zip(batches_of(key), expected["results"], strict=True):
        metric.update_state(*values, sample_weight=weights)
        got = metric.result()
        assert got.dtype == result.dtype and got.shape == result.shape
        np.testing.assert_allclose(got.numpy(), result, rtol=RTOL[dtype], atol=RTOL[dtype])
    assert [v.name for v in metric.weights] == expected["weight_names"]
    for v, w in zip(metric.weights, expected["weights"], strict=True):
        assert v.shape == w.shape and v.dtype == w.dtype
        np.testing.assert_allclose(v.numpy(), w, rtol=RTOL[dtype], atol=RTOL[dtype])


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_configuration(key):
    name, arguments, _, dtype = key
    metric = made(name, arguments, dtype)
    assert metric.get_config() == RECORDED["metrics"][ids(key)]["config"]
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric) and again.get_config() == metric.get_config()


@pytest.mark.parametrize("key", KEYS, ids=ids)
def test_merge_reset_and_copy(key):
    name, arguments, _, dtype = key
    whole, merged, parts = made(name, arguments, dtype), made(name, arguments, dtype), []
    for values, weights in batches_of(key):
        whole.update_state(*values, sample_weight=weights)
        parts.append(made(name, arguments, dtype))
        parts[-1].update_state(*values, sample_weight=weights)
    merged.merge_state(parts)
    for v, w in zip(merged.weights, whole.weights, strict=True):
        np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)
    copied = copy.deepcopy(whole)
    whole.reset_state()
    assert not any(np.any(v.numpy()) for v in whole.weights)
    for v, w in zip(copied.weights, merged.weights, strict=True):
        np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)
    for values, weights in batches_of(key):
        whole.update_state(*values, sample_weight=weights)
    np.testing.assert_array_equal(whole.result().numpy(), copied.result().numpy())


@pytest.mark.parametrize("key", [k for k in KEYS if k[3] is None], ids=ids)
def test_same_bits_in_a_plan(key):
    name, arguments, _, dtype = key
    eager, planned = made(name, arguments, dtype), made(name, arguments, dtype)

    @keras.function
    def step(*values):
        *values, weights = values
        planned.update_state(*values, sample_weight=weights)
        return planned.result()

    for values, weights in batches_of(key):
        given = [as_tensor(v) for v in (*values, 1.0 if weights is None else weights)]
        eager.update_state(*given[:-1], sample_weight=given[-1])
        np.testing.assert_array_equal(step(*given).numpy(), eager.result().numpy())
    for v, w in zip(planned.weights, eager.weights, strict=True):
        np.testing.assert_array_equal(v.numpy(), w.numpy())


@pytest.mark.parametrize("case", cases.REFUSED, ids=str)
def test_refused(case):
    name, arguments, batch = case
    assert RECORDED["refused"][f"{name} {arguments} {batch}"] != "accepted"
    with pytest.raises(ValueError, match="must|needs"):
        metric = getattr(metrics, name)(**arguments)
        *values, weights = [cases.value(x, "float32") for x in batch]
        metric.update_state(*values, sample_weight=weights)


def value_and_gradient(function, x):
    x = as_tensor(np.asarray(x, "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


@pytest.mark.parametrize("name", cases.CTC)
def test_ctc_batch_cost(name):
    labels, p, times, lengths = cases.CTC[name]
    times, lengths = np.array(times)[:, None], np.array(lengths)[:, None]
    y, dp = value_and_gradient(lambda p: backend.ctc_batch_cost(labels, p, times, lengths), p)
    expected = RECORDED["ctc"][name]
    np.testing.assert_allclose(y, expected["loss"], rtol=3e-6)
    # TensorFlow adds up to nine states and times in float32, and 1 / p is as large as 1e7
    np.testing.assert_allclose(dp, expected["gradient"], rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("name", cases.CTC_LOGITS)
def test_ctc_of_logits(name):
    lengths = np.count_nonzero(cases.LABELS, axis=-1)
    expected = RECORDED["ctc"][f"logits {name}"]
    y, dx = value_and_gradient(lambda x: ctc_loss(cases.LABELS, x, lengths, [9] * 4), cases.CTC_LOGITS[name])
    np.testing.assert_allclose(y, expected["loss"], rtol=3e-6)
    np.testing.assert_allclose(dx, expected["gradient"], rtol=1e-4, atol=2e-5)
    loss = losses.CTC(reduction="none")(cases.LABELS, as_tensor(cases.CTC_LOGITS[name].astype("float32")))
    np.testing.assert_array_equal(loss.numpy(), y)


@pytest.mark.parametrize("reduction", cases.MASK_REDUCTIONS)
@pytest.mark.parametrize("name", cases.MASKED_LOSSES)
def test_masks(name, reduction):
    loss = getattr(losses, name)(reduction=reduction)
    for weights, expected in zip(cases.MASK_WEIGHTS, RECORDED["masks"][f"{name} {reduction}"], strict=True):
        p = as_tensor(cases.STEP_GUESSES.astype("float32"))
        p._keras_mask = as_tensor(cases.MASK)
        got = loss(as_tensor(cases.STEP_LABELS.astype("float32")), p, sample_weight=weights)
        np.testing.assert_allclose(got.numpy(), expected, rtol=2e-6, atol=1e-7)


class Masked(keras.layers.Layer):
    def call(self, inputs):
        y = inputs * 1.0
        y._keras_mask = as_tensor(cases.MASK)
        return y


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_model_with_a_mask(run_eagerly):
    model = keras.Sequential([Masked()])
    aims = {"metrics": ["mae", metrics.AUC(name="auc")], "weighted_metrics": ["mse"]}
    model.compile(loss="mse", run_eagerly=run_eagerly, **aims)
    y = (cases.STEP_LABELS > 0.5).astype("float32")
    for weights, expected in zip((None, cases.MASK_WEIGHTS[3]), RECORDED["masked_model"], strict=True):
        logs = model.evaluate(cases.STEP_GUESSES, y, batch_size=2, sample_weight=weights, verbose=0, return_dict=True)
        assert logs == pytest.approx(expected, rel=2e-6)


@pytest.mark.parametrize("case", cases.AXES, ids=str)
def test_axes(case):
    name, arguments = case
    labels, guesses = (as_tensor(x.astype("float32")) for x in (cases.STEP_LABELS, cases.STEP_GUESSES))
    y = getattr(losses, name)(labels, guesses, **arguments)
    np.testing.assert_allclose(y.numpy(), RECORDED["axes"][f"{name} {arguments}"], rtol=2e-6)


@pytest.mark.parametrize("path", RECORDED["exported"])
def test_exported(path):
    module, *names = path.split(".")
    thing = {"losses": losses, "metrics": metrics}[module]
    for name in names:
        thing = getattr(thing, name)
    got = [
        [p.name, None if p.default is inspect.Parameter.empty else repr(p.default)]
        for p in inspect.signature(thing).parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    expected = RECORDED["exported"][path]
    assert [a for a, _ in got][: len(expected)] == [a for a, _ in expected]
    for (argument, ours), (_, theirs) in zip(got, expected, strict=False):
        same = ours == theirs or (ours not in ("True", "False") and float(ours) == float(theirs))
        assert same, f"{path}: {argument}={ours}, tf.keras has {argument}={theirs}"
