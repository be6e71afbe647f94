"""Models, layers and other parts of a user's own, as tf.keras programs write them. Each case returns what can be compared.

A case takes `tf` and a `World` with the rest. What it returns is JSON: numbers are rounded to 5 digits; an error is a case's
result, too.
"""

import numpy as np

CASES = {}
X = (np.arange(40).reshape(10, 4) % 7 / 7).astype("float32")
Y = (np.arange(20).reshape(10, 2) % 5 / 5).astype("float32")


class World:
    """What cases share. `arguments`: more of them for each `compile`."""

    def __init__(self, tf, **arguments):
        keras = self.keras = tf.keras
        self.arguments = arguments

        def dense(units, **k):
            return keras.layers.Dense(units, kernel_initializer=keras.initializers.Constant(0.1), **k)

        class Two(keras.Model):
            def __init__(self, **k):
                super().__init__(**k)
                self.a = dense(3, activation="relu")
                self.b = dense(2)

            def call(self, x, training=None, mask=None):
                return self.b(self.a(x))

        self.dense, self.Two = dense, Two

    def compiled(self, model, **k):
        model.compile(**{"optimizer": "sgd", "loss": "mse", **self.arguments, **k})
        return model

    def fit(self, model, x=X, y=Y, **k):
        history = model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0, **k).history
        return {name: [rounded(v) for v in values] for name, values in history.items()}


def rounded(x):
    """A number or an array as JSON."""
    return np.round(np.asarray(x, "float64"), 5).tolist()


def names(weights):
    """Names without what numbers them: those count everything a process has made."""
    return [w.name.partition(":")[0] for w in weights]


def shapes(weights):
    return [list(w.shape) for w in weights]


def case(function):
    CASES[function.__name__] = function
    return function


def run(tf, name, **arguments):
    """The result of a case, or its error."""
    tf.keras.backend.clear_session()
    try:
        return CASES[name](tf, World(tf, **arguments))
    except Exception as e:
        return {"raises": type(e).__name__, "message": str(e).replace("\n", " ")[:200]}


# ------------------------------------------------------------------------------------------------ structure


@case
def super_forgotten(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            self.d = w.dense(2)

    M()


@case
def super_forgotten_in_layer(tf, w):
    class D(w.keras.layers.Layer):
        def __init__(self):
            self.d = w.dense(2)

        def call(self, x):
            return self.d(x)

    D()(X)


@case
def super_after_numbers(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            self.units = 3
            super().__init__()

        def call(self, x):
            return x * self.units

    return rounded(M()(X))


@case
def summary_before_build(tf, w):
    w.Two().summary()


@case
def count_params_before_build(tf, w):
    w.Two().count_params()


@case
def weights_before_build(tf, w):
    m = w.Two()
    return [len(m.weights), len(m.trainable_variables), m.get_weights(), m.built]


@case
def keyword_inputs(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d = w.dense(2)

        def call(self, x, scale=1.0):
            return self.d(x) * scale

    m = M()
    return rounded(m(x=X, scale=2.0)), names(m.weights)


@case
def more_positional_inputs(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d = w.dense(2)

        def call(self, a, b, training=None):
            return self.d(a) + self.d(b) if training else self.d(a) - self.d(b)

    m = M()
    return rounded(m(X, X * 2)), rounded(m(X, X * 2, True)), names(m.weights)


@case
def no_inputs(tf, w):
    w.Two()()


@case
def dict_inputs(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d, self.e = w.dense(2), w.dense(2)

        def call(self, inputs):
            return self.d(inputs["a"]) + self.e(inputs["b"])

    m = w.compiled(M(), metrics=["mae"])
    x = {"a": X, "b": X[:, :3]}
    built = M()
    built.build({"a": (None, 4), "b": (None, 3)})
    return w.fit(m, x), shapes(m.weights), shapes(built.weights), rounded(m.predict(x, verbose=0))


@case
def list_inputs(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d, self.e = w.dense(2), w.dense(2)

        def call(self, inputs):
            a, b = inputs
            return self.d(a) + self.e(b)

    m, built = w.compiled(M()), M()
    built.build([(None, 4), (None, 3)])
    return w.fit(m, [X, X[:, :3]]), shapes(built.weights), built.built


@case
def build_of_an_int(tf, w):
    w.Two().build(4)


@case
def build_of_nothing(tf, w):
    w.Two().build(None)


@case
def build_with_missing_arguments(tf, w):
    class M(w.keras.Model):
        def call(self, inputs, other):
            return inputs

    M().build((None, 4))


@case
def build_of_ones_own(tf, w):
    class M(w.keras.Model):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(input_shape[-1], 2), initializer="ones")

        def call(self, x):
            return tf.matmul(x, self.w)

    m = M()
    m(X)
    return names(m.weights), m.built, w.fit(w.compiled(m))


@case
def containers(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.in_list = [w.dense(3), w.dense(3)]
            self.in_dict = {"z": w.dense(2), "a": w.dense(3)}
            self.nested = [[w.dense(3)], {"q": w.dense(3)}, (w.dense(3),)]
            self.later = []
            self.later.append(w.dense(3))
            self.factor = tf.Variable(1.0, name="factor")
            self.fixed = tf.Variable(2.0, trainable=False, name="fixed")

        def call(self, x):
            for layer in (*self.in_list, self.nested[0][0], self.nested[1]["q"], self.nested[2][0], *self.later):
                x = layer(x)
            return self.in_dict["z"](self.in_dict["a"](x)) * self.factor + self.fixed

    m = M()
    m(X)
    layers = [layer.name for layer in m.layers]
    return layers, names(m.weights), names(m.trainable_weights), names(m.non_trainable_weights)


@case
def modules(tf, w):
    class Scale(tf.Module):
        def __init__(self):
            super().__init__(name="scale")
            self.w = tf.Variable(tf.ones((4, 2)), name="w")
            self.d = w.dense(2)
            self.fixed = tf.Variable(1.0, trainable=False, name="fixed")

        def __call__(self, x):
            return self.d(tf.matmul(x, self.w)) * self.fixed

    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = Scale()
            self.b = w.dense(2)

        def call(self, x):
            return self.b(self.scale(x))

    alone = Scale()
    alone(X)
    m = w.compiled(M())
    logs = w.fit(m)
    found = [layer.name for layer in m.layers], [type(s).__name__ for s in alone.submodules], alone.name
    return logs, shapes(m.weights), shapes(m.trainable_weights), shapes(alone.variables), *found


@case
def models_in_models(tf, w):
    class Inner(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d = w.dense(3)
            self.drop = w.keras.layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.drop(self.d(x), training=training)

    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = Inner()
            self.seq = w.keras.Sequential([w.dense(3), w.dense(2)])

        def call(self, x):
            return self.seq(self.inner(x))

    m = M()
    m(X)
    return [layer.name for layer in m.layers], names(m.weights), [type(s).__name__ for s in m.submodules]


@case
def order_of_weights(tf, w):
    class Lay(w.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.d = w.dense(3)

        def build(self, shape):
            self.w = self.add_weight(name="w", shape=(3,), initializer="ones")
            self.fixed = self.add_weight(name="fixed", shape=(3,), initializer="ones", trainable=False)

        def call(self, x):
            return self.d(x) * self.w + self.fixed

    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.own = tf.Variable(1.0, name="own")
            self.b, self.a = Lay(), w.dense(2)

        def call(self, x):
            return self.a(self.b(x)) * self.own

    m = M()
    m(X)
    free = [names(m.weights), names(m.trainable_weights), names(m.non_trainable_weights), names(m.b.weights)]
    m.b.trainable = False
    frozen = [names(m.weights), names(m.trainable_weights), names(m.non_trainable_weights), names(m.b.weights)]
    m.trainable = False
    return free, frozen, names(m.weights), names(m.non_trainable_weights)


@case
def layers_replaced_and_deleted(tf, w):
    m = w.Two()
    m(X)
    m.a = w.dense(3)
    m(X)
    replaced = names(m.weights), [layer.name for layer in m.layers]
    del m.b
    deleted = names(m.weights)
    m.a = None
    return replaced, deleted, names(m.weights)


@case
def metrics_are_weights(tf, w):
    class M(w.Two):
        def __init__(self):
            super().__init__()
            self.mean = w.keras.metrics.Mean(name="m")
            self.c = w.dense(2)

        def call(self, x):
            y = self.c(super().call(x))
            self.mean.update_state(tf.reduce_mean(y))
            return y

    m = w.compiled(M(), metrics=["mae"])
    logs = w.fit(m)
    return logs, shapes(m.weights), len(m.trainable_weights), m.metrics_names, m.count_params()


@case
def weights_of_another(tf, w):
    m, n = w.Two(), w.Two()
    m(X), n.build((None, 4))
    n.set_weights([v + 1 for v in m.get_weights()])
    return rounded(n(X))


@case
def weights_of_a_wrong_number(tf, w):
    m = w.Two()
    m(X)
    m.set_weights([np.ones((2, 2))])


@case
def layers_by_name_and_index(tf, w):
    m = w.Two()
    return m.get_layer("dense").name, m.get_layer(index=1).name


@case
def layer_of_no_name(tf, w):
    w.Two().get_layer("none")


@case
def layer_of_nothing(tf, w):
    w.Two().get_layer()


@case
def shapes_of_a_subclass(tf, w):
    m = w.Two()
    return list(m.compute_output_shape((None, 4)))


@case
def no_output_attribute(tf, w):
    w.Two().output


# ---------------------------------------------------------------------------------------------------- steps


@case
def plain_fit(tf, w):
    m = w.compiled(w.Two(), metrics=["mae"])
    return w.fit(m, validation_data=(X, Y)), m.metrics_names, [m.name for m in m.metrics]


@case
def train_step_with_compiled_loss(tf, w):
    class M(w.Two):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    m = w.compiled(M(), metrics=["mae"])
    return w.fit(m), m.metrics_names


@case
def train_step_with_metrics_of_its_own(tf, w):
    loss_mean, mae = w.keras.metrics.Mean(name="loss"), w.keras.metrics.MeanAbsoluteError(name="mae")

    class M(w.Two):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = w.keras.losses.mean_squared_error(y, y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            loss_mean.update_state(loss)
            mae.update_state(y, y_pred)
            return {"loss": loss_mean.result(), "mae": mae.result()}

        @property
        def metrics(self):
            return [loss_mean, mae]

    m = w.compiled(M(), loss=None)
    return w.fit(m), m.metrics_names


@case
def train_step_that_minimizes(tf, w):
    class M(w.Two):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(self(x, training=True) - y))
            self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
            return {"loss": loss}

    return w.fit(w.compiled(M(), loss=None))


@case
def train_step_with_sample_weights(tf, w):
    class M(w.Two):
        def train_step(self, data):
            x, y, weights = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=weights)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            return {m.name: m.result() for m in self.metrics}

    return w.fit(w.compiled(M()), sample_weight=np.arange(10.0) / 5)


@case
def train_step_of_two_optimizers(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d = w.keras.Sequential([w.dense(3), w.dense(1)])
            self.g = w.keras.Sequential([w.dense(3), w.dense(4)])

        def compile(self, d_optimizer, g_optimizer, **k):
            super().compile(**k)
            self.optimizers = d_optimizer, g_optimizer
            self.means = [w.keras.metrics.Mean(name="d"), w.keras.metrics.Mean(name="g")]

        @property
        def metrics(self):
            return self.means

        def train_step(self, real):
            noise = real[:, :2]
            loss_of = w.keras.losses.BinaryCrossentropy(from_logits=True)
            for part, optimizer, mean in zip((self.d, self.g), self.optimizers, self.means, strict=True):
                with tf.GradientTape() as tape:
                    fake, true = self.d(self.g(noise)), self.d(real)
                    if part is self.d:
                        loss = loss_of(tf.ones_like(fake), fake) + loss_of(tf.zeros_like(true), true)
                    else:
                        loss = loss_of(tf.zeros_like(fake), fake)
                variables = part.trainable_weights
                optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
                mean.update_state(loss)
            return {m.name: m.result() for m in self.means}

    m = M()
    m.compile(w.keras.optimizers.SGD(0.1), w.keras.optimizers.Adam(0.1), **w.arguments)
    return w.fit(m, y=None), m.metrics_names


@case
def test_and_predict_steps(tf, w):
    class M(w.Two):
        def test_step(self, data):
            return {**super().test_step(data), "own": tf.reduce_sum(data[0])}

        def predict_step(self, data):
            x = data[0] if isinstance(data, tuple) else data
            return super().predict_step(data) * 2, x[:, :1]

    m = w.compiled(M(), metrics=["mae"])
    logs = {k: rounded(v) for k, v in m.evaluate(X, Y, verbose=0, return_dict=True).items()}
    return logs, [rounded(y) for y in m.predict(X, batch_size=4, verbose=0)]


@case
def loss_of_ones_own(tf, w):
    class M(w.Two):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return 2 * tf.reduce_mean(tf.square(y_pred - y))

        def compute_metrics(self, x, y, y_pred, sample_weight):
            return {**super().compute_metrics(x, y, y_pred, sample_weight), "mean": tf.reduce_mean(y_pred)}

    m = w.compiled(M(), loss=None, metrics=["mae"])
    return w.fit(m), m.metrics_names


@case
def compile_of_ones_own(tf, w):
    class M(w.Two):
        def compile(self, alpha=1.0, **k):
            super().compile(**k)
            self.alpha = alpha

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return self.alpha * super().compute_loss(x, y, y_pred, sample_weight)

    m = M()
    m.compile(alpha=0.5, optimizer="sgd", loss="mse", **w.arguments)
    return w.fit(m)


@case
def train_function_wrapped(tf, w):
    calls = []

    class M(w.Two):
        def make_train_function(self, force=False):
            calls.append("made")
            function = super().make_train_function(force)

            def counted(iterator):
                calls.append("run")
                return function(iterator)

            self.train_function = counted
            return counted

    return w.fit(w.compiled(M())), calls


@case
def train_function_of_ones_own(tf, w):
    class M(w.Two):
        def make_train_function(self, force=False):
            @tf.function
            def function(iterator):
                return {**self.train_step(next(iterator)), "three": 3.0}

            return function

    return w.fit(w.compiled(M()))


@case
def functions_called(tf, w):
    m = w.compiled(w.Two(), metrics=["mae"])
    none = [m.train_function, m.test_function, m.predict_function]
    m(X)
    iterator = iter(tf.data.Dataset.from_tensor_slices((X, Y)).batch(5))
    logs = [m.make_test_function()(iterator), m.make_train_function()(iterator)]
    same = m.train_function is m.make_train_function()
    inputs = iter(tf.data.Dataset.from_tensor_slices((X,)).batch(5))
    y = m.make_predict_function()(inputs)
    return none, [{k: rounded(v) for k, v in log.items()} for log in logs], same, rounded(y)


@case
def losses_added(tf, w):
    class Lay(w.keras.layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_sum(x) * 0.01)
            return x

    class M(w.Two):
        def __init__(self):
            super().__init__()
            self.lay = Lay()
            self.add_loss(lambda: tf.reduce_sum(self.a.kernel) * 0.1)

        def call(self, x):
            h = self.lay(self.a(x))
            self.add_loss(0.1 * tf.reduce_mean(h))
            self.add_loss(0.5)
            return self.b(h)

    m = w.compiled(M())
    logs = w.fit(m)
    m(X)
    return logs, sorted(rounded(v) for v in m.losses), rounded(m.evaluate(X, Y, verbose=0))


@case
def loss_added_and_no_other(tf, w):
    class M(w.Two):
        def call(self, x):
            y = super().call(x)
            self.add_loss(tf.reduce_mean(tf.square(y)))
            return y

    return w.fit(w.compiled(M(), loss=None), y=None)


@case
def loss_added_outside(tf, w):
    m = w.Two()
    m(X)
    m.add_loss(tf.constant(1.0))


@case
def metrics_added(tf, w):
    class Lay(w.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.sum = w.keras.metrics.Mean(name="sum")

        def call(self, x):
            self.add_metric(self.sum(tf.reduce_sum(x)), name="other")
            return x

    class M(w.Two):
        def __init__(self):
            super().__init__()
            self.lay = Lay()

        def call(self, x):
            y = self.b(self.lay(self.a(x)))
            self.add_metric(tf.reduce_mean(y), name="mean", aggregation="mean")
            self.add_metric(tf.reduce_max(y), name="max")
            return y

    m = w.compiled(M(), metrics=["mae"])
    logs = w.fit(m)
    return dict(sorted(logs.items())), sorted(m.metrics_names)


@case
def training_argument(tf, w):
    seen = []

    class M(w.Two):
        def call(self, x, training=None):
            seen.append(training if training is None else bool(training))
            return super().call(x)

    m = w.compiled(M())
    m(X), m(X, training=True), m(X, True)
    w.fit(m), m.evaluate(X, Y, verbose=0), m.predict(X, verbose=0)
    return seen[:3], sorted({str(v) for v in seen})


@case
def outputs_in_a_tuple(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = w.dense(2), w.dense(3)

        def call(self, x):
            return self.a(x), self.b(x)

    m = w.compiled(M(), loss=["mse", "mae"], metrics=[["mae"], []])
    return w.fit(m, y=[Y, X[:, :3]]), m.metrics_names, [rounded(y) for y in m.predict(X, verbose=0)]


@case
def outputs_in_a_dict(tf, w):
    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = w.dense(2), w.dense(3)

        def call(self, x):
            return {"u": self.a(x), "v": self.b(x)}

    m = w.compiled(M(), loss={"u": "mse", "v": "mae"})
    return w.fit(m, y={"u": Y, "v": X[:, :3]}), {k: rounded(y) for k, y in m.predict(X, verbose=0).items()}


@case
def subclass_of_sequential(tf, w):
    class S(w.keras.Sequential):
        def __init__(self):
            super().__init__()
            self.add(w.dense(3, activation="relu"))
            self.add(w.dense(2))

        def train_step(self, data):
            return {**super().train_step(data), "two": tf.constant(2.0)}

    return w.fit(w.compiled(S()))


# ---------------------------------------------------------------------------------------- parts of one's own


@case
def losses_of_ones_own(tf, w):
    class Scaled(w.keras.losses.Loss):
        def __init__(self, k=1.0, **more):
            super().__init__(**more)
            self.k = k

        def call(self, y, p):
            return self.k * tf.reduce_mean(tf.square(y - p), axis=-1)

        def get_config(self):
            return {**super().get_config(), "k": self.k}

    def by_sample(y, p):
        return w.keras.backend.mean(w.keras.backend.square(y - p), axis=-1)

    def scalar(y, p):
        return w.keras.backend.mean(w.keras.backend.square(y - p))

    logs = [w.fit(w.compiled(w.Two(), loss=loss)) for loss in (Scaled(2.0, name="own"), by_sample, scalar)]
    return logs, Scaled(2.0, name="own").get_config(), Scaled.from_config({"k": 3.0}).k


@case
def metrics_of_ones_own(tf, w):
    class Sum(w.keras.metrics.Metric):
        def __init__(self, name="total", **k):
            super().__init__(name=name, **k)
            self.total = self.add_weight(name="t", initializer="zeros")

        def update_state(self, y, p, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(p))

        def result(self):
            return self.total

        def reset_state(self):
            self.total.assign(0.0)

    class Both(Sum):
        def result(self):
            return {"once": self.total, "twice": self.total * 2}

    def mean_pred(y_true, y_pred):
        return w.keras.backend.mean(y_pred)

    m = w.compiled(w.Two(), metrics=[Sum(), mean_pred, lambda y, p: tf.reduce_max(p)])
    n = w.compiled(w.Two(), metrics=[Both(name="both")])
    return w.fit(m), m.metrics_names, w.fit(n), n.metrics_names


@case
def parts_of_layers_of_ones_own(tf, w):
    class Ridge(w.keras.regularizers.Regularizer):
        def __init__(self, s):
            self.s = s

        def __call__(self, x):
            return self.s * tf.reduce_sum(tf.square(x))

        def get_config(self):
            return {"s": self.s}

    class Level(w.keras.initializers.Initializer):
        def __call__(self, shape, dtype=None, **k):
            return tf.fill(shape, 0.3)

    class Clip(w.keras.constraints.Constraint):
        def __call__(self, x):
            return tf.clip_by_value(x, -0.05, 0.05)

    def ones(shape, dtype=None):
        return np.full(shape, 0.2)

    def swish(x):
        return x * w.keras.backend.sigmoid(x)

    logs = []
    for k in (
        {"kernel_regularizer": Ridge(0.1)},
        {"kernel_regularizer": lambda x: 0.1 * tf.reduce_sum(tf.abs(x))},
        {"kernel_initializer": Level()},
        {"kernel_initializer": ones},
        {"kernel_initializer": "ones", "kernel_constraint": Clip()},
        {"kernel_initializer": "ones", "bias_constraint": lambda x: tf.clip_by_value(x, -0.01, 0.01)},
        {"kernel_initializer": "ones", "activation": swish},
        {"kernel_initializer": "ones", "activation": lambda x: tf.nn.relu(x) * 2},
    ):
        k = {"kernel_initializer": w.keras.initializers.Constant(0.1), **k}
        m = w.compiled(w.keras.Sequential([w.keras.layers.Dense(2, input_shape=(4,), **k)]))
        logs.append([w.fit(m), rounded(m.get_weights()[0]), [rounded(v) for v in m.losses]])
    return logs


@case
def optimizers_of_ones_own(tf, w):
    class Twice(w.keras.optimizers.SGD):
        def update_step(self, gradient, variable):
            super().update_step(gradient * 2.0, variable)

    class Half(w.keras.optimizers.SGD):
        def apply_gradients(self, pairs, *args, **k):
            return super().apply_gradients([(g * 0.5, v) for g, v in pairs], *args, **k)

    return [w.fit(w.compiled(w.Two(), optimizer=optimizer)) for optimizer in (Twice(0.1), Half(0.1))]


@case
def callbacks_of_ones_own(tf, w):
    seen = []

    class C(w.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append([epoch, sorted(logs)])

        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    m = w.compiled(w.Two())
    w.fit(m, callbacks=[C(), w.keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(["again", e]))])
    return seen


@case
def layers_of_ones_own(tf, w):
    class Linear(w.keras.layers.Layer):
        def __init__(self, units=2, **k):
            super().__init__(**k)
            self.units = units

        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], self.units), initializer=w.keras.initializers.Constant(0.1))
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

        def call(self, x):
            return tf.matmul(x, self.w) + self.b

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    m = w.keras.Sequential([Linear(3, input_shape=(4,)), Linear(2)])
    logs = w.fit(w.compiled(m))
    again = w.keras.Sequential.from_config(m.get_config(), custom_objects={"Linear": Linear})
    copy = w.keras.models.clone_model(m)
    return logs, names(m.weights), again.layers[0].units, shapes(copy.weights)


# ---------------------------------------------------------------------------------------- configurations


@case
def configurations(tf, w):
    class M(w.keras.Model):
        def __init__(self, units=2, **k):
            super().__init__(**k)
            self.units = units
            self.d = w.dense(units)

        def call(self, x):
            return self.d(x)

        def get_config(self):
            return {"units": self.units, "name": self.name}

    m = M(5, name="five")
    read = w.keras.models.model_from_json(m.to_json(), custom_objects={"M": M})
    made = M.from_config(m.get_config())
    copy = w.keras.models.clone_model(m)
    return [[n.units, n.name] for n in (read, made, copy)]


@case
def configuration_that_does_not_fit(tf, w):
    class M(w.keras.Model):
        def __init__(self, units=2):
            super().__init__()

    M.from_config({"unitz": 3})


@case
def clone_function(tf, w):
    layers = w.keras.layers
    m = w.keras.Sequential([w.dense(3, input_shape=(4,), name="a"), layers.Dropout(0.5), w.dense(2, name="b")])

    def weaker(layer):
        if isinstance(layer, layers.Dropout):
            return layers.Dropout(0.1, name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    copy = w.keras.models.clone_model(m, clone_function=weaker)
    return [[layer.name, getattr(layer, "rate", None)] for layer in copy.layers], copy.built, shapes(copy.weights)


@case
def custom_objects(tf, w):
    utils = w.keras.utils

    def one(x):
        return x

    def two(x):
        return -x

    found = []
    with utils.custom_object_scope({"f": one}):
        with utils.CustomObjectScope({"f": two}):
            found.append(w.keras.activations.get("f") is two)
        found.append(w.keras.activations.get("f") is one)
    utils.get_custom_objects()["g"] = one
    found.append(w.keras.layers.Dense(2, activation="g").activation is one)
    utils.get_custom_objects().pop("g")

    @utils.register_keras_serializable()
    class Bar(w.keras.layers.Layer):
        pass

    @utils.register_keras_serializable(package="pack", name="other")
    def three(x):
        return x * 3

    m = w.keras.Sequential([w.keras.layers.Dense(2, activation=three, input_shape=(3,)), Bar()])
    again = w.keras.Sequential.from_config(m.get_config())
    found += [again.layers[0].activation is three, type(again.layers[1]) is Bar]
    found += [utils.get_registered_name(t) for t in (Bar, three, w.keras.layers.Dense)]
    return found, utils.get_registered_object("Custom>Bar") is Bar, utils.get_registered_object("none")


@case
def name_that_nobody_knows(tf, w):
    w.keras.layers.Dense(2, activation="nobody_knows_it")


# -------------------------------------------------------------------------------------------------- summary


def table(model, **k):
    """The cells of the lines of `summary`: neither rules nor sizes in bytes, which are a matter of the layout."""
    lines = []
    model.summary(print_fn=lambda line, *args, **more: lines.append(line), **k)
    rows = [line.partition(" (" if "params:" in line else "\n")[0].replace("|", " ").split() for line in lines]
    return [row for row in rows if row and not set("".join(row)) <= set("_=¯")]


def nested_model(tf, w):
    class Inner(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.d, self.e = w.dense(3), w.dense(3)

        def call(self, x):
            return self.d(self.e(x))

    class M(w.keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = Inner()
            self.seq = w.keras.Sequential([w.dense(3), w.dense(2)])
            self.unused = w.dense(7)
            self.drop = w.keras.layers.Dropout(0.5)

        def call(self, x):
            return self.seq(self.drop(self.inner(x)))

    m = M()
    m.build((None, 4))
    m.inner.d.trainable = False
    return m


@case
def summary_of_a_subclass(tf, w):
    m = nested_model(tf, w)
    more = [{"expand_nested": True}, {"show_trainable": True, "line_length": 100}, {"layer_range": ["inner", "seq"]}]
    return [table(m, line_length=90), *[table(m, **{"line_length": 90, **k}) for k in more]]


@case
def summary_of_sequentials(tf, w):
    deep = w.keras.Sequential([w.dense(2)], name="deep")
    inner = w.keras.Sequential([w.dense(5, input_shape=(3,)), deep], name="inside")
    m = w.keras.Sequential([w.dense(3, input_shape=(4,)), inner], name="outside")
    m.layers[0].trainable = False
    more = [{"expand_nested": True, "show_trainable": True}, {"layer_range": ["inside", "inside"]}]
    return [table(m), *[table(m, **k) for k in more], table(m, positions=[0.4, 0.7, 1.0])]


@case
def summary_with_a_bad_range(tf, w):
    m = w.keras.Sequential([w.dense(3, input_shape=(4,))])
    m.summary(layer_range=["a", "b"])
