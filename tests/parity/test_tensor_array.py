"""tf.TensorArray and forward gradients against TensorFlow."""

import importlib
import json

import numpy as np
import pytest

from tests.parity import tensor_array_cases as cases
from tests.parity.recording import FIXTURES
from tests.parity.test_subclass import close

RECORDED = json.loads((FIXTURES / "tensor_array.json").read_text())["cases"]


@pytest.fixture
def tf():
    return importlib.import_module("pyseq.tf")


@pytest.mark.parametrize("name", cases.CASES)
@pytest.mark.filterwarnings("ignore:.*runs as Python code")
def test_as_recorded(tf, name):
    got, expected = json.loads(json.dumps(cases.run(tf, name))), RECORDED[name]
    if isinstance(expected, dict) and expected.get("raises") == "InvalidArgumentError":
        assert got["raises"] in ("InvalidArgumentError", "InvalidTypeError")
        return
    assert close(got, expected), f"\n{got}\n{expected}"


def layers_of(tf):
    k = tf.keras.layers
    return [
        k.Dense(3, activation="softmax"), k.Conv2D(2, 3), k.MaxPooling2D(), k.AveragePooling2D(), k.BatchNormalization(),
        k.LayerNormalization(), k.Activation("gelu"), k.ELU(), k.Conv2DTranspose(2, 2), k.DepthwiseConv2D(2),
        k.UpSampling2D(interpolation="bilinear"), k.GlobalMaxPooling2D(), k.Flatten(), k.PReLU(), k.ZeroPadding2D(),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(15))
def test_jvp_of_layers_against_differences(tf, number):
    """Every vjp has a vjp of its own, which forward gradients are made of."""
    layer = layers_of(tf)[number]
    layer._dtype = tf.as_dtype("float64")
    rng = np.random.default_rng(0)
    x, t = (rng.permutation(192).reshape(2, 4, 8, 3) - 96.5) / 50.0, rng.standard_normal((2, 4, 8, 3))
    layer(tf.constant(x))
    x_, t_ = tf.constant(x), tf.constant(t)
    with tf.autodiff.ForwardAccumulator(x_, t_) as acc:
        y = layer(x_, training=True) if isinstance(layer, tf.keras.layers.BatchNormalization) else layer(x_)
    step = 1e-5
    ends = [
        layer(tf.constant(x + s * t), **({"training": True} if "batch" in layer.name else {})) for s in (step, -step)
    ]
    np.testing.assert_allclose(
        acc.jvp(y).numpy(), (ends[0].numpy() - ends[1].numpy()) / (2 * step), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    ("primals", "tangents", "words"),
    [(1.0, 1.0, "floating point tensors"), ([[1.0, 2.0]], [[1.0]], "shapes and dtypes"), ([1], [1], "floating point")],
)
def test_wrong_primals(tf, primals, tangents, words):
    primal = primals if isinstance(primals, float) else tf.constant(primals)
    with pytest.raises(ValueError, match=words):
        tf.autodiff.ForwardAccumulator(primal, tf.constant(tangents))


def test_an_array_says_what_it_is(tf):
    assert repr(tf.TensorArray("int32", 2)) == "<TensorArray of 2: dtype=int32, element_shape=None>"
    with pytest.raises(tf.errors.InvalidArgumentError, match="clear_after_read=False"):
        a = tf.TensorArray("float32", 1).write(0, 1.0)
        a.read(0), a.read(0)
    with pytest.raises(tf.errors.OutOfRangeError, match=r"`index` must be in \[0, 2\). Received: index=2"):
        tf.TensorArray("float32", 2).read(2)
