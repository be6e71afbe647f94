"""Every layer of image_cases.py against tf.keras 2.15, planned against eager, on every instruction set and number of threads."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers
from pyseq.layers.naming import reset_names
from tests.gradcheck import check_vjp
from tests.layers import image_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("image_layers")
# Sums of at most 60 terms, divided by roots of variances that are down to 0.1.
TOLERANCE = {"float32": {"rtol": 2e-5, "atol": 1e-5}, "float64": {"rtol": 1e-11, "atol": 1e-12}}
DTYPES = ["float32", "float64"]
THERE = [n for n, case in cases.CASES.items() if hasattr(layers, case[0][2:].split("(")[0])]


@pytest.fixture(autouse=True)
def names_from_the_start():
    reset_names()


def same(got, wanted, dtype):
    assert len(got) == len(wanted)
    for g, w in zip(got, wanted, strict=True):
        assert (g is None) == (w is None)
        if w is not None:
            assert g.shape == w.shape and g.dtype == w.dtype
            np.testing.assert_allclose(g, w, **TOLERANCE[dtype])


def equal(got, wanted):
    if isinstance(wanted, float):
        return got == pytest.approx(wanted, rel=1e-6)
    if isinstance(wanted, dict):
        return set(got) == set(wanted) and all(equal(got[k], v) for k, v in wanted.items())
    return list(got) == wanted if isinstance(wanted, list) else got == wanted


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", THERE)
def test_as_tf_keras(name, dtype):
    wanted, got = RECORDED[dtype][name], cases.run(tf, cases.CASES[name], dtype)
    if wanted is None:
        pytest.skip("TensorFlow cannot")
    same(got["initial"], wanted["initial"], dtype)
    if "bilinear" in name and dtype == "float64":  # tf.keras computes and returns float32
        got["modes"] = [
            {"y": m["y"].astype("f4"), "gradients": m["gradients"], "weights": m["weights"]} for m in got["modes"]
        ]
    if "spectral" in name:
        got["config"]["layer"].pop("build_config", None)
    if name == "max 3 ties":  # TensorFlow's CPU kernel for three axes, alone of all, gives dy to each of equal pixels
        for run in (got, wanted):
            run["modes"][0]["gradients"] = []
    for g, w in zip(got["modes"], wanted["modes"], strict=True):
        precision = w["y"].dtype.name
        same([g["y"]], [w["y"]], precision)
        same(g["gradients"], w["gradients"], precision)
        for a, b in zip(g["weights"], w["weights"], strict=True):  # tf.keras has 1 - momentum in float32
            np.testing.assert_allclose(a, b, rtol=1e-6)
    np.testing.assert_allclose(got["losses"], wanted["losses"], rtol=1e-6)
    for key in ("names", "trainable", "output_shape"):
        assert got[key] == wanted[key], key
    for key, value in wanted["config"].items():
        assert equal(got["config"][key], value), f"{key}: {got['config'][key]}, tf.keras has {value}"
    assert set(got["config"]) == set(wanted["config"])


def made(name, dtype="float32"):
    """(layer, input) of a case, the layer built."""
    case = cases.CASES[name]
    layer, x = cases.make(tf, case, dtype), tf.constant(cases.array(case, dtype))
    layer(x)
    layer.set_weights(cases.weights_like([w.shape for w in layer.weights]))
    return layer, x


def step_bits(name, mode, dtype="float32"):
    """The bytes of output, gradients and weights of two training steps."""
    layer, x = made(name, dtype)

    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, **({"training": True} if cases.trains(cases.CASES[name]) else {}))
        return [y, *tape.gradient(y, [x, *layer.trainable_weights], unconnected_gradients="zero")]

    function = mode(step)
    results = [np.asarray(t).tobytes() for _ in range(2) for t in function(x)]
    return results + [w.tobytes() for w in layer.get_weights()]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", THERE)
def test_same_bits(name, dtype, isa, n_threads):
    """Planned and eager, on one thread and on several."""
    eager = step_bits(name, lambda f: f, dtype)
    assert step_bits(name, pyseq.function, dtype) == eager
    threads = pyseq.config.get_num_threads()
    pyseq.config.set_num_threads(1)
    try:
        assert step_bits(name, lambda f: f, dtype) == eager
    finally:
        pyseq.config.set_num_threads(threads)


@pytest.mark.parametrize("name", [n for n in THERE if "ties" not in n and "spectral" not in n])
def test_gradients(name):
    layer, x = made(name, "float64")
    in_training = {"training": True} if cases.trains(cases.CASES[name]) else {}
    check_vjp(lambda x: layer(x, **in_training), x.numpy(), second=True, rtol=1e-6)


@pytest.mark.parametrize("name", THERE)
def test_float16_and_empty(name):
    layer, x = made(name)
    half = cases.make(tf, cases.CASES[name], "float16")
    y = half(x.numpy().astype("float16"))
    assert y.dtype == "float16" and y.shape == layer(x).shape
    empty = layer(np.zeros((0, *x.shape[1:]), "float32"))
    assert empty.shape == (0, *y.shape[1:])


@pytest.mark.parametrize("name", THERE)
def test_from_config(name):
    layer, x = made(name)
    again = type(layer).from_config(layer.get_config())
    again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())
