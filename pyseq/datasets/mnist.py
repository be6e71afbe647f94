"""MNIST: 70,000 handwritten digits, 28 by 28 pixels."""

from __future__ import annotations

import numpy as np

from pyseq.utils.download import cached, validate_file

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_SHAPES = {"x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)}


def load_data(path="mnist.npz"):
    """MNIST, from the cache or downloaded into it.

    Args:
        path: name of the file in the cache ($KERAS_HOME/datasets, else ~/.keras/datasets), or an absolute path.
            A file that is there already need not be the official one, only hold these arrays.
    Returns:
        (x_train, y_train), (x_test, y_test): x (60000, 28, 28) and (10000, 28, 28), y (60000,) and (10000,); all uint8.
    Raises:
        OSError: not in the cache and not to be downloaded; the message says where to put it.
        ValueError: the file in the cache is not MNIST.

    License: Y. LeCun and C. Cortes hold the copyright; CC BY-SA 3.0.
    """
    file = cached(path, _ORIGIN, lambda part: validate_file(part, _SHA256))
    try:
        with np.load(file, allow_pickle=False) as f:
            arrays = {name: f[name] for name in _SHAPES}
        wrong = [
            f"{k} is {a.dtype} {a.shape}" for k, a in arrays.items() if a.shape != _SHAPES[k] or a.dtype != "uint8"
        ]
    except Exception as error:  # zipfile, zlib, lzma and NumPy each have their own for a broken file
        wrong = [str(error)]
    if wrong:
        raise ValueError(f"mnist.load_data: {file} is not MNIST ({'; '.join(wrong)}). Delete it to download it again.")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
