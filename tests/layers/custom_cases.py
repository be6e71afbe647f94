"""What a user's own layers show, in tf.keras 2.15 and here: names, weights, losses, masks, configurations, errors.

`outcomes(tf)` gives {question: answer}; test_custom.py compares those of pyseq with the recorded ones.
"""

from __future__ import annotations

import numpy as np


def plain(x):
    """An answer as JSON keeps it."""
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if hasattr(x, "as_list"):
        return x.as_list()
    if isinstance(x, (np.ndarray, np.generic)):
        return x.tolist()
    return round(x, 6) if isinstance(x, float) else x


def outcomes(tf):
    keras = tf.keras
    L = keras.layers
    Layer = L.Layer
    found = {}

    def t(name, f):
        try:
            found[name] = plain(f())
        except Exception as e:
            found[name] = f"raises {type(e).__name__}"

    z = np.ones((2, 3), "f4")

    class A(Layer):
        def __init__(self, units=2, **k):
            super().__init__(**k)
            self.units = units

        def build(self, s):
            self.w = self.add_weight(name="w", shape=(s[-1], self.units), initializer="ones", trainable=True)
            self.c = self.add_weight("c", shape=[], initializer="zeros", trainable=False)

        def call(self, x):
            return tf.matmul(x, self.w)

    def names(layer):
        return [w.name for w in layer.weights], len(layer.trainable_weights), len(layer.non_trainable_weights)

    def one():
        a = A()
        a(z)
        return names(a), a.name, a.built, a.count_params()

    t("plain", one)
    t("plain2", one)

    class B(Layer):
        def __init__(self):
            super().__init__()
            self.d = L.Dense(2)
            self.layer = [L.Dense(3), L.Dense(2)]
            self.m = {"a": L.Dense(1), "b": [L.Dense(4)]}
            self.v = tf.Variable(1.0)

        def call(self, x):
            return self.m["b"][0](self.m["a"](self.layer[1](self.layer[0](self.d(x))))) * self.v

    def f():
        b = B()
        b(z)
        return (
            [w.name for w in b.weights],
            len(b.submodules),
            [type(x).__name__ for x in b._flatten_layers()],
            [w.name for w in b.trainable_weights],
        )

    t("nested", f)

    def f():
        b = B()
        b(z)
        b.trainable = False
        r = (len(b.trainable_weights), len(b.non_trainable_weights), b.d.trainable)
        b.d.trainable = True
        return r, len(b.trainable_weights)

    t("trainable", f)

    def f():
        b = B()
        b(z)
        b.d.trainable = False
        return len(b.trainable_weights), len(b.non_trainable_weights), [w.name for w in b.weights]

    t("trainable inner", f)

    class NoName(Layer):
        def build(self, s):
            self.a = self.add_weight(shape=(2,))
            self.b = self.add_weight()
            self.c = self.add_weight("x", (3,), "float64", "ones")
            self.d = self.add_weight("y", initializer=lambda shape, dtype: tf.ones(shape, dtype) * 3, shape=(2,))
            self.e = self.add_weight("i", (2,), dtype="int32")
            self.f = self.add_weight(
                "f", (2,), regularizer=lambda w: tf.reduce_sum(w) * 0 + 5.0, constraint="non_neg", initializer="ones"
            )

        def call(self, x):
            return x

    def f():
        n = NoName()
        n(z)
        return (
            [(w.name, tuple(w.shape), w.dtype if isinstance(w.dtype, str) else w.dtype.name) for w in n.weights],
            n.d.numpy().tolist(),
            [float(x) for x in n.losses],
            len(n.trainable_weights),
        )

    t("add_weight forms", f)

    class Loss(Layer):
        def call(self, x, training=None):
            self.add_loss(tf.reduce_sum(x))
            self.add_metric(tf.reduce_mean(x), name="m", aggregation="mean")
            return x

    def f():
        layer = Loss()
        layer(z)
        a = [float(v) for v in layer.losses]
        layer(z * 2)
        return a, [float(v) for v in layer.losses], [(m.name, float(m.result())) for m in layer.metrics]

    class LossFn(Layer):
        def __init__(self):
            super().__init__()
            self.d = L.Dense(2, kernel_regularizer="l2", kernel_initializer="ones")
            self.add_loss(lambda: tf.constant(3.0))

        def call(self, x):
            return self.d(x)

    def f():
        layer = LossFn()
        a = [float(v) for v in layer.losses]
        layer(z)
        return a, [float(v) for v in layer.losses]

    t("loss functions", f)

    class Cfg(Layer):
        def __init__(self, a, b=2, **k):
            super().__init__(**k)
            self.a = a
            self.b = b

    t("config auto", lambda: Cfg(1).get_config())

    class Cfg2(Layer):
        def __init__(self, a, b=2, **k):
            super().__init__(**k)
            self.a = a
            self.b = b

        def get_config(self):
            return {**super().get_config(), "a": self.a, "b": self.b}

    t("config", lambda: Cfg2(1, name="u").get_config())
    t("from_config", lambda: Cfg2.from_config(Cfg2(1, b=5, dtype="float64").get_config()).get_config())
    t("bare config", lambda: Layer().get_config())
    t("unknown kw", lambda: Layer(foo=3))
    t("pos", lambda: Layer(False, "nm").trainable)

    class Bad(Layer):
        def build(self, s):
            raise ValueError("boo")

    t("build raises", lambda: Bad()(z))

    class NoSuper(Layer):
        def __init__(self):
            self.d = 3

    class NoSuper2(Layer):
        def __init__(self):
            self.d = L.Dense(3)

    class Spec(Layer):
        def __init__(self, **k):
            super().__init__(**k)
            self.input_spec = L.InputSpec(ndim=3)

        def call(self, x):
            return x

    t("input_spec", lambda: Spec()(z))

    class Spec2(Layer):
        def __init__(self, spec):
            super().__init__()
            self.input_spec = spec

        def call(self, x):
            return x

    t("spec axes", lambda: Spec2(L.InputSpec(min_ndim=2, axes={-1: 4}))(z))
    t("spec shape", lambda: Spec2(L.InputSpec(shape=(None, 4)))(z))
    t("spec dtype", lambda: Spec2(L.InputSpec(dtype="int32", ndim=2))(z))
    t("spec max", lambda: Spec2(L.InputSpec(max_ndim=1))(z))
    t("spec list", lambda: Spec2([L.InputSpec(ndim=2), L.InputSpec(ndim=3)])([z, z]))
    t("spec count", lambda: Spec2([L.InputSpec(ndim=2), L.InputSpec(ndim=3)])(z))
    t("spec bad", lambda: Spec2(3)(z))

    class Kw(Layer):
        def call(self, x, **kw):
            return sorted(kw), kw.get("training"), x * 1

    t("kwargs", lambda: Kw()(z)[:2])
    t("kwargs training", lambda: Kw()(z, training=True)[:2])

    class Kw2(Layer):
        def call(self, x, flag=False, training=None):
            return [flag, training]

    t("kw2", lambda: (Kw2()(z, True), Kw2()(z, flag=True, training=True), Kw2()(z, training=1)))

    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.i = Kw2()

        def call(self, x, training=None):
            return self.i(x)

    t("training inherited", lambda: (Outer()(z, training=True), Outer()(z)))

    class DefT(Layer):
        def call(self, x, training=True):
            return [training]

    t("training default", lambda: (DefT()(z), DefT()(z, training=False)))
    t(
        "names",
        lambda: [
            type(n, (Layer,), {})().name for n in ["MyLayer", "HTTPLayer", "LSTM2D", "_Private", "A1B2", "myLayer", "X"]
        ],
    )
    t(
        "names again",
        lambda: (
            [type(n, (Layer,), {})().name for n in ["MyLayer", "MyLayer", "Dense"]]
            + [L.Dense(2).name, L.Dense(2, name="dense_7").name, L.Dense(2).name]
        ),
    )

    class Two(Layer):
        def call(self, a, b):
            return a + b

    class NoIn(Layer):
        def call(self):
            return 1

    class Dct(Layer):
        def build(self, s):
            self.s = s

        def call(self, d):
            return d["a"] + d["b"]

    def f():
        layer = Dct()
        layer({"a": z, "b": z})
        return type(layer.s).__name__, {k: tuple(v) for k, v in layer.s.items()}

    class Lst(Layer):
        def build(self, s):
            self.s = s

        def call(self, d):
            return d[0]

    def f():
        layer = Lst()
        layer([z, z])
        m = Lst()
        m((z, z))
        n = Lst()
        n(z)
        return [tuple(x) for x in layer.s], type(m.s).__name__, tuple(n.s)

    t("list", f)

    class Pass(Layer):
        def call(self, x):
            return x

    t(
        "dtype",
        lambda: (
            Pass(dtype="float64").dtype,
            Pass().compute_dtype,
            Pass(dtype="float16").variable_dtype,
            Pass(dtype=tf.float64).dtype,
        ),
    )

    def f():
        layer = Pass(activity_regularizer="l2")
        layer(z)
        return [float(v) for v in layer.losses], layer.activity_regularizer is not None

    t("activity", f)
    t("not supports mask", lambda: Pass().compute_mask(z, mask=z))

    class SM(Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x, mask=None):
            return x * (2 if mask is not None else 1)

    def f():
        x = tf.constant(np.ones((2, 3, 1), "f4"))
        x._keras_mask = tf.constant(np.ones((2, 3), bool))
        y = SM()(x)
        return (
            float(y[0, 0, 0]),
            y._keras_mask is not None,
            float(SM()(x, mask=None)[0, 0, 0]),
            float(SM()(tf.constant(np.ones((2, 3, 1), "f4")), mask=tf.constant(np.ones((2, 3), bool)))[0, 0, 0]),
        )

    t("mask", f)

    class CM(Layer):
        def call(self, x):
            return x * 2

        def compute_mask(self, x, mask=None):
            return tf.constant(np.ones((2, 3), bool))

    def f():
        layer = CM()
        return layer.supports_masking, layer(z)._keras_mask is not None

    t("compute_mask", f)
    t("not callable weights", lambda: Pass().get_weights())
    t("count unbuilt", lambda: A().count_params())
    t("set wrong", lambda: (lambda a: (a(z), a.set_weights([np.ones((3, 2))])))(A()))
    t("set wrong shape", lambda: (lambda a: (a(z), a.set_weights([np.ones((3, 3)), np.ones(())])))(A()))
    t("compute_output_shape default", lambda: A(5).compute_output_shape((None, 3)))

    class TV(Layer):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable([1.0, 2.0], trainable=False)
            self.u = tf.Variable(1.0, name="u")

        def call(self, x):
            return x

    class Rep(Layer):
        def __init__(self):
            super().__init__()
            self.d = L.Dense(2)
            self.d = L.Dense(3)

        def call(self, x):
            return self.d(x)

    def f():
        r = Rep()
        r(z)
        return len(r.weights), r.d.units

    t("replaced attribute", f)

    class LA(Layer):
        def __init__(self):
            super().__init__()
            self.ls = []

        def build(self, s):
            self.ls.append(L.Dense(2))
            self.ls.append(L.Dense(3))

        def call(self, x):
            for layer in self.ls:
                x = layer(x)
            return x

    t("appended", lambda: (lambda layer: (layer(z), len(layer.weights))[1])(LA()))

    class Met(Layer):
        def __init__(self):
            super().__init__()
            self.m = keras.metrics.Mean(name="mm")

        def call(self, x):
            self.m.update_state(x)
            return x

    def f():
        layer = Met()
        layer(z * 3)
        return [(m.name, float(m.result())) for m in layer.metrics], len(layer.weights)

    t("metric attr", f)
    t(
        "trainable in init",
        lambda: (lambda a: (a(z), len(a.trainable_weights), len(a.non_trainable_weights))[1:])(A(trainable=False)),
    )
    t("add_weight neg", lambda: Layer().add_weight("a", (-1,)))
    t("add_weight unknown", lambda: Layer().add_weight("a", (1,), foo=3))
    t("add_weight none dim", lambda: Layer().add_weight("a", (None, 1)))
    t("add_weight bad init", lambda: Layer().add_weight("a", (2,), initializer="nope"))
    t("add_weight bool", lambda: Layer().add_weight("a", (2,), dtype="bool").numpy())
    t(
        "losses frozen",
        lambda: (lambda layer: (layer(z), setattr(layer, "trainable", False), [float(v) for v in layer.losses])[2])(
            LossFn()
        ),
    )
    return found
