"""tf.zeros_initializer and its kin, as TensorFlow 2.15.1 has them."""

import inspect

import numpy as np
import pytest

import pyseq.tf as tf

MADE = {
    "zeros_initializer": (), "ones_initializer": (), "constant_initializer": (3.0,), "random_normal_initializer": (),
    "random_uniform_initializer": (),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_values_and_names(name, tmp_path):
    cls = getattr(tf, name)
    initializer = cls(*MADE[name])
    value = initializer((2, 3))
    assert value.dtype == "float32" and value.shape == (2, 3)
    again = cls.from_config(initializer.get_config())
    assert again.get_config() == initializer.get_config()
    layer = tf.keras.layers.Dense(2, kernel_initializer=initializer)
    plain = type(initializer).__mro__[1]
    described = layer.get_config()["kernel_initializer"]
    assert described == tf.keras.initializers.serialize(plain(**initializer.get_config()))
    model = tf.keras.Sequential([tf.keras.Input((2,)), layer])
    model.save(tmp_path / "model.keras")
    read = tf.keras.models.load_model(tmp_path / "model.keras")
    assert type(read.layers[0].kernel_initializer) is plain
    with pytest.raises(TypeError, match="foo"):
        initializer((2,), foo=1)


def test_dtypes():
    tf.keras.backend.set_floatx("float64")
    try:
        assert all(getattr(tf, name)(*MADE[name])((2,)).dtype == "float32" for name in MADE)
    finally:
        tf.keras.backend.set_floatx("float32")
    assert tf.zeros_initializer()((2,), dtype=tf.int32).dtype == "int32"
    constant = tf.constant_initializer([1, 2, 3, 4])
    np.testing.assert_array_equal(constant((2, 2)), [[1, 2], [3, 4]])
    assert constant((2, 2)).dtype == "int32" and constant((4,), dtype=tf.float64).dtype == "float64"
    with pytest.raises(ValueError, match="one element or the shape"):
        tf.constant_initializer([1, 2, 3])((2, 2))
    with pytest.raises(TypeError, match="NoneType"):
        tf.constant_initializer(None)
    with pytest.raises(ValueError, match="floating point"):
        tf.random_normal_initializer()((2,), dtype=tf.int32)
    drawn = tf.random_uniform_initializer(0, 5, seed=1)((100,), dtype=tf.int64)
    assert drawn.dtype == "int64" and set(drawn.numpy()) == {0, 1, 2, 3, 4}


def test_seeds_and_classes():
    assert tf.initializers is tf.keras.initializers  # also after tf.zeros_initializer was used
    first, keras = tf.random_normal_initializer(seed=3), tf.keras.initializers.RandomNormal(seed=3)
    np.testing.assert_array_equal(first((4,)), keras((4,)))
    assert (
        type(tf.keras.layers.Dense(2, kernel_initializer=tf.zeros_initializer).kernel_initializer)
        is tf.zeros_initializer
    )
    assert list(inspect.signature(tf.random_uniform_initializer).parameters) == ["minval", "maxval", "seed"]

    class Twos(tf.zeros_initializer):
        def __call__(self, shape, dtype=None, **kwargs):
            return super().__call__(shape, dtype, **kwargs) + 2

    assert (
        tf.keras.initializers.serialize(Twos())["class_name"] == "Twos"
    )  # a user's class is not described as its base
