"""Fashion-MNIST: 70,000 pictures of clothes, 28 by 28 pixels."""

from __future__ import annotations

import gzip
import hashlib
import zlib

import numpy as np

from pyseq.utils.download import cached

CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# File, shape, and the SHA-256 of what is in it: how it was compressed does not matter.
_FILES = (
    ("train-images-idx3-ubyte.gz", (60000, 28, 28), "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    ("train-labels-idx1-ubyte.gz", (60000,), "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    ("t10k-images-idx3-ubyte.gz", (10000, 28, 28), "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    ("t10k-labels-idx1-ubyte.gz", (10000,), "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
)


def load_data():
    """Fashion-MNIST, from the cache ($KERAS_HOME/datasets/fashion-mnist, else ~/.keras/...) or downloaded into it.

    Returns:
        (x_train, y_train), (x_test, y_test): x (60000, 28, 28) and (10000, 28, 28), y (60000,) and (10000,), the classes
        as in CLASS_NAMES; all uint8.
    Raises:
        OSError: not in the cache and not to be downloaded; the message says where to put it.
        ValueError: a file in the cache is not the one of Fashion-MNIST.

    License: MIT, copyright Zalando SE.
    """
    arrays = []
    for name, shape, sha256 in _FILES:
        path = cached(f"fashion-mnist/{name}", _ORIGIN + name, _has_content(sha256))
        try:
            arrays.append(_idx(_unpacked(path), shape))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise ValueError(
                f"fashion_mnist.load_data: {path} is not the file of Fashion-MNIST ({error}). Delete it to download it again."
            ) from error
    x_train, y_train, x_test, y_test = arrays
    return (x_train, y_train), (x_test, y_test)


def _has_content(sha256):
    def check(path):
        try:
            return hashlib.sha256(_unpacked(path)).hexdigest() == sha256
        except (OSError, EOFError, zlib.error):
            return False

    return check


def _unpacked(path) -> bytes:
    with gzip.open(path) as f:
        return f.read(60000 * 28 * 28 + 17)  # one byte more than the largest: a longer file is noticed, not read


def _idx(data: bytes, shape):
    """The array of an IDX file: 0x800 + number of axes, the extents, the elements; big-endian."""
    head = np.array([0x800 + len(shape), *shape], dtype=">i4").tobytes()
    if data[: len(head)] != head or len(data) - len(head) != np.prod(shape):
        raise ValueError(f"it does not hold unsigned bytes of shape {shape}")
    return np.frombuffer(data, np.uint8, offset=len(head)).reshape(shape).copy()
