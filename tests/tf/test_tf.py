"""The TensorFlow face against recordings of TensorFlow 2.15 (make_tf.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from tests.tf.make_tf import differentiate, evaluate, signatures

RECORDED = json.loads(Path(__file__).with_name("tf.json").read_text())
# Arguments of TensorFlow's that mean nothing without its devices.
LEFT_OUT = {"layout"}


def assert_same(ours, theirs, text):
    if not isinstance(theirs, dict):
        assert ours == theirs
        return
    assert (ours["dtype"], ours["shape"]) == (theirs["dtype"], theirs["shape"]), text
    # float32: a few roundings, 6e-8 each, of values up to about 20
    np.testing.assert_allclose(ours["values"], theirs["values"], rtol=2e-6, atol=2e-6, err_msg=text)


@pytest.mark.parametrize("text", RECORDED["values"])
def test_value(text):
    assert_same(evaluate(tf, text), RECORDED["values"][text], text)


@pytest.mark.parametrize("text", RECORDED["gradients"])
def test_gradient(text):
    (y, dx), (recorded_y, recorded_dx) = differentiate(tf, text), RECORDED["gradients"][text]
    assert_same(y, recorded_y, text)
    if recorded_dx is None:  # steps have no gradient in TensorFlow; here it is zero
        assert dx is None or not any(dx["values"])
    else:
        assert_same(dx, recorded_dx, text)


def test_argument_names():
    for module, functions in signatures(tf).items():
        holder = getattr(tf, module) if module else tf
        for name, arguments in functions.items():
            if name not in getattr(holder, "__all__", functions) or not getattr(holder, name).__module__.startswith(
                "pyseq.tf"
            ):
                continue
            theirs = [a for a in RECORDED["signatures"][module][name] if a not in LEFT_OUT]
            assert [a for a in arguments if a not in LEFT_OUT] == theirs, f"tf.{module}.{name}"


def test_keras_is_the_package():
    assert tf.keras is pyseq and tf.losses is pyseq.losses and tf.metrics is pyseq.metrics
    assert tf.Variable is pyseq.Variable and tf.GradientTape is pyseq.GradientTape
    assert tf.__version__.startswith("2.15.1+pyseq.")


def test_a_python_float_is_float32_whatever_floatx_is():
    before = pyseq.config.floatx()
    pyseq.config.set_floatx("float64")
    try:
        assert tf.constant([[1.0, 2.0]]).dtype == "float32"
        assert tf.constant(np.ones(2)).dtype == "float64"
    finally:
        pyseq.config.set_floatx(before)


def test_random_numbers_follow_the_seed():
    def draws():
        tf.random.set_seed(3)
        return [
            tf.random.normal([4]).numpy(),
            tf.random.uniform([4], seed=1).numpy(),
            tf.random.shuffle(range(9)).numpy(),
        ]

    for first, second in zip(draws(), draws(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(tf.random.normal([4], seed=1), tf.random.normal([4], seed=1))
    x = tf.random.truncated_normal([1000], mean=5.0, stddev=2.0).numpy()
    assert 1.0 <= x.min() and x.max() <= 9.0
    with pytest.raises(ValueError, match="`maxval` must be given"):
        tf.random.uniform([2], dtype="int32")


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: tf.constand, "'constand'.*Nearest: constant"),
        (lambda: tf.math.tangh, "pyseq.tf.math.*Nearest: tanh"),
        (lambda: tf.nn.rely, "pyseq.tf.nn.*Nearest: relu"),
        (lambda: tf.random.norml, "pyseq.tf.random.*Nearest: normal"),
        (lambda: pyseq.layerz, "Nearest: layers"),
        (lambda: pyseq.backend.meen, "Nearest: mean"),
        (lambda: pyseq.utils.get_fil, "Nearest: get_file"),
    ],
)
def test_what_is_missing_is_named(use, words):
    with pytest.raises(AttributeError, match=words):
        use()


def test_shape_that_does_not_fit():
    with pytest.raises(ValueError, match="constant: `shape` must have as many elements"):
        tf.constant([1, 2, 3], shape=[2, 2])
