"""Functional models, written for `keras` and `tf` of either library: what tf.keras makes of them is in functional.json."""

import numpy as np

BATCH, STEPS = 6, 10


def chain(keras, tf):
    x = keras.Input((4,), name="x")
    y = keras.layers.Dense(5, activation="relu")(x)
    return keras.Model(x, keras.layers.Dense(2, activation="softmax")(y)), {"loss": "categorical_crossentropy"}


def shared_layer(keras, tf):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    twin = keras.Sequential([keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(3)], name="twin")
    distance = tf.reduce_sum(tf.square(twin(a) - twin(b)), axis=1, keepdims=True)
    return keras.Model(inputs=[a, b], outputs=keras.layers.Dense(1, name="out")(distance)), {"loss": "mse"}


def used_twice(keras, tf):
    a = keras.Input((4,), name="a")
    dense = keras.layers.Dense(4, activation="sigmoid", name="dense")
    y = dense(dense(a))
    return keras.Model(a, keras.layers.Add(name="sum")([y, a, dense(y)])), {"loss": "mae"}


def operators(keras, tf):
    x = keras.Input((6,), name="x")
    h = keras.layers.Dense(6, name="h")(x)
    y = (h * 2 + x) / 3 - 1
    z = tf.abs(-y) ** 2 + (1 - h) * tf.constant([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    picked = tf.concat([z[:, 1:3], z[..., -1:], h[:, tf.newaxis, 0]], axis=-1)
    mean = keras.backend.mean(picked, axis=1, keepdims=True)
    return keras.Model(x, keras.layers.Dense(2, name="out")(tf.nn.relu(picked) + mean)), {"loss": "mse"}


def residual(keras, tf):
    x = keras.Input((5,), name="x")
    h = x
    for k in range(3):
        h = keras.layers.Add(name=f"add_{k}")([h, keras.layers.Dense(5, activation="relu", name=f"d_{k}")(h)])
    joined = keras.layers.Concatenate(name="join")([h, x])
    return keras.Model(x, keras.layers.Dense(1, name="out")(joined)), {"loss": "mse", "metrics": ["mae"]}


def _two_outputs(keras, tf):
    a, b = keras.Input((3,), name="a"), keras.Input((4,), name="b")
    h = keras.layers.Concatenate(name="both")([keras.layers.Dense(3, name="ha")(a), b])
    return a, b, keras.layers.Dense(1, name="value")(h), keras.layers.Dense(3, activation="softmax", name="kind")(h)


def lists(keras, tf):
    a, b, value, kind = _two_outputs(keras, tf)
    return keras.Model([a, b], [value, kind]), {
        "loss": ["mse", "categorical_crossentropy"], "loss_weights": [1.0, 0.5], "metrics": [["mae"], ["accuracy"]],
    }  # fmt: skip


def names(keras, tf):
    a, b, value, kind = _two_outputs(keras, tf)
    return keras.Model([a, b], [value, kind]), {
        "loss": {"kind": "categorical_crossentropy", "value": "mse"}, "loss_weights": {"kind": 0.25, "value": 2.0},
        "metrics": {"kind": ["accuracy", "mse"], "value": "mae"}, "_data": "names",
    }  # fmt: skip


def dicts(keras, tf):
    a, b, value, kind = _two_outputs(keras, tf)
    return keras.Model({"first": a, "second": b}, {"v": value, "k": kind}), {
        "loss": {"k": "categorical_crossentropy", "v": "mse"}, "metrics": {"k": ["accuracy"], "v": ["mae"]},
    }  # fmt: skip


def nested_structures(keras, tf):
    a, b, value, kind = _two_outputs(keras, tf)
    return keras.Model([a, [b]], [value, {"k": kind}]), {"loss": ["mse", {"k": "categorical_crossentropy"}]}


def nested_models(keras, tf):
    a, b, value, kind = _two_outputs(keras, tf)
    inner = keras.Model([a, b], [value, kind], name="inner")
    x = keras.Input((3,), name="x")
    v, k = inner([x, keras.layers.Dense(4, name="widen")(x)])
    v2, _ = inner([keras.layers.Dense(3, name="turn")(x), keras.layers.Dense(4, name="widen2")(x)])
    return keras.Model(x, [v + v2, k], name="outer"), {"loss": ["mse", "categorical_crossentropy"]}


def sequential_inside(keras, tf):
    inner = keras.Sequential(
        [keras.layers.Dense(4, input_shape=(3,), name="one"), keras.layers.Dense(2, name="two")], name="inner"
    )
    x = keras.Input((3,), name="x")
    return keras.Model(x, inner(x) + inner.get_layer("one")(x)[:, :2]), {"loss": "mse"}


def features_of_a_sequential(keras, tf):
    whole = keras.Sequential([keras.layers.Dense(4, input_shape=(3,), name="one"), keras.layers.Dense(2, name="two")])
    return keras.Model(whole.input, whole.layers[0].output), {"loss": "mse"}


def subclass_inside(keras, tf):
    class Twice(keras.Model):
        def __init__(self):
            super().__init__(name="twice")
            self.dense = keras.layers.Dense(3, name="inside")

        def call(self, inputs, training=None):
            return self.dense(inputs) * (2.0 if training else 1.0)

    x = keras.Input((3,), name="x")
    return keras.Model(x, Twice()(x)), {"loss": "mse", "_config": False}


def features(keras, tf):
    model, _ = residual(keras, tf)
    return keras.Model(model.input, [model.get_layer("d_1").output, model.output]), {"loss": "mse"}


def from_the_middle(keras, tf):
    model, _ = chain(keras, tf)
    return keras.Model(model.layers[1].output, model.output), {"loss": "mse"}


def several_outputs_of_a_layer(keras, tf):
    x = keras.Input((6,), name="x")
    left, right = tf.split(keras.layers.Dense(6, name="h")(x), 2, axis=1)
    stacked = tf.stack([left, right], axis=1)
    return keras.Model(x, [tf.reduce_max(stacked, axis=[1, 2]), left]), {"loss": "mse"}


def constants(keras, tf):
    x = keras.Input((3,), name="x")
    h = keras.layers.Multiply(name="scaled")([x, tf.constant([[1.0, 2.0, 3.0]])])
    return keras.Model(x, keras.layers.Dense(2, name="out")(h @ tf.ones((3, 3)))), {"loss": "mse"}


def regularized(keras, tf):
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(4, kernel_regularizer="l2", activity_regularizer="l1", name="h")(x)
    return keras.Model(x, keras.layers.Dense(2, name="out", kernel_regularizer="l1")(h)), {"loss": "mse"}


def loss_of_tensors(keras, tf):
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(2, name="h")(x)
    model = keras.Model(x, keras.layers.Dense(3, name="out")(h))
    model.add_loss(tf.reduce_mean(tf.square(h)) * 0.1)
    return model, {"loss": "mse"}


def two_arguments(keras, tf):
    class Mix(keras.layers.Layer):
        def call(self, inputs, other, factor=1.0):
            return inputs + factor * other

    x = keras.Input((3,), name="x")
    a, b = keras.layers.Dense(3, name="a")(x), keras.layers.Dense(3, name="b")(x)
    return keras.Model(x, Mix(name="mix")(Mix(name="first")(a, b), other=b, factor=2.0)), {
        "loss": "mse",
        "_config": False,
    }


def reordered(keras, tf):
    """Depths differ: the order of layers is not the order in which they were made."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    late = keras.layers.Dense(3, name="late")(a)
    early = keras.layers.Dense(3, name="early2")(keras.layers.Dense(3, name="early1")(b))
    alone = keras.Input((3,), name="alone")
    y = keras.layers.Average(name="mean")([late, early])
    return keras.Model([alone, a, b], [late, y, keras.layers.Maximum(name="max")([y, early])]), {"loss": "mse"}


CASES = {
    function.__name__: function
    for function in (
        chain, shared_layer, used_twice, operators, residual, lists, names, dicts, nested_structures, nested_models,
        sequential_inside, features_of_a_sequential, subclass_inside, features, from_the_middle, several_outputs_of_a_layer,
        constants, regularized, loss_of_tensors, two_arguments, reordered,
    )
}  # fmt: skip


def built(keras, tf, name):
    """(model, compile arguments) of a case, with weights made by arithmetic."""
    keras.backend.clear_session()
    model, arguments = CASES[name](keras, tf)
    arguments = dict(arguments)
    model.set_weights([_wave(w.shape, k) * 0.4 for k, w in enumerate(model.get_weights())])
    return model, arguments


def _wave(shape, k):
    n = int(np.prod(shape))
    return np.sin(1.7 * np.arange(n) + k).reshape(shape).astype("float32")


def data(model, arguments):
    """(x, y) for the model, in its own structure; by names if the case says so."""
    counter = iter(range(100))

    def filled(shape):
        k = next(counter)
        return _wave((BATCH * 2, *shape[1:]), k)

    def targets(shape):
        y = np.abs(_wave((BATCH * 2, *shape[1:]), 10 + next(counter))) + 0.1
        return y / y.sum(-1, keepdims=True) if len(shape) > 1 else y

    x = mapped(filled, model.input_shape)
    y = mapped(targets, model.output_shape)
    if arguments.get("_data") == "names":
        x, y = dict(zip(model.input_names, x)), dict(zip(model.output_names, y))  # noqa: B905
    return x, y


def mapped(function, shapes):
    """The structure of shapes with `function` applied to each."""
    if isinstance(shapes, dict):
        return {k: mapped(function, shapes[k]) for k in shapes}
    if isinstance(shapes, list):
        return [mapped(function, s) for s in shapes]
    return function(tuple(shapes))


def leaves(x):
    """The arrays of a structure, dicts by sorted keys."""
    if isinstance(x, dict):
        return [leaf for k in sorted(x) for leaf in leaves(x[k])]
    return [leaf for item in x for leaf in leaves(item)] if isinstance(x, (list, tuple)) else [x]


def connections(config):
    """{layer: inbound nodes} of a configuration, without the arguments that only TensorFlow's functions have."""
    return {layer["name"]: _without_names(layer["inbound_nodes"]) for layer in config["layers"]}


def _without_names(x):
    if isinstance(x, dict):
        return {k: _without_names(v) for k, v in x.items() if k != "name"}
    return [_without_names(item) for item in x] if isinstance(x, list) else x
