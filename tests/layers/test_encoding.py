"""Layers that make numbers of categories, bins and texts, against recordings of tf.keras 2.15 (make_encoding.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from tests.layers.make_encoding import adapted, config, evaluated, names

RECORDED = json.loads(Path(__file__).with_name("encoding.json").read_text())
NAMES = names(tf, keras)


def assert_same(ours, theirs):
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)  # float32
    else:
        assert ours == theirs


@pytest.mark.parametrize("text", RECORDED["values"])
def test_value(text):
    assert_same(evaluated(text, NAMES), RECORDED["values"][text])


@pytest.mark.parametrize("text", RECORDED["configs"])
def test_config(text):
    ours, theirs = config(text, NAMES), RECORDED["configs"][text]
    assert ours == theirs
    layer = eval(text, dict(NAMES))
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_adapted_configs_hold_what_was_found():
    for layer, data in (
        (keras.layers.StringLookup(output_mode="tf_idf", mask_token=""), [["a", "b"], ["b", ""]]),
        (keras.layers.IntegerLookup(), [3, 3, 5]),
        (keras.layers.TextVectorization(output_mode="tf_idf"), ["a b", "b c"]),
        (keras.layers.Discretization(num_bins=3), np.arange(50.0)),
    ):
        adapted(layer, data)
        again = type(layer).from_config(layer.get_config())
        assert layer.is_adapted and again.get_config() == layer.get_config()
        x = data if isinstance(data, list) else data[:5]
        np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())


def test_adapting_again_forgets():
    layer = adapted(adapted(keras.layers.StringLookup(), ["a", "a", "b"]), ["c"])
    assert layer.get_vocabulary() == ["[UNK]", "c"]
    layer.set_vocabulary(["x", "y"])
    assert layer(["y"]).numpy().tolist() == [2]


def test_vocabulary_files(tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_text("a\nb\n")
    layer = keras.layers.StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "a", "b"] and layer.get_config()["vocabulary"] == str(path)
    assert keras.layers.TextVectorization(vocabulary=str(path))(["b a"]).numpy().tolist() == [[3, 2]]
    path.write_text("5\n7\n")
    assert keras.layers.IntegerLookup(vocabulary=str(path)).get_vocabulary() == [-1, 5, 7]
    with pytest.raises(ValueError, match="does not exist"):
        keras.layers.StringLookup(vocabulary=str(tmp_path / "no"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.layers.StringLookup(output_mode="count", sparse=True),
        lambda: keras.layers.CategoryEncoding(3, sparse=True),
        lambda: keras.layers.TextVectorization(ragged=True),
    ],
)
def test_no_sparse_or_ragged_tensors(make):
    with pytest.raises(NotImplementedError, match="do not exist here"):
        make()


def test_used_before_there_is_a_vocabulary():
    for layer in (keras.layers.StringLookup(), keras.layers.TextVectorization()):
        with pytest.raises(RuntimeError, match="vocabulary must be set"):
            layer(["a"])


def test_functions_of_ones_own():
    layer = keras.layers.TextVectorization(
        standardize=lambda x: tf.strings.regex_replace(tf.strings.lower(x), "<br />", " "),
        split=lambda x: [t.split(b"-") for t in x.numpy()],
        vocabulary=["a", "b c"],
    )
    assert layer(["A-B<br />C", "x"]).numpy().tolist() == [[2, 3], [1, 0]]


def test_in_datasets():
    layer = adapted(
        keras.layers.TextVectorization(output_sequence_length=3),
        tf.data.Dataset.from_tensor_slices(["a b", "b"]).batch(2),
    )
    made = tf.data.Dataset.from_tensor_slices((["a b", "b"], [0, 1])).batch(2).map(lambda x, y: (layer(x), y))
    ((x, y),) = made
    assert x.numpy().tolist() == [[3, 2, 0], [2, 0, 0]] and y.numpy().tolist() == [0, 1]


def text_model():
    vectors = adapted(keras.layers.TextVectorization(output_sequence_length=4), ["good film", "bad film", "so bad"])
    inputs = keras.Input((1,), dtype="string")
    x = keras.layers.Embedding(vectors.vocabulary_size(), 3)(vectors(inputs))
    x = keras.layers.Flatten()(x)
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(x))


def test_a_model_of_texts(tmp_path):
    model = text_model()
    assert model.input.dtype.name == "string" and model.layers[1].output.dtype.name == "int64"
    texts = np.array([["good film"], ["bad film"], ["so good"], ["bad bad"]] * 10, dtype=object)
    labels = np.array([1, 0, 1, 0] * 10)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    before = model.evaluate(texts, labels, verbose=0)[0]
    model.fit(texts, labels, epochs=30, batch_size=8, verbose=0)
    assert model.evaluate(texts, labels, verbose=0)[0] < before
    y = model.predict(texts, verbose=0)
    for same in (texts[:, 0], texts.tolist(), texts.astype(str), tf.constant(texts.astype(str))):
        np.testing.assert_array_equal(model.predict(same, verbose=0), y)
    np.testing.assert_array_equal(model(texts[:3]).numpy(), y[:3])
    for data in (tf.data.Dataset.from_tensor_slices((texts, labels)).batch(8),):
        model.fit(data, verbose=0)
    y = model.predict(texts, verbose=0)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        again = keras.models.load_model(tmp_path / f"model.{ending}")
        np.testing.assert_array_equal(again.predict(texts, verbose=0), y)
    np.testing.assert_array_equal(keras.models.clone_model(model)(texts[:2]).shape, (2, 1))
    with pytest.raises(TypeError, match="is of string"):
        model(np.zeros((2, 1)))


def test_a_sequential_model_of_texts():
    vectors = adapted(keras.layers.TextVectorization(output_mode="multi_hot"), ["a b", "b"])
    model = keras.Sequential([keras.Input((1,), dtype="string"), vectors, keras.layers.Dense(2)])
    assert model.predict(np.array([["a"], ["b b"]]), verbose=0).shape == (2, 2)
    later = keras.Sequential([vectors, keras.layers.Dense(2)])
    assert later(["a", "b"]).shape == later.predict(["a", "b"], verbose=0).shape == (2, 2)


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_integers_in_plans(run_eagerly):
    inputs = keras.Input((2,), dtype="int64")
    lookup = keras.layers.IntegerLookup(vocabulary=[12, 36], output_mode="count")
    hashed = keras.layers.Hashing(5, output_mode="multi_hot")(inputs)
    encoded = keras.layers.CategoryEncoding(50)(inputs)
    bins = keras.layers.Discretization([10.0, 20.0], output_mode="count")(inputs)
    x = keras.layers.Concatenate()([lookup(inputs), hashed, encoded, bins])
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones")(x))
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    data = np.array([[12, 36], [5, 12], [12, 12], [1, 2]] * 8)
    wanted = 2 + 2 + 2 + 2
    y = model.predict(data, verbose=0)[:, 0]
    assert y[0] in (wanted, wanted - 1) and y.shape == (32,)
    np.testing.assert_array_equal(model(data).numpy()[:, 0], y)
    model.fit(data, np.zeros(32), verbose=0)
    with pytest.raises(ValueError, match="must be in the range 0 <= values < num_tokens"):
        model.predict(data + 49, verbose=0)


def test_a_model_sees_what_is_adapted_later():
    layer = keras.layers.IntegerLookup(vocabulary=[7, 8])
    model = keras.Sequential([keras.Input((1,), dtype="int64"), layer])
    assert model.predict(np.array([[8]]), verbose=0).tolist() == [[2]]
    layer.set_vocabulary([8, 7])
    assert model.predict(np.array([[8]]), verbose=0).tolist() == [[1]]


def test_texts_where_numbers_are_wanted():
    with pytest.raises((TypeError, ValueError)):
        keras.layers.Dense(2)(["a"])
    with pytest.raises(TypeError, match="must be texts"):
        keras.layers.StringLookup(vocabulary=["a"])([1, 2])
    with pytest.raises(TypeError, match="Use StringLookup"):
        keras.layers.IntegerLookup(vocabulary=[1])(["a"])
