"""The embedded data sets, and MNIST and Fashion-MNIST where a Keras cache has them."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from pyseq.datasets import digits, fashion_mnist, iris, mnist
from pyseq.utils import download

CACHE = download.keras_home() / "datasets"


def needs(*names):
    missing = [name for name in names if not (CACHE / name).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"the Keras cache lacks {', '.join(missing)}")


@pytest.mark.parametrize(("module", "n", "shape"), [(iris, 150, (4,)), (digits, 1797, (8, 8))])
def test_split_is_whole_and_deterministic(module, n, shape):
    (x_train, y_train), (x_test, y_test) = module.load_data(test_split=0.2, seed=7)
    n_test = round(0.2 * n)
    assert x_train.shape == (n - n_test, *shape) and x_test.shape == (n_test, *shape)
    assert y_train.shape == (n - n_test,) and y_test.shape == (n_test,)
    again = module.load_data(test_split=0.2, seed=7)
    np.testing.assert_array_equal(again[0][0], x_train)
    np.testing.assert_array_equal(again[1][1], y_test)
    everything, nothing = module.load_data(test_split=0)
    assert len(everything[0]) == n and len(nothing[0]) == 0
    assert sorted(everything[1]) == sorted([*y_train, *y_test])
    assert not np.array_equal(module.load_data(seed=8)[0][1], y_train)


@pytest.mark.parametrize("module", [iris, digits])
@pytest.mark.parametrize("test_split", [-0.1, 1.5])
def test_split_out_of_range(module, test_split):
    with pytest.raises(ValueError, match="`test_split` must be a fraction"):
        module.load_data(test_split=test_split)


def test_iris_is_fishers():
    x, y = iris.load_data(test_split=0)[0]
    assert x.dtype == np.float32 and y.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(y), [50, 50, 50])
    np.testing.assert_allclose(x.mean(axis=0), [5.8433, 3.0573, 3.7580, 1.1993], atol=1e-4)
    assert len(iris.FEATURE_NAMES) == 4 and len(iris.CLASS_NAMES) == 3


def test_same_as_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    for module, load in ((iris, datasets.load_iris), (digits, datasets.load_digits)):
        x, y = module.load_data(test_split=0)[0]
        their_x, their_y = load(return_X_y=True)
        order = np.random.RandomState(113).permutation(len(their_x))
        np.testing.assert_array_equal(x.reshape(len(x), -1), their_x[order].astype(x.dtype))
        np.testing.assert_array_equal(y, their_y[order])


def test_digits_ranges():
    x, y = digits.load_data(test_split=0)[0]
    assert x.dtype == np.uint8 and y.dtype == np.uint8
    assert x.min() == 0 and x.max() == 16 and set(y) == set(range(10))


@needs("mnist.npz")
def test_mnist():
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert x_train.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28)
    assert x_train.dtype == y_train.dtype == np.uint8
    assert list(y_train[:5]) == [5, 0, 4, 1, 9]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@needs(*(f"fashion-mnist/{name}" for name, _, _ in fashion_mnist._FILES))
def test_fashion_mnist():
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert x_train.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28)
    assert np.bincount(y_train).tolist() == [6000] * 10 and np.bincount(y_test).tolist() == [1000] * 10
    assert fashion_mnist.CLASS_NAMES[y_train[0]] == "Ankle boot"
    assert x_train.flags.writeable
    for name, _, sha256 in fashion_mnist._FILES:
        assert fashion_mnist._has_content(sha256)(CACHE / "fashion-mnist" / name)


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets" / "fashion-mnist").mkdir(parents=True)
    return tmp_path / "datasets"


def no_network(origin, path, official):
    raise OSError(f"no network: {path}")


def test_says_what_is_missing(home, monkeypatch):
    monkeypatch.setattr(download, "download", no_network)
    with pytest.raises(OSError, match=r"mnist\.npz"):
        mnist.load_data()
    with pytest.raises(OSError, match=r"train-images-idx3-ubyte\.gz"):
        fashion_mnist.load_data()


@pytest.mark.parametrize("content", [b"<html>", b"", "wrong shapes", "objects", "keys"])
def test_broken_mnist_in_the_cache(home, content):
    if isinstance(content, bytes):
        (home / "mnist.npz").write_bytes(content)
    else:
        keys = ["x_train", "y_train", "x_test", "y_test"] if content != "keys" else ["x"]
        np.savez(home / "mnist.npz", **{k: np.zeros(3, object if content == "objects" else "uint8") for k in keys})
    with pytest.raises(ValueError, match=r"is not MNIST.*Delete it"):
        mnist.load_data()


@pytest.mark.parametrize(
    "content", [b"<html>", b"", gzip.compress(b"\0\0\x08\x03short"), gzip.compress(bytes(100))[:-9]]
)
def test_broken_fashion_mnist_in_the_cache(home, content):
    path = home / "fashion-mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is not the file of Fashion-MNIST.*Delete it"):
        fashion_mnist.load_data()
    assert not fashion_mnist._has_content("0" * 64)(path)


def test_sources_and_licences_are_stated():
    text = (Path(iris.__file__).parent / "README.md").read_text()
    assert text.count("CC BY 4.0") >= 4 and "doi:10.24432/C56C76" in text and "doi:10.24432/C50P49" in text
    assert os.path.getsize(Path(digits.__file__).with_name("digits.npz")) < 60_000
