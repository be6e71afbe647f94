"""Winograd's filtering beside the plain product it stands for. References, gradients, bits: the cases "winograd" of test_conv.py."""

import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import conv
from pyseq.ops import conv_winograd as winograd

FIT = {"x": (2, 13, 14, 24), "kernel": (3, 3, 24, 40), "strides": 1, "dilations": 1, "groups": 1, "padding": "same"}


def window(**named):
    named = FIT | named
    return conv._window(
        "test", named["x"], named["kernel"], named["strides"], named["padding"], named["dilations"], named["groups"]
    )


@pytest.mark.parametrize("n", [0, 1, 1000])
def test_fits_whatever_the_batch(n):
    assert winograd.fits(*(lambda w: (w.head, w.axes))(window(x=(n, *FIT["x"][1:]))))


@pytest.mark.parametrize(
    "named",
    [
        {"strides": 2},
        {"strides": (1, 2)},
        {"dilations": (2, 1)},
        {"groups": 2, "kernel": (3, 3, 12, 40)},
        {"kernel": (3, 5, 24, 40)},
        {"kernel": (1, 1, 24, 40)},
        {"x": (2, 13, 14, 3), "kernel": (3, 3, 3, 40)},
        {"kernel": (3, 3, 24, 8)},
        {"x": (2, 7, 7, 24)},
        {"x": (2, 40, 24), "kernel": (3, 24, 40)},
        {"x": (2, 5, 9, 9, 24), "kernel": (3, 3, 3, 24, 40)},
    ],
)
def test_fits_nothing_else(named):
    assert not window(**named).winograd


@pytest.mark.parametrize(("dtype", "eps"), [("float32", 2.0**-24), ("float64", 2.0**-53)])
def test_rounds_like_the_product(dtype, eps):
    """The error of both beside the sum of magnitudes: sums of 216 products, and a few more in the transforms."""
    rng = np.random.default_rng(0)
    w = window()
    x, k, dy = (as_tensor(rng.standard_normal(s).astype(dtype)) for s in (w.x, w.kernel, w.y))
    magnitude = [as_tensor(np.abs(t.numpy())) for t in (x, k, dy)]
    pairs = [
        (winograd.forward, conv._product, (0, 1), (None, 0, ())),
        (winograd.backward_x, conv._product_backward_x, (2, 1), (None, 0, ())),
        (winograd.backward_kernel, conv._product_backward_kernel, (0, 2), ()),
    ]
    for fast, plain, which, rest in pairs:
        got, want = (f(*(((x, k, dy))[j] for j in which), w, *rest).numpy() for f in (fast, plain))
        scale = plain(*(magnitude[j] for j in which), w, *rest).numpy()
        assert np.abs(got - want).max() > 0  # they are two ways
        assert (np.abs(got - want) / scale).max() < 32 * eps
