"""What normalisation, pooling, padding and resizing layers say of arguments and inputs that do not fit."""

import re

import numpy as np
import pytest

import pyseq
from pyseq import layers as L
from pyseq.core import GradientTape, as_tensor


def z(*shape):
    return np.zeros(shape, "float32")


CASES = {
    "batch axis text": (lambda: L.BatchNormalization(axis="last"), TypeError, "int or a list/tuple of ints.*'last'"),
    "batch axis outside": (lambda: L.BatchNormalization(axis=3)(z(2, 3)), ValueError, r"Invalid value for `axis`.*axis=\(3,\)"),
    "batch axis twice": (lambda: L.BatchNormalization(axis=[1, -1])(z(2, 3)), ValueError, "Duplicate axis"),
    "batch unknown extent": (lambda: L.BatchNormalization().build((None, None)), ValueError, "undefined `axis` dimension"),
    "batch other channels": (
        lambda: (lambda b: (b(z(2, 3)), b(z(2, 4))))(L.BatchNormalization()), ValueError, "axis -?1.*3.*4",
    ),
    "batch renorm": (lambda: L.BatchNormalization(renorm=True), NotImplementedError, "renorm"),
    "batch virtual": (lambda: L.BatchNormalization(virtual_batch_size=2), NotImplementedError, "virtual_batch_size"),
    "batch fused rank": (lambda: L.BatchNormalization(fused=True)(z(2, 3)), ValueError, "only support 4D or 5D"),
    "batch fused axis": (lambda: L.BatchNormalization(axis=2, fused=True), ValueError, "only supported when axis is 1 or 3"),
    "batch fused synchronized": (lambda: L.BatchNormalization(fused=True, synchronized=True), ValueError, "synchronized=True"),
    "batch videos fused": (lambda: L.BatchNormalization(axis=4)(z(1, 2, 3, 4)), ValueError, "axis"),
    "batch unknown argument": (lambda: L.BatchNormalization(momentun=0.9), TypeError, "momentun"),
    "layer axis": (lambda: L.LayerNormalization(axis=1.5), TypeError, "1.5"),
    "groups many": (lambda: L.GroupNormalization(8)(z(2, 4)), ValueError, r"groups \(8\) cannot be more.*\(4\)"),
    "groups odd": (lambda: L.GroupNormalization(3)(z(2, 4)), ValueError, r"groups \(3\) must be a multiple.*\(4\)"),
    "groups zero": (lambda: L.GroupNormalization(0), ValueError, "groups=0"),
    "pool window": (lambda: L.MaxPooling2D(5, name="p")(z(2, 4, 6, 3)), ValueError, r'"p".*pool_size.*\(4, 6\).*\(5, 5\)'),
    "pool size": (lambda: L.MaxPooling2D((2, 2, 2)), ValueError, "`pool_size` argument must be a tuple of 2 integers"),
    "pool size zero": (lambda: L.AveragePooling1D(0), ValueError, "> 0"),
    "pool stride zero": (lambda: L.AveragePooling1D(2, 0)(z(1, 4, 2)), ValueError, "strides"),
    "pool padding": (lambda: L.MaxPooling2D(padding="full"), ValueError, "padding.*full"),
    "pool format": (lambda: L.MaxPooling2D(data_format="NHWC"), ValueError, "data_format.*NHWC"),
    "pool rank": (lambda: L.MaxPooling2D()(z(2, 4, 6)), ValueError, "expected ndim=4, found ndim=3"),
    "pool integers": (lambda: L.AveragePooling2D()(np.zeros((1, 4, 4, 1), "int32")), TypeError, "int32"),
    "global rank": (lambda: L.GlobalMaxPooling2D()(z(2, 4)), ValueError, "expected ndim=4"),
    "global of nothing": (lambda: L.GlobalAveragePooling1D()(z(2, 0, 3)), ValueError, "dimension 0 at reduction axis 1"),
    "global of no rows": (lambda: L.GlobalMaxPooling2D()(z(2, 0, 4, 3)), ValueError, "dimension 0 at reduction axis 1"),
    "pad three": (lambda: L.ZeroPadding2D((1, 2, 3)), ValueError, r"`padding` should have two elements. Received: \(1, 2, 3\)"),
    "pad negative": (lambda: L.ZeroPadding2D(-1), ValueError, ">= 0"),
    "pad text": (lambda: L.ZeroPadding3D(1.5), ValueError, "`padding` should be either an int"),
    "crop all": (lambda: L.Cropping2D(2)(z(1, 4, 6, 1)), ValueError, "cropping=.*2, 2"),
    "crop negative": (lambda: L.Cropping1D((-1, 0)), ValueError, ">= 0"),
    "up zero": (lambda: L.UpSampling2D(0), ValueError, "size"),
    "up unknown": (lambda: L.UpSampling2D(interpolation="linear"), NotImplementedError, "linear"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_error(name):
    call, error, text = CASES[name]
    with pytest.raises(error, match=text):
        call()


def test_aliases():
    for kind, short in (("Max", "Max"), ("Average", "Avg"), ("GlobalMax", "GlobalMax"), ("GlobalAverage", "GlobalAvg")):
        for d in (1, 2, 3):
            assert getattr(L, f"{short}Pool{d}D") is getattr(L, f"{kind}Pooling{d}D")


def test_frozen_batch_normalization_keeps_its_averages():
    """As tf.keras: `trainable = False` is inference mode, also inside a model that trains."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((16, 4)).astype("float32"), rng.standard_normal((16, 1)).astype("float32")
    model = pyseq.Sequential([L.BatchNormalization(), pyseq.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    norm = model.layers[0]
    before = norm.get_weights()
    norm.trainable = False
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    for a, b in zip(before, norm.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(norm(x, training=True).numpy(), norm(x, training=False).numpy())
    norm.trainable = True
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    assert (norm.get_weights()[2] != before[2]).all()


def test_a_planned_model_has_the_bits_of_an_eager_one():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 6)).astype("float32"), rng.integers(0, 3, 20)
    weights = []
    for eagerly in (False, True):
        pyseq.utils.set_random_seed(1)
        model = pyseq.Sequential(
            [L.Dense(10, "relu"), L.BatchNormalization(), L.Activation("relu"), L.LayerNormalization(), L.Dense(3)]
        )
        loss = pyseq.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", loss, run_eagerly=eagerly)
        model.fit(x, y, batch_size=8, epochs=2, verbose=0)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_mask_of_global_average():
    x = np.arange(12, dtype="float32").reshape(1, 4, 3)
    y = L.GlobalAveragePooling1D()(x, mask=as_tensor(np.array([[True, True, False, False]])))
    np.testing.assert_array_equal(y.numpy(), x[:, :2].mean(1))


def test_fused_batch_normalization_ignores_a_mask_and_says_so():
    layer = L.BatchNormalization()
    with pytest.warns(UserWarning, match="mask is ignored"):
        layer(z(2, 3, 4, 2), training=True, mask=as_tensor(np.ones((2, 3, 4), bool)))


def test_frozen_layers_pass_gradients():
    layer = L.BatchNormalization(trainable=False)
    x = as_tensor(np.random.default_rng(0).standard_normal((5, 3)).astype("float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), np.full((5, 3), 1 / np.sqrt(1.001)), rtol=1e-6)


def test_spectral_norm_becomes_one():
    rng = np.random.default_rng(0)
    layer = L.SpectralNormalization(L.Dense(6), power_iterations=20)
    x = rng.standard_normal((3, 5)).astype("float32")
    for _ in range(3):
        layer(x, training=True)
    np.testing.assert_allclose(np.linalg.norm(layer.layer.kernel.numpy(), 2), 1, rtol=1e-3)
    zeros = L.SpectralNormalization(L.Dense(2, kernel_initializer="zeros"))
    zeros(x, training=True)
    assert (zeros.layer.kernel.numpy() == 0).all()


def test_spectral_normalization_needs_a_kernel():
    with pytest.raises(ValueError, match="Flatten object has no attribute 'kernel' nor 'embeddings'"):
        L.SpectralNormalization(L.Flatten())(z(2, 3))
    with pytest.raises(ValueError, match="power_iterations=0"):
        L.SpectralNormalization(L.Dense(2), power_iterations=0)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: L.Conv2D(4, 9), (8, 8, 3)),
        (lambda: L.DepthwiseConv2D(9, data_format="channels_first"), (3, 8, 8)),
        (lambda: L.MaxPooling2D(9), (8, 8, 3)),
        (lambda: L.Cropping2D(5), (8, 8, 3)),
    ],
)
def test_a_model_that_is_too_deep_is_told_with_its_own_shape(layer, shape):
    inputs = pyseq.Input(shape)
    with pytest.raises(ValueError, match=re.escape(str((None, *shape)))):
        layer()(inputs)
    with pytest.raises(ValueError, match=re.escape(str((None, *shape)))):
        pyseq.Sequential([inputs, layer()])
