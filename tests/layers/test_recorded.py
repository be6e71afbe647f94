"""Every layer of cases.py against tf.keras 2.15: outputs, masks, gradients, losses, shapes, configurations; and plan = eager."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers
from pyseq.core.structure import flatten
from pyseq.layers.naming import reset_names
from tests.gradcheck import check_vjp
from tests.layers import cases
from tests.parity.recording import recorded

RECORDED = recorded("layers")
# Sums of at most 24 products, or a softmax: a few roundings.
TOLERANCE = {"float32": {"rtol": 3e-6, "atol": 1e-6}, "float64": {"rtol": 1e-13, "atol": 1e-14}}
DTYPES = ["float32", "float64"]


@pytest.fixture(autouse=True)
def names_from_the_start():
    reset_names()


def same(got, wanted, dtype):
    got = np.asarray(got)
    assert got.shape == wanted.shape
    if wanted.dtype.kind != "f":
        assert got.dtype == wanted.dtype
        np.testing.assert_array_equal(got, wanted)
    else:
        assert got.dtype == wanted.dtype
        np.testing.assert_allclose(got, wanted, **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", cases.CASES)
def test_as_tf_keras(name, dtype):
    wanted, got = RECORDED[dtype][name], cases.run(tf, cases.CASES[name], dtype)
    same(got["y"], wanted["y"], dtype)
    assert (got["mask"] is None) == (wanted["mask"] is None), f"mask: {got['mask']}"
    if wanted["mask"] is not None:
        same(got["mask"], wanted["mask"], dtype)
    assert len(got["gradients"]) == len(wanted["gradients"])
    for g, w in zip(got["gradients"], wanted["gradients"], strict=True):
        assert (g is None) == (w is None)
        if w is not None:
            same(g, w, dtype)
    # tf.keras has the factors of regularizers in float32
    np.testing.assert_allclose(got["losses"], wanted["losses"], rtol=1e-6)
    assert got["weights"] == wanted["weights"]
    if not name.startswith("einsum"):  # tf.keras gives the shape of the first call, whatever it is asked
        assert got["output_shape"] == wanted["output_shape"]
    assert got["supports_masking"] == wanted["supports_masking"]
    if wanted["config"] is not None:
        assert set(got["config"]) == set(wanted["config"])
        for key, value in wanted["config"].items():
            assert equal(got["config"][key], value), f"{key}: {got['config'][key]}, tf.keras has {value}"


def equal(got, wanted):
    if isinstance(wanted, float):
        return got == pytest.approx(wanted, rel=1e-6)
    if isinstance(wanted, dict):
        return set(got) == set(wanted) and all(equal(got[k], v) for k, v in wanted.items())
    return list(got) == wanted if isinstance(wanted, list) else got == wanted


def made(name, dtype="float32"):
    """(layer, inputs) of a case, the layer built."""
    layer = cases.make(tf, cases.CASES[name], dtype)
    inputs = cases.inputs_of(tf, cases.CASES[name], dtype)
    layer(inputs)
    if layer.trainable_weights:
        layer.set_weights(cases.weights_like([w.shape for w in layer.weights]))
    return layer, inputs


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", cases.CASES)
def test_plan_gives_the_bits_of_eager(name, training):
    """Outputs, gradients and what random layers draw."""
    results = []
    for mode in (lambda f: f, pyseq.function):
        pyseq.random.set_seed(7)
        layer, inputs = made(name)
        leaves = flatten(inputs)
        single = not isinstance(inputs, list)

        def step(*xs, layer=layer, leaves=leaves, single=single):
            for x, original in zip(xs, leaves, strict=True):
                x._keras_mask = original._keras_mask
            with tf.GradientTape() as tape:
                tape.watch([x for x in xs if x.dtype.is_floating])
                y = layer(xs[0] if single else list(xs), training=training)
            sources = [x for x in xs if x.dtype.is_floating] + layer.trainable_weights
            if not y.dtype.is_floating or not sources:
                return y
            dxs = tape.gradient(y, sources, unconnected_gradients="zero")
            return [y, *dxs] if y._keras_mask is None else [y, *dxs, y._keras_mask]

        function = mode(step)
        results.append([np.asarray(t) for _ in range(2) for t in flatten(function(*leaves))])
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


SMOOTH = [n for n in cases.CASES if "i " not in str(cases.CASES[n][1]) and "dropout" not in n and "noise" not in n]


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients(name):
    layer, inputs = made(name, "float64")
    if not np.asarray(layer(inputs)).size:
        pytest.skip("nothing comes out")
    if isinstance(layer, layers.Masking) or "ties" in name or "embedding" in name or "unit of zeros" in name:
        pytest.skip("not smooth where the case is")
    arrays = [x.numpy() for x in flatten(inputs)]
    single = not isinstance(inputs, list)
    check_vjp(lambda *xs: layer(xs[0] if single else list(xs)), *arrays, second=name not in ("wrapper",))


@pytest.mark.parametrize("name", cases.CASES)
def test_config_makes_the_layer_again(name):
    layer, inputs = made(name)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    again(inputs)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(inputs).numpy(), layer(inputs).numpy())
    if not isinstance(layer, layers.Lambda):
        described = layers.deserialize(layers.serialize(layer))
        assert type(described) is type(layer) and described.get_config() == layer.get_config()


@pytest.mark.parametrize("name", cases.CASES)
def test_empty_batch(name):
    layer, inputs = made(name)
    if "0" in name and "concatenate" in name:
        pytest.skip("the batch axis is joined")
    empty = [x[:0] for x in flatten(inputs)]
    y = layer(empty if isinstance(inputs, list) else empty[0])
    assert y.shape == (0, *layer(inputs).shape[1:])


NOT_IN_HALF = {"unit of zeros", "normalization given each"}  # 1e-12 and 1 / epsilon are beyond float16, in tf.keras too


@pytest.mark.parametrize(
    "name", [n for n in cases.CASES if "i " not in str(cases.CASES[n][1]) and n not in NOT_IN_HALF]
)
def test_float16(name):
    layer, inputs = made(name, "float16")
    y = layer(inputs)
    assert y.dtype == "float16"
    wide = made(name, "float32")
    np.testing.assert_allclose(
        y.numpy().astype("float32"), wide[0](wide[1]).numpy(), rtol=1e-2, atol=1e-2, err_msg="against float32"
    )
