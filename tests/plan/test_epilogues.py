"""A convolution does the inference of a batch normalisation and an activation in its last write, with the bits of eager code."""

import numpy as np
import pytest

import pyseq
from pyseq import layers as L
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.ops import activation, add, conv, conv_depthwise, isnan, norm, subtract
from pyseq.plan import Plan

rng = np.random.default_rng(0)


def same_bits(f, *tensors):
    """Kernels of the plan of f, whose results are those of f."""
    plan = Plan(f, [(t.shape, t.dtype) for t in tensors])
    for got, wanted in zip(plan(*tensors), f(*tensors), strict=True):
        np.testing.assert_array_equal(np.asarray(got).view("u1"), np.asarray(wanted).view("u1"))
    return [node.kernel.name for node in plan.nodes if node.kernel.name not in ("winograd_kernel", "conv_turn_kernel")]


def of(*shape, dtype="float32"):
    return as_tensor(rng.standard_normal(shape).astype(dtype))


def moments(channels, dtype="float32"):
    """Mean, variance, gamma, beta: some so that y is zero of either sign."""
    mean, gamma, beta = rng.standard_normal((3, channels)).astype(dtype)
    variance = rng.uniform(0.1, 2, channels).astype(dtype)
    gamma[0] = beta[0] = 0
    return [Variable(a) for a in (mean, variance, gamma, beta)]


CONVOLUTIONS = {  # kernel: (op of x and weights, shape of x, of the weights, channels of y)
    "conv": (conv.conv, (3, 11, 9, 5), (3, 2, 5, 37), 37),
    "conv of one image": (conv.conv, (1, 5, 5, 70), (1, 1, 70, 130), 130),
    "conv groups": (lambda x, w: conv.conv(x, w, groups=3), (2, 6, 6, 6), (3, 3, 2, 21), 21),
    "conv deep": (conv.conv, (1, 4, 3, 400), (2, 2, 400, 7), 7),
    "conv steps": (conv.conv, (2, 9, 3), (4, 3, 20), 20),
    "winograd": (conv.conv, (2, 11, 12, 17), (3, 3, 17, 70), 70),
    "conv_backward_x": (lambda x, w: conv.conv_transpose(x, w, (5, 6)), (2, 3, 4, 9), (3, 3, 19, 9), 19),
    "conv_backward_x strides": (lambda x, w: conv.conv_transpose(x, w, (9, 7), strides=2), (2, 4, 3, 9), (3, 3, 19, 9), 19),
    "depthwise_conv": (conv_depthwise.depthwise_conv, (2, 7, 8, 37), (3, 3, 37, 1), 37),
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_normalisation_and_activation(name, dtype, isa, n_threads):
    f, x, w, channels = CONVOLUTIONS[name]
    kernel, x, w = name.split()[0], of(*x, dtype=dtype), of(*w, dtype=dtype)
    mean, variance, gamma, beta = moments(channels, dtype)
    whole = [lambda y: norm.batch_norm_inference(y, mean, variance, gamma, beta)]
    whole += [lambda y: norm.batch_norm_inference(y, mean, variance), lambda y: y]
    for normed in whole:
        for after in (activation.relu, activation.tanh, lambda y: activation.relu(y, max_value=6.0), lambda y: y):
            names = same_bits(lambda x, w: [after(normed(f(x, w)))], x, w)  # noqa: B023
            assert [n for n in names if n != "batch_norm_scale"] == [kernel], names


@pytest.mark.parametrize("image,filters", [((6, 6, 3), 5), ((12, 12, 16), 20)])
def test_activation_before_the_normalisation(image, filters, isa):
    x, w, b = of(2, *image), of(3, 3, image[-1], filters), of(filters)
    given = moments(filters)

    def f(x, w, b):
        return [norm.batch_norm_inference(conv.conv(x, w, b, activation="relu"), *given)]

    assert len(same_bits(f, x, w, b)) == 2


def test_normalisation_of_two_axes_stays():
    x, w, given = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(20)

    def f(x, w):
        return [norm.batch_norm_inference(conv.conv(x, w), *given, axis=(2, 3))]

    assert "batch_norm_apply" in same_bits(f, x, w)


def test_behind_a_slope():
    """The gradient of a convolution whose x is a relu's: its last write is taken."""
    x, w, dy, given = of(2, 6, 6, 3), of(3, 3, 3, 5), of(2, 4, 4, 5), moments(3)

    def f(x, w, dy):
        with GradientTape() as tape:
            tape.watch(x)
            y = conv.conv(activation.relu(x), w)
        return [norm.batch_norm_inference(tape.gradient(y, x, output_gradients=dy), *given)]

    assert "batch_norm_apply" in same_bits(f, x, w, dy)


def test_what_something_else_reads_is_there():
    x, w, given = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(5)

    def f(x, w):
        y = conv.conv(x, w)
        return [y, norm.batch_norm_inference(y, *given)]

    assert "batch_norm_apply" in same_bits(f, x, w)


@pytest.mark.parametrize("after", [activation.relu, activation.sigmoid])
def test_two_activations(after):
    x, w, given = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(5)
    assert len(same_bits(lambda x, w: [activation.tanh(after(conv.conv(x, w)))], x, w)) == 2

    def normed(x, w):
        return [activation.tanh(after(norm.batch_norm_inference(conv.conv(x, w), *given)))]

    assert len(same_bits(normed, x, w)) == 3


def test_parameters_that_are_made_behind_the_convolution():
    x, w, u, (mean, _, _, beta) = of(2, 6, 6, 3), of(3, 3, 3, 5), of(5), moments(5)

    def f(x, w, u):
        y = conv.conv(x, w)
        return [norm.batch_norm_inference(y, mean, u * u, u + 1.0, beta)]

    assert "batch_norm_apply" not in same_bits(f, x, w, u)


def test_a_kernel_that_changes_between():
    x, w, given = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(5)
    kernel = Variable(w)

    def f(x):
        y = conv.conv(x, kernel)
        kernel.assign_add(as_tensor(np.ones(w.shape, "float32")))
        return [norm.batch_norm_inference(y, *given)]

    wanted = f(x)[0].numpy()
    kernel.assign(w)
    np.testing.assert_array_equal(Plan(f, [(x.shape, x.dtype)])(x)[0].numpy(), wanted)


def test_averages_that_change_between():
    """The moments are read where the normalisation was, not where the convolution was."""
    x, w, (mean, variance, *_) = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(5)
    start = mean.numpy()

    def f(x, w):
        mean.assign(start)
        y = conv.conv(x, w)
        mean.assign_add(np.ones(5, "float32"))
        return [norm.batch_norm_inference(y, mean, variance)]

    same_bits(f, x, w)


def test_frozen_normalisation_in_training():
    """Fine-tuning: the layers around a frozen normalisation are trained."""
    x, w, given, dy = of(2, 6, 6, 3), of(3, 3, 3, 5), moments(5), of(2, 4, 4, 5)

    def f(x, w, dy):
        with GradientTape() as tape:
            tape.watch([x, w])
            y = activation.relu(norm.batch_norm_inference(conv.conv(x, w), *given))
        return [y, *tape.gradient(y, [x, w], output_gradients=dy)]

    assert "batch_norm_apply" not in same_bits(f, x, w, dy)


ADDING = [name for name in CONVOLUTIONS if name.split()[0] in ("conv", "winograd")]
ACTIVATIONS = {
    "none": lambda y: y,
    "relu": activation.relu,
    "relu6": lambda y: activation.relu(y, max_value=6.0),
    "swish": activation.swish,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ADDING)
def test_shortcut(name, dtype, isa, n_threads):
    f, x, w, channels = CONVOLUTIONS[name]
    kernel, x, w, b = name.split()[0], of(*x, dtype=dtype), of(*w, dtype=dtype), of(channels, dtype=dtype)
    r = of(*f(x, w).shape, dtype=dtype)
    mean, variance, gamma, beta = moments(channels, dtype)
    whole = [lambda y: norm.batch_norm_inference(y, mean, variance, gamma, beta)]
    whole += [lambda y: norm.batch_norm_inference(y, mean, variance), lambda y: add(y, b), lambda y: y]
    for normed in whole:
        for after in ACTIVATIONS.values():
            for plus in (add, lambda r, y: add(y, r)):
                names = same_bits(lambda x, w, b, r: [after(plus(r, normed(f(x, w))))], x, w, b, r)  # noqa: B023
                assert [n for n in names if n not in ("batch_norm_scale", "binary")][:1] == [kernel], names
                assert normed is whole[2] or "binary" not in names, names


@pytest.mark.parametrize("name", ADDING)
def test_activation_before_the_shortcut(name, isa, n_threads):
    f, x, w, channels = CONVOLUTIONS[name]
    x, w, given = of(*x), of(*w), moments(channels)
    r = of(*f(x, w).shape)
    whole = [lambda y: norm.batch_norm_inference(y, *given), lambda y: y]
    for normed in whole:
        for before in (activation.relu, activation.tanh):
            names = same_bits(lambda x, w, r: [add(before(normed(f(x, w))), r)], x, w, r)  # noqa: B023
            assert "binary" not in names and "activation" not in names, names


@pytest.mark.parametrize("image,filters", [((6, 6, 3), 5), ((12, 12, 16), 20)])
@pytest.mark.parametrize("after", ACTIVATIONS)
def test_activation_normalisation_and_shortcut(image, filters, after, isa):
    x, w, b, given = of(2, *image), of(3, 3, image[-1], filters), of(filters), moments(filters)
    r = of(2, image[0] - 2, image[1] - 2, filters)

    def f(x, w, b, r):
        y = norm.batch_norm_inference(conv.conv(x, w, b, activation="tanh"), *given)
        return [ACTIVATIONS[after](add(r, y))]

    assert len(same_bits(f, x, w, b, r)) == 2 + (after != "none")


def test_activations_on_both_sides_of_the_shortcut():
    x, w, r = of(2, 6, 6, 3), of(3, 3, 3, 5), of(2, 4, 4, 5)

    def f(x, w, r):
        return [activation.relu(add(r, activation.tanh(conv.conv(x, w))))]

    assert same_bits(f, x, w, r) == ["conv", "activation"]


@pytest.mark.parametrize("swapped", [False, True])
def test_two_convolutions_added(swapped):
    """The later one adds what the earlier one made."""
    x, v, w, given = of(2, 6, 6, 16), of(3, 3, 16, 16), of(1, 1, 16, 16), moments(16)

    def f(x, v, w):
        a = norm.batch_norm_inference(conv.conv(x, w), *given)
        b = activation.relu(conv.conv(x, v, padding="same"))
        c = norm.batch_norm_inference(conv.conv(b, w), *given)
        return [activation.relu(add(c, a) if swapped else add(a, c))]

    names = same_bits(f, x, v, w)
    assert len([n for n in names if n != "batch_norm_scale"]) == 3, names


def test_three_convolutions_added():
    x, v, w = of(2, 6, 6, 5), of(3, 3, 5, 5), of(1, 1, 5, 5)

    def f(x, v, w):
        a, b, c = (conv.conv(x, k, padding="same") for k in (v, w, v * 2.0))
        return [add(add(a, b), c)]

    assert [n for n in same_bits(f, x, v, w) if n != "binary"] == ["conv"] * 3


def test_shortcut_is_what_the_convolution_reads():
    x, w = of(2, 6, 6, 5), of(3, 3, 5, 5)
    assert same_bits(lambda x, w: [activation.relu(add(x, conv.conv(x, w, padding="same")))], x, w) == ["conv"]


def test_shortcut_made_behind_the_convolution():
    x, w, r = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5)

    def f(x, w, r):
        y = conv.conv(x, w, padding="same")
        return [add(y, activation.tanh(r))]

    assert same_bits(f, x, w, r) == ["activation", "conv"]


def test_sums_that_stay():
    x, w, r = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5)

    def made(f):
        return same_bits(lambda x, w, r: [f(conv.conv(x, w, padding="same"), r)], x, w, r)

    assert made(lambda y, r: add(y, y)) == ["conv", "binary"]
    assert made(lambda y, r: subtract(r, y)) == ["conv", "binary"]
    for small in (np.s_[..., :1], np.s_[:1], np.s_[:, :1], np.s_[:, :, :1], np.s_[0, 0, 0], np.s_[0, 0, 0, 0]):
        assert made(lambda y, r: add(y, r[small]))[-1] == "binary"  # noqa: B023
    y = of(1, 1, 1, 5)
    wide = same_bits(lambda y, w, r: [add(conv.conv(y, w, padding="same"), r)], y, w, r)  # y is repeated
    assert wide == ["conv", "binary"]


def test_a_sum_of_what_is_read_elsewhere_stays():
    x, w, r = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5)

    def f(x, w, r):
        y = conv.conv(x, w, padding="same")
        return [y, add(y, r)]

    assert "binary" in same_bits(f, x, w, r)


@pytest.mark.parametrize("written", ["kernel", "shortcut", "both"])
def test_updates_before_the_sum(written):
    x, w, r = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5)
    kernel, shortcut = Variable(w), Variable(r)

    def f(x):
        y = conv.conv(x, kernel, padding="same")
        old = shortcut * 1.0
        if written != "shortcut":
            kernel.assign_add(np.ones(w.shape, "float32"))
        if written != "kernel":
            shortcut.assign_add(np.ones(r.shape, "float32"))
        return [add(y, shortcut), add(conv.conv(x, kernel, padding="same"), old)]

    wanted = [y.numpy() for y in f(x)]
    kernel.assign(w)
    shortcut.assign(r)
    for got, y in zip(Plan(f, [(x.shape, x.dtype)])(x), wanted, strict=True):
        np.testing.assert_array_equal(got.numpy(), y)


def test_update_behind_the_sum():
    """The shortcut is read before it is written."""
    x, w, r = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5)
    shortcut = Variable(r)

    def f(x):
        y = add(conv.conv(x, w, padding="same"), shortcut)
        shortcut.assign(y)
        return [y]

    wanted = f(x)[0].numpy()
    shortcut.assign(r)
    plan = Plan(f, [(x.shape, x.dtype)])
    np.testing.assert_array_equal(plan(x)[0].numpy(), wanted)
    np.testing.assert_array_equal(shortcut.numpy(), wanted)


def test_shortcut_in_training():
    """relu's slope is of the sum, which is there."""
    x, w, r, dy = of(2, 6, 6, 5), of(3, 3, 5, 5), of(2, 6, 6, 5), of(2, 6, 6, 5)

    def f(x, w, r, dy):
        with GradientTape() as tape:
            tape.watch([x, w, r])
            y = activation.relu(add(r, conv.conv(x, w, padding="same")))
        return [y, *tape.gradient(y, [x, w, r], output_gradients=dy)]

    names = same_bits(f, x, w, r, dy)
    assert "binary" not in names and "activation" not in names, names


def test_no_images():
    x, w, r = of(0, 6, 6, 5), of(3, 3, 5, 5), of(0, 6, 6, 5)
    same_bits(lambda x, w, r: [activation.relu(add(conv.conv(x, w, padding="same"), r))], x, w, r)


def test_numbers_that_are_none():
    """Infinities and zeros of either sign pass the sum as they pass it alone, and NaN, whose sign is nobody's."""
    x, w = np.zeros((1, 12, 12, 16), "float32"), np.eye(16, dtype="float32")[None, None]
    r = np.tile(np.float32([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 3e38]), 288).reshape(x.shape)
    x[:] = np.repeat(np.float32([0.0, -0.0, np.inf, -np.inf, 3e38, 1.0, -1.0, 1e-40]), 288).reshape(x.shape)
    for after in ACTIVATIONS.values():
        for name, (x_, w_) in {"conv": (x, w), "winograd": (x, np.pad(w, ((1, 1), (1, 1), (0, 0), (0, 0))))}.items():

            def f(x, w, r):
                y = after(add(r, conv.conv(x, w, padding="same")))  # noqa: B023
                return [y, isnan(y)]

            given = [as_tensor(a) for a in (x_, w_, r)]
            plan = Plan(f, [(t.shape, t.dtype) for t in given])
            assert plan.nodes[-2].kernel.name == name
            (got, none), (wanted, _) = plan(*given), f(*given)
            number = ~none.numpy()
            np.testing.assert_array_equal(got, wanted)
            np.testing.assert_array_equal(got.numpy()[number].view("u1"), wanted.numpy()[number].view("u1"))


def test_predict_follows_the_weights():
    """Nothing is folded beforehand: new weights and new averages are in the next call, whose bits are the eager call's."""
    pyseq.utils.set_random_seed(0)
    model = pyseq.Sequential([L.Input((12, 12, 16))])
    for parts in ([L.Conv2D(16, 3), L.BatchNormalization(), L.ReLU()], [L.Conv2D(8, 1), L.BatchNormalization()]):
        for layer in parts:
            model.add(layer)
    model.add(L.GlobalAveragePooling2D())
    model.compile("sgd", "mse")
    x, y = rng.standard_normal((6, 12, 12, 16)).astype("float32"), rng.standard_normal((6, 8)).astype("float32")
    seen = []
    for _ in range(3):
        seen.append(model.predict(x, batch_size=6, verbose=0))
        np.testing.assert_array_equal(seen[-1], model(x, training=False).numpy())
        model.fit(x, y, verbose=0)
    assert (seen[0] != seen[1]).any() and (seen[1] != seen[2]).any()
