"""Layers that resize images or change them at random: against tf.keras 2.15, eagerly, in models, in data sets."""

import re

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers as L
from tests.layers import preprocessing_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("image_preprocessing")
# Values up to 255 and weights of a few roundings; a place between pixels is off by 1e-6 of a pixel, pixels differ by up to 255.
TOLERANCE = {"float32": 2e-4, "float64": 2e-4, "float16": 0.25, "uint8": 1}
RANDOM = [
    "RandomFlip()", "RandomFlip('horizontal')", "RandomRotation(0.3)", "RandomZoom(0.3)", "RandomZoom(0.3, 0.2, 'wrap', 'nearest')",
    "RandomTranslation(0.4, 0.3)", "RandomContrast(0.5)", "RandomBrightness(0.3)", "RandomCrop(3, 4)",
]  # fmt: skip


def made(text, **kwargs):
    layer = eval(f"L.{text}")
    return type(layer)(**{**layer.get_config(), **kwargs})


# TensorFlow adds to uint8 what goes round at 256; here the value range holds.
OVERFLOWS = "RandomBrightness((0.2, 0.2), dtype='uint8') 2,6,5,2 True"


@pytest.mark.parametrize("name", [n for n in cases.CASES if n != OVERFLOWS])
def test_as_tf_keras(name):
    wanted, got = RECORDED["values"][name], cases.run(tf, cases.CASES[name])
    assert (got["y"].shape, got["y"].dtype) == (wanted["y"].shape, wanted["y"].dtype)
    atol = TOLERANCE[got["y"].dtype.name]
    np.testing.assert_allclose(got["y"].astype("f8"), wanted["y"].astype("f8"), rtol=0, atol=atol)
    for key in ("shape", "symbolic", "config"):
        assert got[key] == wanted[key], key


def test_signatures():
    assert cases.signatures(tf) == RECORDED["signatures"]


@pytest.mark.parametrize("text", cases.ERRORS)
def test_error(text):
    wanted, got = RECORDED["errors"][text], cases.error_of(tf, text)
    assert got is not None, "no error"
    assert got[0] == wanted[0].replace("InvalidArgumentError", "ValueError")
    if "Exception encountered" not in wanted[1] and "interpolation" not in text:

        def plain(s):
            return re.sub(r"_\d+|\s+", "", s)

        assert plain(got[1]) == plain(wanted[1])


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("text", RANDOM)
def test_plan_and_eager_draw_the_same(text, dtype):
    x = cases.image("4,6,5,3")
    eager, planned = (made(text, seed=7, dtype=dtype) for _ in range(2))
    step = tf.function(lambda x: planned(x, training=True))
    results = []
    for _ in range(3):
        a, b = eager(x, training=True).numpy(), step(x).numpy()
        assert a.dtype == dtype and a.tobytes() == b.tobytes()
        results.append(a.tobytes())
    assert len(set(results)) > 1, "every step draws anew"
    np.testing.assert_array_equal(made(text, seed=7, dtype=dtype)(x), np.frombuffer(results[0], dtype).reshape(a.shape))


@pytest.mark.parametrize("text", RANDOM)
def test_same_bits_for_every_number_of_threads(text, n_threads, isa):
    x = cases.image("3,40,30,3")
    y = made(text, seed=3)(x).numpy()
    pyseq.config.set_num_threads(1)
    np.testing.assert_array_equal(made(text, seed=3)(x), y)


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_model_changes_images_in_training_alone(eagerly):
    def model():
        pyseq.utils.set_random_seed(1)
        made = pyseq.Sequential([
            L.Resizing(8, 8), L.RandomFlip(), L.RandomRotation(0.1), L.RandomZoom(0.1), L.RandomTranslation(0.1, 0.1, "constant"),
            L.RandomContrast(0.2), L.RandomBrightness(0.1), L.RandomCrop(6, 6), L.CenterCrop(4, 4), L.Flatten(), L.Dense(1),
        ])  # fmt: skip
        made.build((None, 10, 9, 3))
        made.compile("sgd", "mse", run_eagerly=eagerly)
        return made

    x, y = cases.image("10,10,9,3") / 255, np.arange(10.0)
    a = model()
    history = a.fit(x, y, epochs=3, batch_size=4, verbose=0).history["loss"]
    np.testing.assert_array_equal(a.predict(x, verbose=0), a.predict(x, verbose=0))
    assert a(x, training=True).numpy().tolist() != a(x, training=True).numpy().tolist()
    other = model()
    other.run_eagerly = True
    other.compile("sgd", "mse", run_eagerly=True)
    assert other.fit(x, y, epochs=3, batch_size=4, verbose=0).history["loss"] == history


def test_random_size_trains_eagerly():
    def model(eagerly):
        made = pyseq.Sequential(
            [pyseq.Input((6, 5, 3)), L.RandomHeight(0.5), L.RandomWidth(0.5), L.GlobalAveragePooling2D(), L.Dense(1)]
        )
        made.compile("sgd", "mse", run_eagerly=eagerly)
        return made

    x, y = cases.image("4,6,5,3"), np.zeros(4)
    model(True).fit(x, y, verbose=0)
    assert model(False).predict(x, verbose=0).shape == (4, 1)
    with pytest.warns(UserWarning, match="train_step runs as Python code"):
        model(False).fit(x, y, verbose=0)


@pytest.mark.parametrize(
    "text", [*RANDOM, "Resizing(3, 4)", "CenterCrop(3, 3)", "RandomHeight(0.5)", "RandomWidth(0.5)"]
)
def test_in_a_dataset(text):
    x = cases.image("6,6,5,3").astype("uint8")
    layer = made(text)
    data = tf.data.Dataset.from_tensor_slices(x).map(
        lambda image: layer(image, training=True) if "R" in text else layer(image)
    )
    assert data.element_spec.dtype == "float32"
    first, second = ([a.tobytes() for a in data.as_numpy_iterator()] for _ in range(2))
    assert (first != second) == text.startswith("Random")
    batched = list(tf.data.Dataset.from_tensor_slices(x).batch(4).map(layer))
    assert [b.shape[0] for b in batched] == [4, 2]


def test_draws_are_for_each_image():
    x = np.repeat(cases.image("1,8,8,1"), 64, 0)
    for text in ("RandomRotation(0.5)", "RandomZoom(0.5)", "RandomTranslation(0.5, 0.5)", "RandomBrightness(0.5)"):
        assert len({a.tobytes() for a in made(text, seed=1)(x).numpy()}) == 64, text
    assert len({a.tobytes() for a in made("RandomFlip()", seed=1)(x).numpy()}) == 4
    for text in ("RandomContrast(0.5)", "RandomCrop(3, 3)"):
        assert len({a.tobytes() for a in made(text, seed=1)(x).numpy()}) == 1, text


def test_a_crop_is_a_window():
    x = np.arange(2 * 6 * 7, dtype="float32").reshape(2, 6, 7, 1)
    layer, seen = L.RandomCrop(4, 5, seed=2), set()
    for _ in range(200):
        y = layer(x).numpy()
        top, left = divmod(int(y[0, 0, 0, 0]), 7)
        np.testing.assert_array_equal(y, x[:, top : top + 4, left : left + 5])
        seen.add((top, left))
    assert seen == {(i, j) for i in range(3) for j in range(3)}


def test_layers_have_gradients():
    x = tf.constant(cases.image("2,6,5,3"))
    for text in [*RANDOM, "Resizing(3, 7, 'bicubic')", "CenterCrop(3, 3)", "RandomHeight(0.5)"]:
        layer = made(text)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x))
        dx = tape.gradient(y, x)
        assert dx.shape == x.shape and np.isfinite(dx.numpy()).all() and dx.numpy().any(), text


@pytest.mark.parametrize("text", [*RANDOM, "Resizing(3, 4, 'area', True)", "CenterCrop(3, 3)", "RandomHeight(0.5)"])
def test_saved_and_loaded(text, tmp_path):
    model = pyseq.Sequential([pyseq.Input((6, 5, 3)), made(text)])
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        other = pyseq.models.load_model(tmp_path / name)
        config = other.layers[0].get_config()
        assert {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()} == {
            k: tuple(v) if isinstance(v, list) else v for k, v in model.layers[0].get_config().items()
        }
        assert type(other.layers[0]) is type(model.layers[0])
        assert other.count_params() == 0


def test_names_of_older_versions():
    old = pyseq.layers.experimental.preprocessing
    for name in "CenterCrop RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation RandomTranslation".split():
        assert getattr(old, name) is getattr(L, name)
    for name in "RandomWidth RandomZoom Rescaling Resizing Normalization".split():
        assert getattr(old, name) is getattr(L, name)
    with pytest.raises(AttributeError, match="RandomZoom"):
        old.RandomZom  # noqa: B018
