"""Every loss: gradients against differences, plan and eager the same bits, masks, configurations, `fit` by string."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import losses
from pyseq.core import GradientTape, as_tensor
from tests.gradcheck import check_vjp
from tests.losses import cases

WITHOUT_SECOND = {"ctc"}  # as in TensorFlow
every = pytest.mark.parametrize("key", cases.KEYS, ids=cases.key_id)


def made(key, **more):
    name, arguments = key
    return getattr(losses, cases.LOSSES[name][0])(**arguments, **more)


def batch(key, dtype="float32"):
    _, y_true, y_pred, _ = cases.LOSSES[key[0]]
    if key[1].get("axis") == 0:
        y_true = y_true / y_true.sum(0)  # with logits the gradient is that of distributions
    return as_tensor(y_true if y_true.dtype.kind == "i" else y_true.astype(dtype)), as_tensor(y_pred.astype(dtype))


def test_all_are_here():
    functions = {f.__name__ for f in losses.registry.table.values() if not isinstance(f, type)}
    classes = {c.__name__ for c in losses.registry.table.values() if isinstance(c, type)}
    assert functions == set(cases.LOSSES)
    assert classes == {cases.LOSSES[name][0] for name in cases.LOSSES}


@every
def test_vjp(key):
    y_true, y_pred = batch(key, "float64")
    function = getattr(losses, key[0])
    check_vjp(lambda p: function(y_true, p, **key[1]), y_pred.numpy(), second=key[0] not in WITHOUT_SECOND)


@every
def test_vjp_of_labels(key):
    y_true, y_pred = batch(key, "float64")
    if y_true.dtype.is_integer or key[0] in ("hinge", "squared_hinge", "categorical_hinge"):
        pytest.skip("labels are class numbers or signs")
    function = getattr(losses, key[0])
    check_vjp(lambda y: function(y, y_pred, **key[1]), y_true.numpy())


@every
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_vjp_of_the_class(key, reduction, weighted):
    y_true, y_pred = batch(key, "float64")
    loss = made(key, reduction=reduction)
    shape = loss.call(y_true, y_pred).shape
    weights = as_tensor(np.random.default_rng(1).random(shape)) if weighted else None
    check_vjp(lambda p: loss(y_true, p, sample_weight=weights), y_pred.numpy())


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_bits_in_a_plan(key, dtype):
    y_true, y_pred = batch(key, dtype)
    weights = as_tensor(np.linspace(0, 1, y_pred.shape[0]).astype(dtype))
    if key[1].get("axis") == 0:
        weights = weights[: y_pred.shape[-1]]
    loss = made(key)

    def value_and_gradient(y_true, y_pred, weights):
        with GradientTape() as tape:
            tape.watch(y_pred)
            y = loss(y_true, y_pred, sample_weight=weights)
        return y, tape.gradient(y, y_pred)

    eager = value_and_gradient(y_true, y_pred, weights)
    planned = keras.function(value_and_gradient)(y_true, y_pred, weights)
    for a, b in zip(eager, planned, strict=True):
        assert a.dtype == dtype
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@every
def test_mask_leaves_out(key):
    y_true, y_pred = batch(key)
    each = made(key, reduction="none")(y_true, y_pred)
    if not each.shape or each.shape[0] != y_pred.shape[0]:
        pytest.skip("one loss for all samples")
    kept = np.arange(len(each.numpy())) % 2 == 0
    counted = each.numpy()[kept]
    if "ignore_class" in key[1]:
        counted = counted[cases.CLASSES[kept] != key[1]["ignore_class"]]
    y_pred = as_tensor(y_pred.numpy())
    y_pred._keras_mask = as_tensor(kept)
    np.testing.assert_allclose(made(key)(y_true, y_pred).numpy(), np.mean(counted), rtol=2e-6)
    np.testing.assert_allclose(made(key, reduction="sum")(y_true, y_pred).numpy(), np.sum(counted), rtol=2e-6)


@every
def test_configuration(key):
    loss = made(key, reduction="sum", name="mine")
    again = type(loss).from_config(loss.get_config())
    serialized = losses.deserialize(losses.serialize(loss))
    for copy in (again, serialized):
        assert type(copy) is type(loss) and copy.get_config() == loss.get_config()
        assert (copy.reduction, copy.name) == ("sum", "mine")
    y_true, y_pred = batch(key)
    np.testing.assert_array_equal(again(y_true, y_pred).numpy(), loss(y_true, y_pred).numpy())


@pytest.mark.parametrize("name", cases.LOSSES)
def test_function_and_class_agree(name):
    y_true, y_pred = batch((name, {}))
    each = getattr(losses, name)(y_true, y_pred)
    np.testing.assert_array_equal(getattr(losses, cases.LOSSES[name][0])(reduction="none")(y_true, y_pred), each)
    assert losses.get(losses.serialize(getattr(losses, name))) is getattr(losses, name)


def trained(loss, y, run_eagerly, units=cases.C):
    """(history, weights) after two epochs."""
    keras.utils.set_random_seed(3)
    x = np.round(np.random.default_rng(2).standard_normal((len(y), 5)), 3).astype("float32")
    inner = [keras.layers.Dense(7 * units), keras.layers.Reshape((7, units))] if y.ndim == 2 and loss in CTC else []
    model = keras.Sequential([*inner, keras.layers.Dense(units, activation=None if inner else "softmax")])
    model.compile("sgd", loss, run_eagerly=run_eagerly)
    history = model.fit(x, y, batch_size=4, epochs=2, verbose=0, sample_weight=np.linspace(0.5, 1.5, len(y)))
    return history.history, model.get_weights()


CTC = ("ctc", "CTC")
STRINGS = [(spelling, thing.__name__) for spelling, thing in losses.registry.table.items()]


@pytest.mark.parametrize("spelling, name", STRINGS)
def test_fit_by_string(spelling, name):
    function = next(f for f, (cls, *_) in cases.LOSSES.items() if name in (f, cls))
    y = cases.LOSSES[function][1]
    y = y if y.dtype.kind == "i" else y.astype("float32")
    (eager, weights), (planned, same_weights) = trained(spelling, y, True), trained(spelling, y, False)
    assert eager == planned and np.isfinite(eager["loss"]).all()
    for a, b in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(a, b)
