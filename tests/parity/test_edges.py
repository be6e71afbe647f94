"""Losses and metrics at the edges against tf.keras: NaN, infinities, nothing, wrong labels, other dtypes."""

import numpy as np
import pytest

from pyseq import losses, metrics
from pyseq.core import GradientTape, as_tensor
from tests.parity import edge_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("edges")
ERRORS = (ValueError, TypeError)
# A handful of float32 roundings; log(1 - 1e-7) of a certain prediction is a matter of one (see test_losses).
RTOL, ATOL = 4e-6, 3e-7
# What differs on purpose: (name, batch) -> why.
LOSS_DIFFERENCES = {
    ("huber", "double predictions"): "tf.keras makes float32 of them",
    **{
        (
            "cosine_similarity",
            batch,
        ): "tf.keras fails on labels of another type than the predictions, here they are cast"
        for batch in cases.DENSE
        if batch.endswith("labels") or batch == "double predictions"
    },
}
WIDTHS = "labels and predictions of different numbers of classes are refused; tf.keras takes the largest of each"
METRIC_DIFFERENCES = {
    ("CategoricalAccuracy", "one label for all"): WIDTHS,
    ("CategoricalAccuracy", "shapes that do not fit"): WIDTHS,
    ("TopKCategoricalAccuracy", "one label for all"): WIDTHS,
    ("TopKCategoricalAccuracy", "shapes that do not fit"): WIDTHS,
    ("TopKCategoricalAccuracy", "vectors"): "one sample without a batch works",
    ("OneHotIoU", "vectors"): "one sample without a batch works",
    ("OneHotMeanIoU", "vectors"): "one sample without a batch works",
    (
        "FalsePositives",
        "plain, nan weights",
    ): "NaN weights count where the outcome is; tf.keras has NaN times 0 elsewhere",
}


@pytest.mark.parametrize("key", cases.loss_keys(), ids=lambda key: cases.key_of(*key))
def test_losses(key):
    name, arguments, batch = key
    if (name, batch) in LOSS_DIFFERENCES:
        pytest.skip(LOSS_DIFFERENCES[name, batch])
    y_true, y_pred = cases.LOSSES[name][0][batch]
    expected = RECORDED["losses"][cases.key_of(*key)]
    p = as_tensor(y_pred)
    if "raises" in expected:
        with pytest.raises(ERRORS):
            getattr(losses, name)(as_tensor(y_true), p, **arguments)
        return
    with GradientTape() as tape:
        tape.watch(p)
        y = getattr(losses, name)(as_tensor(y_true), p, **arguments)
    assert y.dtype == expected["value"].dtype and y.shape == expected["value"].shape
    np.testing.assert_allclose(y.numpy(), expected["value"], rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(tape.gradient(y, p).numpy(), expected["gradient"], rtol=4 * RTOL, atol=10 * ATOL)


@pytest.mark.parametrize("key", cases.metric_keys(), ids=lambda key: cases.key_of(*key))
def test_metrics(key):
    name, arguments, batch, kind = key
    case = batch if kind == "none" else f"{batch}, {kind} weights"
    if (name, case) in METRIC_DIFFERENCES:
        pytest.skip(METRIC_DIFFERENCES[name, case])
    y_true, y_pred = cases.METRICS[name][0][batch]
    expected = RECORDED["metrics"][cases.key_of(*key)]
    metric, weights = getattr(metrics, name)(**arguments), cases.weights_of(kind, y_true)
    if "raises" in expected:
        with pytest.raises(ERRORS):
            metric.update_state(y_true, y_pred, sample_weight=weights)
        return
    metric.update_state(y_true, y_pred, sample_weight=weights)
    got = metric.result()
    assert got.dtype == expected["result"].dtype and got.shape == expected["result"].shape
    np.testing.assert_allclose(got.numpy(), expected["result"], rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("case", cases.VALUES)
@pytest.mark.parametrize("name", cases.VALUE_METRICS)
def test_values(name, case):
    metric = getattr(metrics, name)()
    for (values, weights), expected in zip(cases.VALUES[case], RECORDED["values"][f"{name} {case}"], strict=True):
        metric.update_state(values, sample_weight=weights)
        np.testing.assert_allclose(metric.result().numpy(), expected, rtol=1e-6)
