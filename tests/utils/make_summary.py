"""Record what TensorFlow's `model.summary()` prints: run with tensorflow-cpu 2.15.1, writes summary.json beside this file.

CASES make models with `keras`, the real one here, pyseq in test_summary_wrapped.py.
"""

import json
from pathlib import Path

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def lines(keras, name):
    """What the summaries of a case print, each as a list of lines."""
    keras.backend.clear_session()
    found = []
    model, *more = CASES[name](keras)
    for arguments in more or [{}]:
        found.append([])
        model.summary(print_fn=lambda line, *_, **__: found[-1].append(line), **arguments)
    return found


@case
def chain(k):
    m = k.Sequential([k.layers.Dense(128, input_shape=(784,)), k.layers.BatchNormalization(), k.layers.Dropout(0.5),
                      k.layers.Dense(10, name="a_name_that_is_much_too_long_for_any_column_of_this_table")])  # fmt: skip
    return m, {}, {"show_trainable": True}, {"line_length": 100}, {"line_length": 50, "positions": [0.5, 0.8, 1.0]}


@case
def positions(k):
    m = k.Sequential([k.layers.Conv2D(4, 3, input_shape=(28, 28, 1)), k.layers.MaxPooling2D(), k.layers.Flatten()])
    return m, {"positions": [20, 40, 65]}, {"line_length": 120, "positions": [0.2, 0.4, 1.0], "show_trainable": True}


@case
def images_of_any_size(k):
    x = k.Input((None, None, 3))
    y = k.layers.Conv2D(1280, 1, use_bias=False)(x)
    y = k.layers.GlobalAveragePooling2D()(k.layers.ReLU(6.0)(k.layers.BatchNormalization()(y)))
    return k.Model(x, k.layers.Dense(1000)(y)), {}, {"show_trainable": True}


@case
def skip_connections(k):
    x = k.Input((8,), name="in")
    y = k.layers.Dense(8, activation="relu")(x)
    z = k.layers.Add()([x, y])
    z = k.layers.Concatenate()([x, y, z, k.layers.Dense(3)(z)])
    return k.Model(x, [z, y]), {}, {"show_trainable": True}, {"line_length": 70}, {"layer_range": ["dense", "add"]}


@case
def several_inputs_and_shared_layers(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, name="shared")
    return (k.Model([a, b], k.layers.Dot(1)([shared(a), shared(b)]), name="twins"),)


@case
def functional_chain(k):
    x = k.Input((4,))
    return (k.Model(x, k.layers.Dense(2)(k.layers.Dense(3)(x))),)


@case
def nested(k):
    deep = k.Sequential([k.layers.Dense(2, name="deepest"), k.layers.ReLU()], name="deep")
    inner = k.Sequential([k.layers.Dense(5, input_shape=(3,)), deep], name="inside")
    last = k.Sequential([k.layers.Dense(5), k.layers.BatchNormalization(trainable=False)], name="after")
    m = k.Sequential([k.layers.Dense(3, input_shape=(4,)), inner, k.layers.Dense(1), last], name="outside")
    m.layers[0].trainable = False
    return (
        m, {}, {"expand_nested": True}, {"expand_nested": True, "show_trainable": True},
        {"expand_nested": True, "layer_range": ["inside", "inside"]}, {"expand_nested": True, "line_length": 45},
    )  # fmt: skip


@case
def nested_graph(k):
    a = k.Input((4,), name="inner_in")
    inner = k.Model(a, k.layers.Add()([a, k.layers.Dense(4)(a)]), name="inner")
    x = k.Input((4,), name="outer_in")
    y = inner(x)
    m = k.Model(x, k.layers.Multiply()([y, x, inner(y)]), name="outer")
    return m, {}, {"expand_nested": True}, {"expand_nested": True, "show_trainable": True}


@case
def subclass(k):
    class Inner(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.d = k.layers.Dense(3, name="d")

        def call(self, x):
            return self.d(x)

    class Outer(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Inner(name="inner")
            self.chain = k.Sequential(
                [k.layers.Dense(1000, name="wide")], name="a_name_that_is_too_long_for_its_column"
            )
            self.unused = k.layers.Dense(7, name="unused")

        def call(self, x):
            return self.chain(self.inner(x))

    m = Outer(name="outer")
    m.build((None, 4))
    return m, {}, {"expand_nested": True}, {"show_trainable": True, "expand_nested": True, "line_length": 90}


@case
def several_outputs_of_a_layer(k):
    x = k.Input((6,), name="x")
    inner_in = k.Input((6,), name="y")
    inner = k.Model(
        inner_in, [k.layers.Dense(2, name="p")(inner_in), k.layers.Dense(3, name="q")(inner_in)], name="two"
    )
    p, q = inner(x)
    return k.Model(x, k.layers.Concatenate(name="both")([q, p]), name="joined"), {}, {"expand_nested": True}


@case
def megabytes(k):
    return (k.Sequential([k.layers.Dense(500, input_shape=(600,))]),)


@case
def without_weights(k):
    return (k.Sequential([k.layers.Flatten(input_shape=(2, 2)), k.layers.Reshape((2, 2))]),)


if __name__ == "__main__":
    from tensorflow import keras

    recorded = {name: lines(keras, name) for name in CASES}
    text = json.dumps(recorded, indent=0, ensure_ascii=False)
    Path(__file__).with_name("summary.json").write_text(text + "\n", encoding="utf8")
