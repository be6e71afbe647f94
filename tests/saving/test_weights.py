"""Weights files in both layouts: into the same model, another one, by name, partly; errors leave the model as it was."""

import warnings

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from tests.saving.cases import MODELS, Unchanged, assert_same_weights, data, dense

h5py = pytest.importorskip("h5py")
ENDINGS = (".weights.h5", ".h5")


def two(units=5, names=("a", "b"), inputs=6):
    return keras.Sequential([layers.Dense(units, name=names[0], input_shape=(inputs,)), layers.Dense(3, name=names[1])])


@pytest.fixture(params=ENDINGS)
def path(request, tmp_path):
    return tmp_path / f"w{request.param}"


@pytest.mark.parametrize("name", MODELS)
def test_into_a_fresh_model(name, path):
    model, fresh = MODELS[name](), MODELS[name]()
    model.save_weights(path)
    fresh.set_weights([w + 1 for w in fresh.get_weights()])
    fresh.load_weights(str(path))
    assert_same_weights(model, fresh)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_from_the_file_of_a_whole_model(ending, tmp_path):
    model, fresh = dense(), dense()
    model.compile("adam", "mse")
    model.save(tmp_path / f"model{ending}")
    fresh.load_weights(tmp_path / f"model{ending}")
    assert_same_weights(model, fresh)


def test_names_do_not_matter(path):
    model, other = two(), two(names=("c", "d"))
    model.save_weights(path)
    other.load_weights(path)
    assert_same_weights(model, other)


def test_layers_without_weights_do_not_matter_in_h5(tmp_path):
    model = two()
    model.save_weights(tmp_path / "w.h5")
    other = keras.Sequential([layers.Flatten(input_shape=(6,)), layers.Dense(5), layers.Dropout(0.5), layers.Dense(3)])
    other.load_weights(tmp_path / "w.h5")
    assert_same_weights(model, other)


def test_other_shapes(path):
    two().save_weights(path)
    other = two(units=7)
    with Unchanged(other), pytest.raises(ValueError, match=r"\(6, 7\)"):
        other.load_weights(path)


def test_second_layer_differs(path):
    """The first would fit; nothing is changed all the same."""
    two(names=("a", "b")).save_weights(path)
    other = keras.Sequential([layers.Dense(5, input_shape=(6,)), layers.Dense(4)])
    with Unchanged(other), pytest.raises(ValueError, match=r"\(5, 4\)"):
        other.load_weights(path)


def test_more_layers_than_the_file_has(path):
    two().save_weights(path)
    other = keras.Sequential([*two().layers, layers.Dense(2)])
    with Unchanged(other), pytest.raises(ValueError, match="expected"):
        other.load_weights(path)


def test_fewer_layers_than_the_file_has(tmp_path):
    model = two()
    model.save_weights(tmp_path / "w.h5")
    model.save_weights(tmp_path / "w.weights.h5")
    other = keras.Sequential([layers.Dense(5, input_shape=(6,))])
    with Unchanged(other), pytest.raises(ValueError, match="Layer count mismatch"):
        other.load_weights(tmp_path / "w.h5")
    with pytest.warns(UserWarning, match="no place for: layers/dense_1"):
        other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_not_built(path):
    with pytest.raises(ValueError, match="have not yet been created"):
        keras.Sequential([layers.Dense(3)]).save_weights(path)
    assert not path.exists()
    two().save_weights(path)
    with pytest.raises(ValueError, match="Call the Model first|call the model on data first|not built"):
        keras.Sequential([layers.Dense(5), layers.Dense(3)]).load_weights(path)


def test_by_name(tmp_path):
    model, other = two(), two(names=("b2", "b"))
    model.save_weights(tmp_path / "w.h5")
    before = other.get_weights()
    other.load_weights(tmp_path / "w.h5", by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    np.testing.assert_array_equal(other.get_weights()[2], model.get_weights()[2])


def test_by_name_partly(tmp_path):
    model, other = two(), two(units=7)
    model.save_weights(tmp_path / "w.h5")
    with Unchanged(other), pytest.raises(ValueError, match="Shape mismatch in layer #0 .named a."):
        other.load_weights(tmp_path / "w.h5", by_name=True)
    before = other.get_weights()
    with pytest.warns(UserWarning, match="Skipping weights"):
        other.load_weights(tmp_path / "w.h5", by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    np.testing.assert_array_equal(other.get_weights()[3], model.get_weights()[3])
    with pytest.raises(ValueError, match="skip_mismatch can only be set to True when by_name is True"):
        other.load_weights(tmp_path / "w.h5", skip_mismatch=True)


def test_skip_mismatch(tmp_path):
    model, other = two(), two(units=7)
    model.save_weights(tmp_path / "w.weights.h5")
    model.save(tmp_path / "w.keras")
    for name in ("w.weights.h5", "w.keras"):
        with Unchanged(other), pytest.warns(UserWarning, match="Could not load weights of '[ab]'") as told:
            other.load_weights(tmp_path / name, skip_mismatch=True)
        assert [t.filename for t in told] == [__file__] * 2
    last = keras.Sequential([layers.Dense(5, input_shape=(6,)), layers.Dense(4)])
    with pytest.warns(UserWarning, match="Could not load weights of 'dense"):
        last.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(last.get_weights()[0], model.get_weights()[0])


def test_layout_of_weights_h5(tmp_path):
    """Paths by class, not by name; variables numbered: what Keras expects."""
    model = MODELS["nested"]()
    model.compile("adam", "mse")
    x, _ = data()
    model.fit(x, np.zeros((24, 3)), verbose=0)
    model.save_weights(tmp_path / "w.weights.h5")
    found = []
    with h5py.File(tmp_path / "w.weights.h5") as f:
        f.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    assert {n for n in found if n.startswith("layers/") and "seed" not in n} == {
        f"layers/{place}/vars/{k}" for place in ("dense", "dense_1", "sequential/layers/dense") for k in (0, 1)
    }
    assert {n for n in found if n.startswith("optimizer/")} == {f"optimizer/vars/{k}" for k in range(1 + 2 * 6)}


def test_layout_of_h5(tmp_path):
    two().save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as f:
        assert [n.decode() for n in f.attrs["layer_names"]] == ["a", "b"]
        assert f.attrs["backend"] == "tensorflow" and f.attrs["keras_version"] == "2.15.0"
        assert [n.decode() for n in f["a"].attrs["weight_names"]] == ["a/kernel:0", "a/bias:0"]
        assert f["a"]["a/kernel:0"].shape == (6, 5)
        assert f["top_level_model_weights"].attrs["weight_names"].shape == (0,)


class Pair(keras.Model):
    def __init__(self):
        super().__init__()
        self.one, self.other = layers.Dense(2, name="same"), layers.Dense(2, name="same")

    def call(self, inputs):
        return self.one(inputs) + self.other(inputs)


def test_two_layers_of_one_name(tmp_path):
    model, fresh = Pair(), Pair()
    for m in (model, fresh):
        m(data()[0])
    model.save_weights(tmp_path / "w.weights.h5")
    fresh.load_weights(tmp_path / "w.weights.h5")
    assert_same_weights(model, fresh)
    with pytest.raises(ValueError, match="two layers named 'same'"):
        model.save_weights(tmp_path / "w.h5")


def test_error_in_the_middle_leaves_the_model_as_it_was(tmp_path):
    """A layer that only finds out while loading: those before it are put back."""

    class Particular(layers.Dense):
        def load_own_variables(self, store):
            self.kernel.assign(store["0"])
            raise RuntimeError("not today")

    model, other = (keras.Sequential([layers.Dense(5, input_shape=(6,)), Particular(3)]) for _ in range(2))
    model.save_weights(tmp_path / "w.weights.h5")
    with Unchanged(other), pytest.raises(RuntimeError, match="not today"):
        other.load_weights(tmp_path / "w.weights.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
