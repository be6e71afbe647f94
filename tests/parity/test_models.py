"""Small models against tf.keras: forward, loss, gradients, evaluate, and ten steps of fit.

In float64 a difference in a formula has nowhere to hide; float32 shows that the rounding does not grow either.
"""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor, config
from tests.parity import cases
from tests.parity.recording import recorded

RECORDED = recorded("models")
CASES = cases.model_cases()
NAMED = [(dtype, name) for dtype in ("float32", "float64") for name in CASES if name in RECORDED[dtype]]
# Forward and backward: sums of up to 36 products of numbers near 1, a few units in the last place each.
RTOL = {"float32": 1e-5, "float64": 1e-12}
ATOL = {"float32": 1e-6, "float64": 1e-13}
# tf.keras reduces losses, and keeps means of losses and metrics, in float32 in either case: 7 digits, a few roundings.
LOSS_RTOL = {"float32": 1e-5, "float64": 1e-6}
# Gradients of the whole batch carry the weight 1/36, which tf.keras rounds to float32; those of batches of 8 and 4 do not.
GRADIENT_RTOL = {"float32": 2e-5, "float64": 1e-7}
# Ten steps: a rounding is carried on, and Adam and RMSprop divide small gradients by their own size. (What tf.keras
# rounds to float32 in float64 optimizers: test_optimizers.py.)
WEIGHT_RTOL = {"float32": 1e-4, "float64": 1e-9}
WEIGHT_ATOL = {"float32": 2e-5, "float64": 1e-10}
OPTIMIZER_ATOL = {"float32": 2e-5, "float64": 1e-6}


# See test_activations.py.
FLOAT32_CONSTANTS = tuple(f"activation/{name}" for name in ("gelu", "gelu_approximate", "relu_alpha", "leaky_relu"))
# relu in front of a crossentropy: gradients of 1e7 at predictions of 0 carry every rounding away within a few steps.
CHAOTIC = ("loss/binary_relu", "weighted_loss/binary_relu")


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


@pytest.fixture(params=NAMED, ids=lambda p: f"{p[1]}-{p[0]}")
def case(request):
    dtype, name = request.param
    config.set_floatx(dtype)
    return {**CASES[name], "name": name}, dtype, RECORDED[dtype][name]


def looser(case, dtype):
    """How many times the usual tolerance this case needs."""
    return 1e5 if dtype == "float64" and case["name"] in FLOAT32_CONSTANTS else 1


def weights_of(case, sample_weight):
    return sample_weight if case.get("sample_weight") else None


def test_forward_loss_gradients(keras, case):
    case, dtype, expected = case
    model = cases.build(keras, case, dtype)
    x, y, w = cases.data(case["y"], dtype)
    with GradientTape() as tape:
        y_pred = model(as_tensor(x), training=True)
        loss = model.compute_loss(x, y, y_pred, weights_of(case, w))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert y_pred.dtype == dtype
    rtol, atol = RTOL[dtype] * looser(case, dtype), ATOL[dtype] * looser(case, dtype)
    np.testing.assert_allclose(y_pred.numpy(), expected["y_pred"], rtol=rtol, atol=atol)
    np.testing.assert_allclose(loss.numpy(), expected["loss"], rtol=LOSS_RTOL[dtype], atol=1e-7)
    np.testing.assert_allclose([float(v) for v in model.losses], expected["losses"], rtol=LOSS_RTOL[dtype])
    np.testing.assert_allclose(
        flat([g.numpy() for g in gradients]), expected["gradients"], rtol=GRADIENT_RTOL[dtype], atol=atol
    )


def test_evaluate_fit_predict(keras, case):
    case, dtype, expected = case
    model = cases.build(keras, case, dtype)
    x, y, w = cases.data(case["y"], dtype)
    w = weights_of(case, w)
    evaluated = model.evaluate(x, y, batch_size=cases.BATCH, sample_weight=w, verbose=0, return_dict=True)
    assert list(evaluated) == list(expected["evaluate"])
    for key, value in expected["evaluate"].items():
        assert evaluated[key] == pytest.approx(value, rel=LOSS_RTOL[dtype], abs=1e-7), key
    validation = x[:10], y[:10]
    history = model.fit(
        x,
        y,
        batch_size=cases.BATCH,
        epochs=cases.EPOCHS,
        sample_weight=w,
        shuffle=False,
        validation_data=validation,
        verbose=0,
    ).history
    assert list(history) == list(expected["history"])
    if case["name"] in CHAOTIC and dtype == "float32":
        return
    for key, values in expected["history"].items():
        # The loss of a batch follows the weights; an accuracy counts, and no prediction here is near a tie.
        np.testing.assert_allclose(history[key], values, rtol=5 * LOSS_RTOL[dtype], atol=2e-6, err_msg=key)
    weights = flat(model.get_weights())
    rtol = WEIGHT_RTOL[dtype] * looser(case, dtype)
    atol = (OPTIMIZER_ATOL if "optimizer" in case else WEIGHT_ATOL)[dtype] * looser(case, dtype)
    np.testing.assert_allclose(weights, expected["weights"], rtol=rtol, atol=atol)
    predicted = model.predict(x[:5], verbose=0)
    assert isinstance(predicted, np.ndarray) and predicted.dtype == dtype
    np.testing.assert_allclose(predicted, expected["predict"], rtol=rtol, atol=10 * atol)


def test_train_on_batch(keras, case):
    case, dtype, expected = case
    model = cases.build(keras, case, dtype)
    x, y, w = cases.data(case["y"], dtype)
    logs = []
    for first in range(0, 2 * cases.BATCH, cases.BATCH):
        part = slice(first, first + cases.BATCH)
        w_part = w[part] if case.get("sample_weight") else None
        logs.append(model.train_on_batch(x[part], y[part], sample_weight=w_part))
    np.testing.assert_allclose(np.asarray(logs), expected["train_on_batch"], rtol=LOSS_RTOL[dtype], atol=1e-6)
