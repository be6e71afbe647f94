"""Layers that compute from one tensor, called on dicts, lists and texts: who, what was expected, what came."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers as L

X, IMAGE = np.ones((2, 3), "float32"), np.ones((1, 4, 4, 3), "float32")
LAYERS = [
    (lambda: L.Dense(2), X), (lambda: L.Conv2D(2, 3), IMAGE), (lambda: L.Flatten(), IMAGE), (lambda: L.MaxPooling2D(), IMAGE),
    (lambda: L.BatchNormalization(), X), (lambda: L.LayerNormalization(), X), (lambda: L.Normalization(), X),
    (lambda: L.Embedding(3, 2), np.ones((1, 2), "int32")), (lambda: L.GlobalAveragePooling2D(), IMAGE),
    (lambda: L.Reshape((-1,)), IMAGE), (lambda: L.Permute((1,)), X), (lambda: L.RepeatVector(2), X), (lambda: L.PReLU(), X),
    (lambda: L.ZeroPadding2D(), IMAGE), (lambda: L.UpSampling2D(), IMAGE), (lambda: L.EinsumDense("ab,bc->ac", 4), X),
    (lambda: L.SeparableConv2D(2, 3), IMAGE), (lambda: L.UnitNormalization(), X), (lambda: keras.Sequential([L.Dense(2)]), X),
]  # fmt: skip


@pytest.mark.parametrize(("make", "x"), LAYERS)
def test_dicts_lists_and_texts(make, x):
    layer = make()
    words = rf'Layer "{layer.name}" \(type {type(layer).__name__}\) takes one tensor. Received: '
    with pytest.raises(TypeError, match=words + r"a dict with the keys \['a'\], shapes .*inputs\['a'\]"):
        layer({"a": x})
    if not isinstance(layer, keras.Sequential):  # tf.keras, too, takes the one tensor of a list there
        with pytest.raises(TypeError, match=words + "a list of 1, shapes"):
            layer([x])
        with pytest.raises(ValueError, match="must hold numbers. Received: texts"):
            layer("abc")
    with pytest.raises((TypeError, ValueError), match=f"{words}a list of 2|expects 1 input.s., but it received 2"):
        layer([x, x])
    assert not layer.built
    layer(x)


def test_symbolic_ones():
    with pytest.raises(TypeError, match="takes one tensor. Received: a dict"):
        L.Dense(2)({"a": keras.Input((3,))})
    with pytest.raises(TypeError, match="takes one tensor. Received: a dict"):
        keras.Sequential([L.Dense(2)]).predict({"a": X})


def test_a_layer_of_the_users_own_takes_what_it_likes():
    class Both(L.Dense):
        def build(self, shapes):
            super().build(shapes["a"])
            self.input_spec = None

        def call(self, inputs):
            return super().call(inputs["a"]) + inputs["b"]

    layer = Both(3)
    layer.input_spec = None
    assert layer({"a": X, "b": X}).shape == (2, 3)
