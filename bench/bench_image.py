"""Resizing, windows, transforms and colours of images.

    BENCH_TF_PYTHON=... python -m pytest bench/bench_image.py

test_image: as a share of the copy's bandwidth: what of a picture must move, once. test_beside_tensorflow: what users call
(peers/image_cases.py), eager functions, layers in a tf.function, the same in both; TensorFlow is a process in the virtual
environment of its own, and the two take turns.
"""

import functools
import os

import harness
import numpy as np
import pytest
from bench_applications import Worker, least
from peers.image_cases import cases

import pyseq.tf as tf
from pyseq.core import as_tensor
from pyseq.ops import affine, color, pick, resize

X = (16, 256, 256, 3)
TURN = np.array([[0.9, -0.3, 20.0, 0.3, 0.9, -20.0, 0.0, 0.0]], "float32")
CASES = {  # name: (kernel, function)
    "bilinear to 224": ("resize_pixels", lambda x: resize.resize(x, (224, 224))),
    "bicubic to 224": ("resize_pixels", lambda x: resize.resize(x, (224, 224), "bicubic")),
    "area to 64": ("resize_pixels", lambda x: resize.resize(x, (64, 64), "area")),
    "nearest to 224": ("pick_pixels", lambda x: resize.resize(x, (224, 224), "nearest")),
    "window of 224": ("pick_pixels", lambda x: pick.window(x, (as_tensor(9), as_tensor(7)), (224, 224))),
    "turned, bilinear": ("affine", lambda x: affine.affine(x, TURN, None, "reflect", "bilinear")),
    "turned, nearest": ("affine", lambda x: affine.affine(x, TURN, None, "reflect", "nearest")),
    "hue": ("shift_colors", lambda x: color.adjust_hue(x, 0.2)),
}


@pytest.mark.parametrize("case", CASES)
def test_image(report, case, n_threads):
    name, function = CASES[case]
    x = as_tensor(np.random.default_rng(0).random(X, dtype="float32"))
    y = function(x)
    assert np.isfinite(y.numpy()).all() and abs(float(y.numpy().mean()) - 0.5) < 0.01  # all make noise of the same mean
    n_bytes = 4 * (min(x.size, y.size) + y.size)
    kernel = harness.kernel_alone(lambda: function(x), name)
    harness.stream_row(report, {"op": name, "x": case}, n_threads, n_bytes // 8, n_bytes, kernel)


BAR, ROUNDS, TURN = 1.0, 3, 0.1  # s
KNOWN = cases(tf)


@functools.cache
def tensorflow(threads):
    python = os.environ.get("BENCH_TF_PYTHON")
    return python and Worker(python, "keras_images.py", threads)


@pytest.mark.parametrize("case", KNOWN)
def test_beside_tensorflow(report, case, n_threads):
    call, peer = KNOWN[case](), tensorflow(n_threads)
    call()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(least(call, n_threads, TURN))
        theirs += [peer.least({"case": case}, TURN)] if peer else []
    row = {"op": case, "threads": n_threads, "ms": 1e3 * min(ours)}
    if peer:
        row |= {"tf ms": 1e3 * min(theirs), "/tf": min(theirs) / min(ours)}
        row["bar"] = harness.bar_mark(row["/tf"], BAR)
    report.row(row)
