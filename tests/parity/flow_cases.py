"""Control flow on tensors and variables made in a first call, as programs for TensorFlow have them. Each case takes `tf` and
returns JSON, numbers rounded to 5 digits; an error is a case's result, too.
"""

import numpy as np

CASES = {}
X = (np.arange(12).reshape(4, 3) % 5 - 1.5).astype("float32")
Y = np.array([[1.0], [0.0], [2.0], [1.0]], "float32")


def case(function):
    CASES[function.__name__] = function
    return function


def run(tf, name):
    """The result of a case, or its error."""
    tf.keras.backend.clear_session()
    try:
        return plain(CASES[name](tf))
    except Exception as e:
        return {"raises": type(e).__name__}


def plain(x):
    """As JSON."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x if x is None or isinstance(x, str) else np.round(np.asarray(x, "float64"), 5).tolist()


def dense(tf, units, value=0.1, **k):
    return tf.keras.layers.Dense(units, kernel_initializer=tf.keras.initializers.Constant(value), **k)


# ------------------------------------------------------------------------------------------------ Python's own, on tensors


@case
def if_of_a_tensor(tf):
    @tf.function
    def f(x):
        if tf.reduce_sum(x) > 0:
            y = x * 2.0
        else:
            y = x - 1.0
        return y

    return [f(tf.constant(X)), f(tf.constant(-X)), f(tf.constant([1.0, 2.0])), f(tf.constant([-1.0]))]


@case
def elif_and_boolean_operators(tf):
    @tf.function
    def f(x):
        if x > 10.0 and x < 20.0:
            y = x * 1.0
        elif x < 0.0 or x > 100.0:
            y = x * 2.0
        elif not x > 5.0:
            y = x * 3.0
        else:
            y = x * 4.0
        return y

    return [f(tf.constant(v)) for v in (15.0, -1.0, 101.0, 3.0, 7.0)]


@case
def for_over_a_range(tf):
    @tf.function
    def f(n):
        total = tf.constant(0)
        for i in tf.range(n):
            if i % 2 == 0:
                continue
            if i > 8:
                break
            total += i
        return total

    return [f(tf.constant(5)), f(tf.constant(50)), f(4)]


@case
def for_over_rows(tf):
    @tf.function
    def f(x):
        best = x[0]
        for row in x:
            if tf.reduce_sum(row) > tf.reduce_sum(best):
                best = row
        return best

    return [f(tf.constant(X)), f(tf.constant(-X))]


@case
def while_of_a_tensor(tf):
    @tf.function
    def collatz(n):
        steps = tf.constant(0)
        while n > 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    return [collatz(tf.constant(n)) for n in (1, 6, 27)]


@case
def for_over_a_dataset(tf):
    data = tf.data.Dataset.from_tensor_slices(X).batch(2)

    @tf.function
    def f(data):
        total = tf.constant(0.0)
        for x in data:
            total = total * 2.0 + tf.reduce_sum(x)
        return total

    return [f(data), f(data.take(1)), f(data)]


@case
def next_of_an_iterator(tf):
    it = iter(tf.data.Dataset.range(4))

    @tf.function
    def f():
        return next(it) * 10

    return [f(), f(), f()]


@case
def a_training_loop_in_a_function(tf):
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(2).repeat(2)
    model = tf.keras.Sequential([dense(tf, 3, activation="relu"), dense(tf, 1)])
    optimizer = tf.keras.optimizers.SGD(0.05)

    @tf.function
    def train(data):
        loss = tf.constant(0.0)
        for x, y in data:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x) - y) ** 2)
            grads = tape.gradient(loss, model.trainable_variables)
            if tf.linalg.global_norm(grads) > 0.5:
                grads = [g * 0.5 for g in grads]
            optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))
        return loss

    return [train(data), train(data), model.get_weights()]


@case
def assignments_in_a_branch(tf):
    v = tf.Variable(0.0)

    @tf.function
    def f(x):
        if x > 0.0:
            v.assign_add(x)
        else:
            v.assign(100.0)
        return v * 1.0

    return [f(tf.constant(x)) for x in (1.0, 2.0, -1.0, 3.0)]


@case
def if_of_a_variable(tf):
    step = tf.Variable(0, dtype=tf.int64)

    @tf.function
    def f(x):
        step.assign_add(1)
        if step % 2 == 0:
            return x
        return -x

    return [f(tf.constant(1.0)) for _ in range(4)]


@case
def gradient_of_the_branch_taken(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            if x > 0.0:
                y = tf.sqrt(x)
            else:
                y = x * 3.0
        return tape.gradient(y, x)

    return [f(tf.constant(v)) for v in (4.0, 0.0, -1.0)]


@case
def gradient_outside_of_the_function(tf):
    @tf.function
    def f(x):
        for _ in tf.range(3):
            if tf.reduce_sum(x) < 10.0:
                x = x * x
        return x

    x = tf.Variable([2.0, 1.0])
    with tf.GradientTape() as tape:
        y = f(x)
    return [y, tape.gradient(y, x)]


@case
def numbers_become_tensors(tf):
    @tf.function
    def f(x):
        return {"a": 1.5, "b": (x, 2, True), "c": None}

    made = f(tf.constant(1.0))
    return [made["a"].dtype.name, made["b"][1].dtype.name, made["b"][2].dtype.name, made]


# ------------------------------------------------------------------------------------------------ cond and its like


@case
def cond_runs_one_branch(tf):
    v = tf.Variable(0.0)

    def yes(x):
        v.assign_add(1.0)
        return x * 2.0

    def no(x):
        v.assign_add(10.0)
        return -x

    @tf.function
    def f(x):
        return tf.cond(tf.reduce_sum(x) > 0, lambda: yes(x), lambda: no(x))

    made = []
    for x in (X, -X, X):
        made += [f(tf.constant(x)), v.numpy()]
    return made


@case
def cond_of_structures(tf):
    @tf.function
    def f(x):
        return tf.cond(x > 0.0, lambda: {"a": x, "b": [x * 2.0]}, lambda: {"a": -x, "b": [x * 3.0]})

    return [f(tf.constant(1.0)), f(tf.constant(-1.0))]


@case
def cond_of_other_shapes(tf):
    @tf.function
    def f(x):
        return tf.cond(x > 0.0, lambda: tf.ones((2,)), lambda: tf.ones((3,)))

    return [f(tf.constant(1.0)), f(tf.constant(-1.0))]


@case
def gradient_of_cond(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.cond(x > 0.0, lambda: tf.math.log(x), lambda: x * x)
        return tape.gradient(y, x)

    return [f(tf.constant(v)) for v in (4.0, 0.0, -1.0)]


@case
def cond_in_cond(tf):
    @tf.function
    def f(x):
        return tf.cond(
            x > 0.0,
            lambda: tf.cond(x > 1.0, lambda: x * 2.0, lambda: x * 3.0),
            lambda: tf.cond(x < -1.0, lambda: x, lambda: -x),
        )

    return [f(tf.constant(v)) for v in (2.0, 0.5, -2.0, -0.5)]


@case
def cond_with_a_vector(tf):
    return tf.function(lambda x: tf.cond(x > 0.0, lambda: x, lambda: -x))(tf.constant([1.0, 2.0]))


@case
def case_and_switch_case(tf):
    v = tf.Variable(0)

    def branch(k):
        v.assign_add(10**k)
        return tf.constant(k)

    @tf.function
    def f(i):
        return tf.switch_case(
            i, {0: lambda: branch(0), 1: lambda: branch(1), 2: lambda: branch(2)}, default=lambda: branch(3)
        )

    @tf.function
    def g(x):
        return tf.case([(x < 1.0, lambda: branch(4)), (x < 2.0, lambda: branch(5))], default=lambda: branch(6))

    return [[f(tf.constant(i)), v.numpy()] for i in (0, 1, 2, 7, -1)] + [
        [g(tf.constant(x)), v.numpy()] for x in (0.5, 1.5, 2.5)
    ]


@case
def case_that_is_exclusive(tf):
    f = tf.function(lambda x: tf.case([(x < 1.0, lambda: x), (x < 2.0, lambda: -x)], exclusive=True))
    return f(tf.constant(1.5))


@case
def case_without_a_true_one(tf):
    return tf.function(lambda x: tf.case([(x < 1.0, lambda: x), (x < 2.0, lambda: -x)]))(tf.constant(5.0))


@case
def while_loop_on_values(tf):
    @tf.function
    def f(x):
        return tf.while_loop(lambda i, x: tf.reduce_sum(x) < 99.0, lambda i, x: (i + 1, x * 2.0), [tf.constant(0), x])

    return [f(tf.constant(np.abs(X))), f(tf.constant([1.0, 2.0]))]


@case
def gradient_of_while_loop(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.while_loop(lambda y: y < 50.0, lambda y: (y * x,), [x])[0]
        return y, tape.gradient(y, x)

    return [f(tf.constant(v)) for v in (2.0, 3.0, 60.0)]


@case
def while_loop_with_variables_and_most_turns(tf):
    v = tf.Variable(0.0)

    @tf.function
    def f(n):
        def body(i):
            v.assign_add(tf.cast(i, tf.float32))
            return [i + 1]

        return tf.while_loop(lambda i: i < n, body, [tf.constant(0)], maximum_iterations=4)

    return [f(tf.constant(3)), v.numpy(), f(tf.constant(9)), v.numpy()]


# ------------------------------------------------------------------------------------------------ in layers and models


def trained(tf, model, **k):
    model.compile(**{"optimizer": tf.keras.optimizers.SGD(0.05), "loss": "mse", **k})
    history = model.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0).history
    return [history, model.evaluate(X, Y, verbose=0), model.predict(X, verbose=0), model(X), model.get_weights()]


@case
def lambda_with_cond(tf):
    i = tf.keras.Input((3,))
    x = tf.keras.layers.Lambda(lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0))(i)
    return trained(tf, tf.keras.Model(i, dense(tf, 1)(x)))


@case
def sequential_with_cond(tf):
    act = tf.keras.layers.Lambda(lambda x: tf.cond(tf.reduce_mean(x) > 0.1, lambda: x, lambda: x * 0.5))
    return trained(tf, tf.keras.Sequential([dense(tf, 2), act, dense(tf, 1)]))


def scaled_layer(tf):
    class Scaled(tf.keras.layers.Layer):
        def build(self, shape):
            self.count = self.add_weight(name="count", shape=(), initializer="zeros", trainable=False)
            self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")

        def call(self, x, training=False):
            if tf.reduce_sum(x) > 0:
                self.count.assign_add(1.0)
                x = x * self.scale
            else:
                x = x * 0.5
            return x

    return Scaled()


@case
def layer_with_if(tf):
    i = tf.keras.Input((3,))
    return trained(tf, tf.keras.Model(i, dense(tf, 1)(scaled_layer(tf)(i))))


@case
def model_with_if(tf):
    class M(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.scaled, self.out = scaled_layer(tf), dense(tf, 1)

        def call(self, x):
            for _ in tf.range(tf.cast(tf.reduce_max(x), tf.int32)):
                x = x * 0.5
            return self.out(self.scaled(x))

    return trained(tf, M())


@case
def layer_with_while(tf):
    class Halved(tf.keras.layers.Layer):
        def call(self, x):
            while tf.reduce_max(tf.abs(x)) > 1.0:
                x = x / 2.0
            return x

    i = tf.keras.Input((3,))
    m = tf.keras.Model(i, dense(tf, 1)(Halved()(i)))
    return [m.output_shape, *trained(tf, m)]


@case
def rows_chosen_by_a_mask(tf):
    i = tf.keras.Input((3,))
    chosen = tf.keras.layers.Lambda(lambda x: tf.boolean_mask(x, x[:, 0] > 0))(i)
    m = tf.keras.Model(i, dense(tf, 1)(chosen))
    return [m.output_shape, m(X), m.predict_on_batch(X)]


@case
def train_step_with_cond(tf):
    class M(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.d = dense(tf, 1)
            self.skipped = tf.Variable(0, trainable=False)

        def call(self, x):
            return self.d(x)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x) - y) ** 2)
            grads = tape.gradient(loss, self.trainable_variables)

            def step():
                self.optimizer.apply_gradients(zip(grads, self.trainable_variables, strict=True))
                return self.skipped.read_value()

            tf.cond(loss > 1.0, step, lambda: self.skipped.assign_add(1))
            return {"loss": loss, "skipped": self.skipped}

    m = M()
    m.compile(tf.keras.optimizers.SGD(0.1))
    return [m.fit(X, Y, batch_size=2, epochs=3, shuffle=False, verbose=0).history, m.get_weights()]


@case
def loss_and_metric_with_if(tf):
    def loss(y, p):
        e = tf.reduce_mean(tf.abs(y - p))
        if e > 0.8:
            return e * 2.0
        return e * e

    def metric(y, p):
        return tf.cond(tf.reduce_mean(p) > 0, lambda: 1.0, lambda: 0.0)

    return trained(tf, tf.keras.Sequential([dense(tf, 1)]), loss=loss, metrics=[metric])


@case
def backend_switch(tf):
    k = tf.keras.backend

    @tf.function
    def f(x):
        return k.switch(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: -x), k.switch(x[0] > 0, x, x * 3.0)

    return [f(tf.constant([1.0, 2.0])), f(tf.constant([-1.0, -2.0]))]


# ------------------------------------------------------------------------------------------------ variables in a first call


@case
def variable_of_the_argument(tf):
    class Sum:
        def __init__(self):
            self.v = None

        @tf.function
        def __call__(self, x):
            if self.v is None:
                self.v = tf.Variable(tf.zeros_like(x))
            self.v.assign_add(x)
            return self.v * 1.0

    a, b = Sum(), Sum()
    return [a(tf.constant([1.0, 2.0])), a(tf.constant([1.0, 2.0])), b(tf.constant(3.0)), a(tf.constant([5.0, 5.0]))]


@case
def variable_of_a_number(tf):
    made = []

    @tf.function
    def f(x):
        if not made:
            made.append(tf.Variable(2.0))
            made[0].assign(5.0)
        made[0].assign_add(1.0)
        return made[0] * x

    return [f(tf.constant(1.0)), f(tf.constant(1.0)), f(tf.constant([1.0, 2.0]))]


@case
def variable_of_random_numbers(tf):
    class Linear(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = None

        @tf.function
        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable(tf.random.normal([x.shape[-1], 2]))
                self.b = tf.Variable(lambda: tf.zeros([2]))
            return x @ self.w + self.b

    f = Linear()
    f(tf.constant(X))
    return [np.abs(np.asarray(f(tf.constant(X))) - X @ f.w.numpy()).max() < 1e-5, f.w.shape.as_list(), len(f.variables)]


@case
def layers_made_in_a_first_call(tf):
    class Net:
        layer = None

        @tf.function
        def run(self, x):
            if self.layer is None:
                self.layer = dense(tf, 2)
            return self.layer(x)

    n = Net()
    return [n.run(tf.constant(X)), n.run(tf.constant(X[:2])), len(n.layer.weights)]


@case
def variable_in_each_call(tf):
    return tf.function(lambda x: tf.Variable(1.0) * x)(tf.constant(1.0))


@case
def variable_of_the_argument_in_each_call(tf):
    return tf.function(lambda x: tf.Variable(x) * x)(tf.constant(1.0))


@case
def variable_in_each_step(tf):
    class M(tf.keras.Model):
        def call(self, x):
            return x * tf.Variable(1.0)

    m = M()
    m.compile("sgd", "mse")
    return m.predict(X, verbose=0)


@case
def variable_made_in_a_first_step(tf):
    class M(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.d, self.total = dense(tf, 1), None

        def call(self, x):
            if self.total is None:
                self.total = tf.Variable(tf.zeros([3]), trainable=False)
            self.total.assign_add(tf.reduce_sum(x, axis=0))
            return self.d(x)

    m = M()
    m.compile("sgd", "mse")
    m.fit(X, Y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    return [m.total.numpy(), len(m.weights)]


# ------------------------------------------------------------------------------------------------ signatures


@case
def concrete_functions(tf):
    f = tf.function(lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x, lambda: -x))
    g = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    return [g(tf.constant([1.0])), g(tf.constant([-1.0, -2.0]))]


@case
def input_signature_with_an_if(tf):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], reduce_retracing=True)
    def f(x):
        if tf.shape(x)[0] > 2:
            return x[:2]
        return x

    return [f(tf.constant([1.0])), f(tf.constant([1.0, 2.0, 3.0])), f([1.0, 2.0])]
