"""What depends on weights alone is made once, and again when a weight was written, whoever wrote it."""

import threading

import numpy as np
import pytest

import pyseq as keras
from pyseq.core import Variable, as_tensor, config, emit, numpy_kernel
from pyseq.ops import elementwise as e
from pyseq.ops import linalg, reduce
from pyseq.plan import Plan, function

rng = np.random.default_rng(0)
X = rng.standard_normal((2, 12, 12, 32), "float32")


def convolutional():
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Conv2D(32, 3, padding="same", activation="relu"), keras.layers.BatchNormalization()]
    model = keras.Sequential([keras.Input((12, 12, 32)), *layers, keras.layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse")
    return model


def kept(plan):
    return [node.kernel.name for node in plan.nodes[: plan.graph.n_kept]]


def by_assign(model):
    model.layers[0].kernel.assign_add(np.full(model.layers[0].kernel.shape, 0.1, "float32"))


def by_set_weights(model):
    model.set_weights([w * 0.5 + 0.1 for w in model.get_weights()])


def by_fit(model):
    model.fit(X, np.zeros((2, 32), "float32"), verbose=0)


def by_train_on_batch(model):
    model.train_on_batch(X, np.zeros((2, 32), "float32"))


def by_a_function(model):
    @function
    def halve(x):
        model.layers[0].kernel.assign(model.layers[0].kernel * x)

    halve(as_tensor(np.float32(0.5)))


def by_scatter(model):
    model.layers[0].kernel.scatter_nd_add([[0, 0]], np.ones((1, 32, 32), "float32"))


def by_a_slice(model):
    kernel = model.layers[0].kernel
    kernel[1:].assign(kernel[1:] * 2.0)


def by_set_value(model):
    kernel = model.layers[0].kernel
    keras.backend.set_value(kernel, kernel.numpy() * 0.9)


def by_another_optimizer(model):
    """Which moves the variables."""
    optimizer = keras.optimizers.Adam(0.1)
    variables = model.trainable_variables[::-1]
    optimizer.build(variables)
    optimizer.apply_gradients([(v * 0.1, v) for v in variables])


def by_another_model(model):
    """Which has the layer, too."""
    other = keras.Sequential([keras.Input((12, 12, 32)), model.layers[0], keras.layers.GlobalMaxPooling2D()])
    other.compile("adam", "mse")
    by_fit(other)


def by_the_mean(model):
    model.compile(keras.optimizers.Adam(0.1, use_ema=True, ema_overwrite_frequency=1), "mse")
    by_fit(model)
    by_assign(model)
    model.optimizer.finalize_variable_values(model.trainable_variables)


WRITES = [
    by_assign, by_set_weights, by_fit, by_train_on_batch, by_a_function, by_scatter, by_a_slice, by_set_value,
    by_another_optimizer, by_another_model, by_the_mean,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_what_was_written_is_seen(write, isa, n_threads):
    model = convolutional()
    for _ in range(3):
        before = model.predict(X, verbose=0)
        np.testing.assert_array_equal(before, model.predict(X, verbose=0))
        write(model)
        after = model.predict(X, verbose=0)
        assert (before != after).any()
        with keras.GradientTape():  # eager
            np.testing.assert_array_equal(after, model(X, training=False).numpy())


def test_the_kernel_of_a_convolution_is_kept():
    model = convolutional()
    plan = Plan(lambda x: model(x, training=False), [(X.shape, "float32")])
    assert {"winograd_kernel", "batch_norm_scale"} <= set(kept(plan))


def test_another_instruction_set_makes_it_anew():
    model, found = convolutional(), {}
    here = config.isa()
    try:
        for isa in 2 * config.available_isas():
            config.set_isa(isa)
            found.setdefault(isa, []).append(model.predict(X, verbose=0))
    finally:
        config.set_isa(here)
    for first, again in found.values():
        np.testing.assert_array_equal(first, again)


def test_a_plan_does_not_keep_what_it_writes():
    v, w = Variable(np.ones(3, "float32")), Variable(np.ones(3, "float32"))

    def step(x):
        y = e.multiply(v, 2.0) + e.multiply(w, 3.0) + x
        v.assign(e.multiply(v, 2.0))
        return y

    plan = Plan(step, [((3,), "float32")])
    x = as_tensor(np.zeros(3, "float32"))
    assert [float(plan(x).numpy()[0]) for _ in range(3)] == [5, 7, 11]
    w.assign(np.zeros(3, "float32"))
    assert float(plan(x).numpy()[0]) == 16


def test_results_larger_than_twice_what_is_read_are_not_kept():
    v = Variable(np.ones((100, 1), "float32"))
    plan = Plan(lambda x: reduce.sum(linalg.matmul(v, v, transpose_b=True)) + x, [((), "float32")])
    assert not kept(plan)
    assert float(plan(as_tensor(np.float32(1))).numpy()) == 10001


def test_python_instructions_may_write_anything():
    v = Variable(np.ones(3, "float32"))

    def write(inputs, outputs, dims, attrs):
        v.assign(np.full(3, inputs[0][0], "float32"))
        outputs[0][...] = 0

    kernel = numpy_kernel("write", write)

    def step(x):
        zero = emit(kernel, (x,), (((3,), x.dtype),))
        return e.multiply(v, 2.0) + zero

    plan = Plan(step, [((3,), "float32")])
    assert not kept(plan)
    assert [float(plan(as_tensor(np.float32([k] * 3))).numpy()[0]) for k in (5, 7)] == [10, 14]


def test_threads_write_while_others_predict():
    """What is kept is never older than the weights."""
    model = convolutional()
    model.predict(X, verbose=0)
    over = threading.Event()

    def predict():
        while not over.is_set():
            model.predict(X, verbose=0)

    readers = [threading.Thread(target=predict) for _ in range(2)]
    [t.start() for t in readers]
    for _ in range(30):
        by_assign(model)
    over.set()
    [t.join() for t in readers]
    with keras.GradientTape():
        wanted = model(X, training=False).numpy()
    for _ in range(3):
        np.testing.assert_array_equal(model.predict(X, verbose=0), wanted)


def test_a_regularizer_is_summed_once_while_evaluating():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    x, y = np.zeros((8, 4), "float32"), np.zeros((8, 3), "float32")
    losses = []
    for _ in range(2):
        losses.append(model.evaluate(x, y, batch_size=2, verbose=0))
        model.layers[0].kernel.assign(model.layers[0].kernel * 2.0)
    assert losses[1] == pytest.approx(4 * losses[0], rel=1e-6) and losses[0] > 0


def test_nothing_is_kept_of_what_the_plan_writes():
    """Steps of one run follow each other without a look at what was written: penalties are those of each step's weights."""
    x, y = np.random.default_rng(0).standard_normal((2, 64, 3)).astype("float32")

    def losses(**how):
        keras.utils.set_random_seed(1)
        penalty = keras.regularizers.L2(0.5)
        model = keras.Sequential([keras.layers.Dense(3, kernel_regularizer=penalty, input_shape=(3,))])
        model.compile(keras.optimizers.SGD(0.1), "mse", **how)
        return model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]

    assert losses() == losses(run_eagerly=True)
