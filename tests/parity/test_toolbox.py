"""Schedules, initializers, regularizers, constraints and activations against tf.keras: values, gradients, configurations."""

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, config
from pyseq.plan import function
from tests.fixtures import make_toolbox as cases
from tests.gradcheck import check_vjp
from tests.parity.recording import recorded

RECORDED = recorded("toolbox")


def value_and_gradient(f, x):
    t = as_tensor(x)
    with GradientTape() as tape:
        tape.watch(t)
        y = f(t)
    half = np.full(y.shape, 0.5, y.dtype.numpy)
    return y.numpy(), tape.gradient(y, t, output_gradients=as_tensor(half)).numpy()


def check_described(module, made, expected):
    """Configuration and both serialized forms, there and back."""
    assert made.get_config() == expected["config"]
    assert {**module.serialize(made), "config": None} == {**expected["serialized"], "config": None}
    for legacy in (False, True):
        again = module.deserialize(module.serialize(made, use_legacy_format=legacy))
        assert type(again) is type(made) and again.get_config() == made.get_config()
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()
    assert module.get(made) is made
    assert (
        module.get({"class_name": type(made).__name__, "config": made.get_config()}).get_config() == made.get_config()
    )


# ------------------------------------------------------------------------------------------------------- schedules


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_schedule(keras, name):
    module = keras.optimizers.schedules
    cls, arguments = cases.SCHEDULES[name]
    schedule, expected = getattr(module, cls)(*arguments), RECORDED["schedules"][name]
    step = Variable(np.int64(0))
    traced = function(lambda: schedule(step))
    for k, value in zip(cases.STEPS, expected["values"], strict=True):
        step.assign(k)
        now, planned = schedule(np.int64(k)), traced()
        assert now.dtype == value.dtype and now.shape == ()
        # A few roundings in float32, and a cosine near its end: the rate is compared with the largest.
        np.testing.assert_allclose(now.numpy(), value, rtol=1e-6, atol=2e-7 * expected["values"].max(), err_msg=str(k))
        assert planned.numpy().tobytes() == now.numpy().tobytes() == schedule(step).numpy().tobytes()
    assert schedule.get_config() == expected["config"]
    again = module.deserialize(module.serialize(schedule))
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()
    assert type(schedule).from_config(schedule.get_config()).get_config() == schedule.get_config()


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_schedule_in_fit(keras, name):
    """A plan's steps see the count: the rate after k steps is that of step k - 1, as eagerly."""
    cls, arguments = cases.SCHEDULES[name]
    schedule, rates = getattr(keras.optimizers.schedules, cls)(*arguments), []
    for eagerly in (False, True):
        model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
        model.compile(keras.optimizers.SGD(schedule), "mse", run_eagerly=eagerly)
        model.fit(np.ones((13, 2), "float32"), np.ones(13, "float32"), batch_size=1, epochs=1, verbose=0, shuffle=False)
        rates.append((float(model.optimizer.learning_rate), model.get_weights()[0].tobytes()))
    assert rates[0] == rates[1] and rates[0][0] == float(schedule(12))


def test_schedules_of_other_dtypes_and_errors(keras):
    module = keras.optimizers.schedules
    assert module.ExponentialDecay(np.float64(0.1), 10, 0.5)(5).dtype == "float64"
    assert module.CosineDecay(Variable(0.1), as_tensor(np.int64(10)))(5).dtype == "float32"
    assert float(module.PiecewiseConstantDecay([], [0.5])(3)) == 0.5
    assert float(module.PiecewiseConstantDecay([2.5], [1.0, 0.5])(as_tensor(2.25))) == 1.0
    restarts = module.CosineDecayRestarts(1.0, 10, 1.5, 0.5)
    starts = [0, 10, 25, 10 * 1.5**2 + 25, 10 * (1.5**2 + 1.5**3) + 25]
    values = [float(restarts(as_tensor(np.float32(s)))) for s in starts]
    np.testing.assert_allclose(values, [1, 0.5, 0.25, 0.125, 0.0625], rtol=1e-6)
    with pytest.raises(ValueError, match="length of boundaries should be 1 less than the length of values"):
        module.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    with pytest.raises(ValueError, match="`boundaries` must increase"):
        module.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3])
    with pytest.raises(NotImplementedError, match="must override `__call__"):
        module.LearningRateSchedule()(1)
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        module.LearningRateSchedule().get_config()


# ------------------------------------------------------------------------------------------------------ initializers


@pytest.mark.parametrize("name", cases.INITIALIZERS)
def test_initializer(keras, name):
    cls, arguments, shape, dtype = cases.INITIALIZERS[name]
    made, expected = getattr(keras.initializers, cls)(**arguments), RECORDED["initializers"][name]
    got = made(tuple(shape), dtype=dtype)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got.numpy(), expected["value"])
    check_described(keras.initializers, made, expected)


@pytest.mark.parametrize("name", cases.RANDOM)
def test_random_initializer(keras, name):
    """Other numbers than TensorFlow's; the same distribution: 60,000 values are within a few hundredths of its spread."""
    cls, arguments = cases.RANDOM[name]
    made, expected = getattr(keras.initializers, cls)(**arguments), RECORDED["initializers"][name]
    for shape, (deviation, least, largest) in zip(cases.SHAPES, expected["spread"], strict=True):
        x = made(tuple(shape)).numpy()
        assert x.shape == tuple(shape) and x.std() == pytest.approx(deviation, rel=0.02)
        unbounded = "untruncated" in name or name in ("random_normal", "orthogonal")
        tails = deviation * (1.0 if unbounded else 0.01)
        assert x.min() == pytest.approx(least, abs=tails) and x.max() == pytest.approx(largest, abs=tails)
        np.testing.assert_array_equal(x, made(tuple(shape)).numpy())
    check_described(keras.initializers, made, expected)


# -------------------------------------------------------------------------------------- regularizers and constraints


def check_function(keras, family, name):
    cls, arguments, *shape = getattr(cases, family.upper())[name]
    config.set_floatx("float64")
    module, expected = getattr(keras, family), RECORDED[family][name]
    made, x = getattr(module, cls)(**arguments), cases.weights(*shape or [[5, 3]])
    y, dx = value_and_gradient(made, x)
    np.testing.assert_allclose(y, expected["y"], rtol=1e-12, atol=1e-14)
    if cls != "RadialConstraint":  # tf.pad has no gradient for what it pads with
        np.testing.assert_allclose(dx, expected["dx"], rtol=1e-11, atol=1e-13)
    check_vjp(made, x)
    check_described(module, made, expected)


@pytest.mark.parametrize("name", cases.REGULARIZERS)
def test_regularizer(keras, name):
    check_function(keras, "regularizers", name)


@pytest.mark.parametrize("name", cases.CONSTRAINTS)
def test_constraint(keras, name):
    check_function(keras, "constraints", name)


# ------------------------------------------------------------------------------------------------------- activations


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", cases.ACTIVATIONS)
def test_activation(keras, name, dtype):
    module, expected = keras.activations, RECORDED["activations"][f"{name}/{dtype}"]
    f = module.get(name)
    y, dx = value_and_gradient(f, cases.POINTS.astype(dtype))
    # TensorFlow keeps some constants in float32 whatever the dtype (tests/parity/test_activations.py).
    tolerance = 4e-6 if dtype == "float32" else 3e-7 if name in ("gelu", "leaky_relu") else 1e-13
    np.testing.assert_allclose(y, expected["y"], rtol=tolerance, atol=tolerance / 4)
    np.testing.assert_allclose(dx, expected["dx"], rtol=4 * tolerance, atol=tolerance)
    assert module.serialize(f) == RECORDED["serialized activations"][name]
    assert module.deserialize(module.serialize(f)) is f and module.get(f) is f
    assert module.get({"module": "builtins", "class_name": "function", "config": name}) is f
    if dtype == "float64":
        check_vjp(f, cases.POINTS + 0.01)  # off the kinks at 0
