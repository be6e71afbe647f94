"""The applications: layers, weights, numbers and errors are those of tf.keras 2.15 (cases.py); files; bad input."""

import json
import os
import subprocess

import numpy as np
import pytest

import pyseq as keras
from tests.applications import cases

with open(cases.RECORDED) as f:
    RECORDED = json.load(f)
TENSORFLOW = os.environ.get("PYSEQ_TENSORFLOW_PYTHON")


@pytest.fixture(autouse=True)
def names_from_the_start():
    keras.backend.clear_session()


@pytest.fixture
def cheap_weights(monkeypatch):
    """All weights zero: making random ones is most of the time that a large model takes."""
    for name in ("GlorotUniform", "VarianceScaling"):
        monkeypatch.setattr(getattr(keras.initializers, name), "__call__", keras.initializers.Zeros().__call__)


@pytest.mark.parametrize(("name", "arguments"), cases.MODELS, ids=[cases.key(*case) for case in cases.MODELS])
def test_layers_and_weights_are_those_of_keras(name, arguments, cheap_weights):
    model = cases.model_of(keras, name, arguments)
    assert cases.facts(model) == RECORDED["models"][cases.key(name, arguments)]


def test_second_model_is_named_as_in_keras():
    models = [cases.model_of(keras, "MobileNet", {"alpha": 0.25}) for _ in range(2)]
    assert cases.facts(models[1]) == RECORDED["second"]


@pytest.mark.parametrize("name", cases.OUTPUTS)
def test_outputs_are_those_of_keras(name):
    expected = np.array(RECORDED["outputs"][name])
    # float32 sums in another order, through up to 120 layers; relative to the largest of ten logits
    np.testing.assert_allclose(cases.output(keras, name), expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("family", cases.FAMILIES)
def test_images_are_prepared_as_in_keras(family):
    found, expected = cases.preprocessed(keras, family), RECORDED["preprocessed"][family]
    for name, value in expected.items():
        if name in ("same object", "layers"):
            assert found[name] == value
        else:
            assert found[name][0] == value[0], name
            np.testing.assert_allclose(found[name][1], value[1], rtol=1e-6, atol=2e-6 if family == "densenet" else 1e-5)


def test_signatures_are_those_of_keras():
    assert cases.signatures(keras) == RECORDED["signatures"]


@pytest.mark.parametrize(("name", "arguments"), cases.ERRORS, ids=[cases.key(*case) for case in cases.ERRORS])
def test_errors_are_those_of_keras(name, arguments):
    kind = {"ValueError": ValueError, "TypeError": TypeError}[RECORDED["errors"][cases.key(name, arguments)]]
    wrong = next(k for k in ("input_shape", "foo", "input_tensor", "classes", "weights") if k in arguments)
    with pytest.raises(kind, match=wrong) as caught:
        cases.model_of(keras, name, arguments)
    assert str(caught.value).startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "instead"),
    [("ResNet50", "path of a file"), ("MobileNet", "path of a file"), ("EfficientNetB0", "save the whole model")],
)
def test_imagenet_says_what_to_do(name, instead):
    with pytest.raises(NotImplementedError, match=f"{name}: pyseq downloads no weights.*weights=None.*{instead}"):
        getattr(keras.applications, name)()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"pooling": "mean", "include_top": False}, "`pooling` must be None"),
        ({"weights": 3}, "`weights` must be None"),
        ({"input_tensor": np.zeros((1, 32, 32, 3))}, "`input_tensor` must be symbolic.*Received.*ndarray"),
        ({"input_tensor": keras.Input((32,))}, "`input_tensor` must be of images"),
        ({"input_shape": (32, 32, None), "include_top": False}, "how many channels"),
        ({"input_shape": "abc"}, "`input_shape` must be three integers"),
    ],
)
def test_bad_input(arguments, match):
    with pytest.raises(ValueError, match=f"VGG16: .*{match}"):
        keras.applications.VGG16(**{"weights": None, **arguments})


def test_blocks_args_must_be_whole():
    with pytest.raises(ValueError, match="EfficientNetB0: `blocks_args` must be dicts"):
        keras.applications.EfficientNetB0(weights=None, blocks_args=[{"kernel_size": 3}])


def test_unusual_channels_are_told():
    with pytest.warns(UserWarning, match="MobileNet: images usually have 1 or 3 channels"):
        cases.model_of(keras, "MobileNet", {**cases.SMALL, "input_shape": (32, 32, 5)})


def test_channels_first(cheap_weights):
    x = cases.images((40, 32, 3))
    last = cases.model_of(keras, "MobileNetV2", {"alpha": 0.35, "input_shape": (40, 32, 3)})
    cases.set_weights(last)
    keras.backend.set_image_data_format("channels_first")
    for name in cases.SMALLEST:
        assert cases.model_of(keras, name, {"include_top": False}).input_shape == (None, 3, None, None)
    first = cases.model_of(keras, "MobileNetV2", {"alpha": 0.35, "input_shape": (3, 40, 32)})
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(first(np.moveaxis(x, -1, 1)), last(x), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", cases.FILES)
def test_weights_of_a_file(kind, tmp_path):
    model = cases.model_of(keras, "MobileNet", cases.SMALL)
    cases.set_weights(model)
    path, x = tmp_path / f"mobilenet{kind}", cases.images((40, 32, 3))
    model.save_weights(path) if "weights" in kind else model.save(path)
    for where in (path, str(path)):
        again = cases.model_of(keras, "MobileNet", {**cases.SMALL, "weights": where})
        np.testing.assert_array_equal(again(x), model(x))
    with pytest.raises(ValueError, match="."):
        cases.model_of(keras, "MobileNet", {**cases.SMALL, "classes": 6, "weights": path})


@pytest.mark.skipif(not TENSORFLOW, reason="PYSEQ_TENSORFLOW_PYTHON does not name a Python with tensorflow 2.15")
def test_files_of_keras(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run([TENSORFLOW, cases.__file__, "files", str(tmp_path)], check=True, env=environment)
    expected, x = np.load(tmp_path / "expected.npy"), cases.images((40, 32, 3))
    for kind in cases.FILES:
        model = cases.model_of(keras, "MobileNet", {**cases.SMALL, "weights": tmp_path / f"mobilenet{kind}"})
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_training_goes_down():
    model = cases.model_of(keras, "MobileNetV2", {"alpha": 0.35, "input_shape": (32, 32, 3), "classes": 2})
    x = np.random.default_rng(0).uniform(-1, 1, (16, 32, 32, 3)).astype("float32")
    y = np.arange(16) % 2
    model.compile("adam", "sparse_categorical_crossentropy")
    losses = model.fit(x, y, epochs=8, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


# ---------------------------------------------------------------------------------------------------- names of the classes


def test_decode_predictions(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    decode = keras.applications.resnet50.decode_predictions
    preds = np.random.default_rng(0).uniform(0, 1, (2, 1000)).astype("float32")
    with pytest.raises(FileNotFoundError, match=r"imagenet_class_index\.json"):
        decode(preds)
    (tmp_path / "models").mkdir()
    index = {str(k): [f"n{k:08}", f"thing_{k}"] for k in range(1000)}
    (tmp_path / "models" / "imagenet_class_index.json").write_text(json.dumps(index))
    found = decode(preds, top=3)
    order = np.argsort(-preds, axis=1)[:, :3]
    assert [[t[0] for t in row] for row in found] == [[f"n{k:08}" for k in row] for row in order]
    assert found[0][0] == (f"n{order[0, 0]:08}", f"thing_{order[0, 0]}", preds[0].max())
    assert len(decode(keras.convert_to_tensor(preds))[1]) == 5


@pytest.mark.parametrize("shape", [(2, 10), (1000,)])
def test_decode_predictions_wants_a_batch(shape):
    with pytest.raises(ValueError, match="decode_predictions: `preds` must be"):
        keras.applications.vgg16.decode_predictions(np.zeros(shape))


def test_preprocess_input_refuses():
    prepare = keras.applications.imagenet_utils.preprocess_input
    with pytest.raises(ValueError, match="`mode` must be one of"):
        prepare(np.zeros((1, 2, 2, 3)), mode="theano")
    with pytest.raises(ValueError, match="`data_format` must be"):
        prepare(np.zeros((1, 2, 2, 3)), data_format="last")
    with pytest.raises(ValueError, match="with 3 channels"):
        prepare(np.zeros((1, 2, 2, 4)))
    with pytest.raises(TypeError, match="`x` must be an array or a tensor"):
        prepare([[[1.0, 2.0, 3.0]]])


def test_preprocess_input_of_tensors():
    prepare = keras.applications.imagenet_utils.preprocess_input
    x = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3))
    for mode in ("caffe", "tf", "torch"):
        for given in (x.astype("float32"), x.astype("float64"), x):
            t = prepare(keras.convert_to_tensor(given), mode=mode)
            np.testing.assert_allclose(t, prepare(given.copy(), mode=mode), rtol=1e-6, atol=2e-5)
        first = np.moveaxis(x, -1, 1).astype("float32")
        t = prepare(keras.convert_to_tensor(first), data_format="channels_first", mode=mode)
        np.testing.assert_allclose(
            t, prepare(first.copy(), data_format="channels_first", mode=mode), rtol=1e-6, atol=2e-5
        )


# ------------------------------------------------------------------------------------------------------------------ faces


def test_faces():
    import pyseq.tf as tf

    assert tf.keras.applications is keras.applications
    assert keras.applications.ResNet50 is keras.applications.resnet50.ResNet50 is keras.applications.resnet.ResNet50
    assert set(cases.NAMES) | set(cases.FAMILIES) <= set(dir(keras.applications))
    with pytest.raises(AttributeError, match="no attribute 'ResNet51'. Nearest: ResNet50"):
        _ = keras.applications.ResNet51


def test_import_is_left_to_the_first_use():
    program = "import sys, pyseq; print([m for m in sys.modules if 'applications' in m]); pyseq.applications.vgg16; print(*sys.modules)"
    done = subprocess.run([os.sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second = done.stdout.strip().split("\n")
    assert first == "[]" and "pyseq.applications.vgg16" in second and "pyseq.applications.resnet" not in second
