"""Zeros around the images of a convolution are its own padding in a plan, and the bits are those of eager code."""

import numpy as np
import pytest

import pyseq as keras
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.ops import edges
from pyseq.ops.conv import conv
from pyseq.ops.conv_depthwise import depthwise_conv
from pyseq.plan import Plan

rng = np.random.default_rng(0)
CASES = {  # op, x, kernel, zeros around, arguments of the convolution
    "3x3 / 2": (conv, (2, 8, 9, 5), (3, 3, 5, 7), ((0, 1), (0, 1)), {"strides": 2}),
    "7x7 / 2": (conv, (1, 30, 31, 3), (7, 7, 3, 20), ((3, 3), (3, 3)), {"strides": 2}),
    "own padding, too": (conv, (2, 8, 9, 5), (4, 4, 5, 7), ((1, 0), (0, 2)), {"padding": ((1, 0), (0, 1))}),
    "dilation": (conv, (2, 8, 9, 5), (3, 3, 5, 7), ((4, 2), (1, 3)), {"dilations": 2}),
    "groups": (conv, (2, 8, 9, 6), (3, 3, 2, 9), ((1, 1), (1, 1)), {"groups": 3, "strides": 2}),
    "1d": (conv, (2, 9, 5), (3, 5, 7), ((2, 0),), {"strides": 2}),
    "3d": (conv, (2, 3, 6, 5, 4), (2, 3, 3, 4, 5), ((0, 1), (1, 0), (1, 1)), {"strides": 2}),
    "depthwise": (depthwise_conv, (2, 8, 9, 20), (3, 3, 20, 1), ((0, 1), (0, 1)), {"strides": 2}),
    "depthwise 5x5": (depthwise_conv, (1, 9, 8, 70), (5, 5, 70, 1), ((2, 2), (1, 2)), {"strides": 2}),
}
KEPT = {  # what stays as it is: more zeros than windows reach; pixels cut off; zeros beside other axes
    "wide": (conv, (2, 8, 9, 5), (3, 3, 5, 7), ((3, 1), (0, 1)), {"strides": 2}, 1),
    "wide behind": (conv, (2, 8, 9, 5), (3, 3, 5, 7), ((0, 1), (1, 3)), {"strides": 2}, 1),
    "nothing inside": (conv, (2, 0, 9, 5), (2, 3, 5, 7), ((1, 1), (0, 1)), {}, 1),
    "cut": (conv, (2, 8, 9, 5), (3, 3, 5, 7), ((-1, 1), (0, 1)), {"strides": 2}, 1),
    "other axes": (conv, (2, 8, 9, 5), (3, 5, 7), ((1, 1),), {"strides": 2}, 1),
    "channels": (conv, (2, 8, 5), (3, 6, 7), ((0, 1), (0, 1)), {"strides": 2}, 1),
}


def planned_and_eager(f, *tensors):
    plan = Plan(f, [(t.shape, t.dtype) for t in tensors])
    for got, wanted in zip(plan(*tensors), f(*tensors), strict=True):
        bits = f"u{wanted.dtype.itemsize}"
        np.testing.assert_array_equal(got.numpy().view(bits), wanted.numpy().view(bits))
    return [node.kernel.name for node in plan.nodes]


def operands(x, kernel, dtype="float32"):
    x, kernel = (np.asarray(rng.standard_normal(shape), dtype) for shape in (x, kernel))
    x[x < 0] = -0.0  # signs of zeros count
    return as_tensor(x), as_tensor(kernel)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_zeros_are_not_written(case, dtype, isa, n_threads):
    op, x, kernel, around, arguments = CASES[case]
    names = planned_and_eager(
        lambda x, w: [op(edges.move_edges(x, around), w, **arguments)], *operands(x, kernel, dtype)
    )
    assert "move_edges" not in names, names


@pytest.mark.parametrize("case", KEPT)
def test_other_edges_stay(case):
    op, x, kernel, around, arguments, first = KEPT[case]
    names = planned_and_eager(
        lambda x, w: [op(edges.move_edges(x, around, first), w, **arguments)], *operands(x, kernel)
    )
    assert "move_edges" in names, names


def test_read_by_others():
    def f(x, w):
        padded = edges.move_edges(x, ((0, 1), (0, 1)))
        return [conv(padded, w, strides=2), padded]

    assert "move_edges" in planned_and_eager(f, *operands((2, 8, 9, 5), (3, 3, 5, 7)))


def test_training_keeps_them():
    def step(x, w):
        with GradientTape() as tape:
            tape.watch([x, w])
            y = conv(edges.move_edges(x, ((0, 1), (0, 1))), w, strides=2)
        return [y, *tape.gradient(y, [x, w])]

    assert planned_and_eager(step, *operands((2, 8, 9, 5), (3, 3, 5, 7))).count("move_edges") == 2


def test_predict_of_a_model():
    model = keras.applications.MobileNet(weights=None, alpha=0.25, input_shape=(33, 40, 3), classes=3)
    x = rng.standard_normal((3, 33, 40, 3)).astype("float32")
    eager = model.predict_step(as_tensor(x)).numpy()
    np.testing.assert_array_equal(model.predict(x, verbose=0), eager)


def test_images_of_a_variable_that_changes_meanwhile():
    x, w = operands((2, 5, 6, 3), (3, 3, 3, 4))
    images = Variable(x)

    def f(w, more):
        padded = edges.move_edges(images, ((1, 1), (1, 1)))
        images.assign_add(more)
        return [conv(padded, w)]

    more = as_tensor(np.ones(x.shape, "float32"))
    wanted = f(w, more)[0].numpy()
    images.assign(x)
    np.testing.assert_array_equal(Plan(f, [(t.shape, t.dtype) for t in (w, more)])(w, more)[0].numpy(), wanted)
