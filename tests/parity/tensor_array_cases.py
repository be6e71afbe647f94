"""tf.TensorArray and tf.autodiff.ForwardAccumulator in use. Each case takes `tf` and returns JSON; an error is a result, too."""

from tests.parity import flow_cases

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def run(tf, name):
    try:
        return flow_cases.plain(CASES[name](tf))
    except Exception as e:
        return {"raises": type(e).__name__}


# ------------------------------------------------------------------------------------------------ TensorArray


@case
def write_and_stack(tf):
    a = tf.TensorArray(tf.float32, size=3)
    for i in range(3):
        a = a.write(i, tf.constant([1.0, 2.0]) * i)
    return [a.stack(), a.size(), a.dtype.name, a.dynamic_size, a.element_shape.as_list(), a.gather([2, 0]), a.concat()]


@case
def write_is_in_place(tf):
    a = tf.TensorArray(tf.float32, 2)
    b = a.write(0, 5.0)
    return [a.read(0), b.size()]


@case
def dynamic_size(tf):
    a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in range(4):
        a = a.write(a.size(), float(i))
    return [a.size(), a.stack()]


@case
def sparse_writes(tf):
    a = tf.TensorArray(tf.float32, size=0, dynamic_size=True).write(2, [1.0, 2.0])
    return [a.size(), a.stack()]


@case
def unwritten_elements(tf):
    a = tf.TensorArray(tf.float32, size=3).write(1, [1.0, 2.0])
    return [a.stack(), a.size()]


@case
def nothing_written(tf):
    return tf.TensorArray(tf.float32, size=2, element_shape=(3,)).stack()


@case
def nothing_written_and_no_shape(tf):
    return tf.TensorArray(tf.float32, size=2).stack()


@case
def read_unwritten_with_a_shape(tf):
    return tf.TensorArray(tf.float32, size=2, element_shape=(3,)).read(1)


@case
def read_unwritten(tf):
    return tf.TensorArray(tf.float32, size=2).read(1)


@case
def read_twice(tf):
    a = tf.TensorArray(tf.float32, size=1).write(0, 1.0)
    return [a.read(0), a.read(0)]


@case
def read_twice_uncleared(tf):
    a = tf.TensorArray(tf.float32, size=1, clear_after_read=False).write(0, 1.0)
    return [a.read(0), a.read(0)]


@case
def read_then_stack(tf):
    a = tf.TensorArray(tf.float32, size=2).unstack([1.0, 2.0])
    return [a.read(0), a.stack()]


@case
def unstack_and_read(tf):
    a = tf.TensorArray(tf.int32, size=0, dynamic_size=True).unstack([[1, 2], [3, 4]])
    return [a.read(1), a.size()]


@case
def unstack_too_many(tf):
    return tf.TensorArray(tf.int32, size=1).unstack([1, 2]).stack()


@case
def unstack_fewer(tf):
    return tf.TensorArray(tf.int32, size=3).unstack([1, 2]).stack()


@case
def scatter(tf):
    return tf.TensorArray(tf.float32, size=3).scatter([2, 0], [[1.0], [2.0]]).stack()


@case
def split_and_concat(tf):
    a = tf.TensorArray(tf.float32, size=2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2])
    return [a.concat(), a.read(0), a.read(1)]


@case
def split_of_wrong_lengths(tf):
    return tf.TensorArray(tf.float32, size=2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 1]).concat()


@case
def split_into_another_number(tf):
    return tf.TensorArray(tf.float32, size=3, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2]).concat()


@case
def identity_and_close(tf):
    a = tf.TensorArray(tf.float32, size=1).write(0, 3.0)
    b = a.identity()
    b.close()
    return b.size()


@case
def beyond_the_end(tf):
    return tf.TensorArray(tf.float32, size=1).write(1, 1.0).stack()


@case
def before_the_start(tf):
    return tf.TensorArray(tf.float32, size=1).write(-1, 1.0).stack()


@case
def read_beyond_the_end(tf):
    return tf.TensorArray(tf.float32, size=1).read(1)


@case
def another_shape(tf):
    return tf.TensorArray(tf.float32, size=2).write(0, [1.0]).write(1, [1.0, 2.0]).stack()


@case
def another_shape_than_said(tf):
    return tf.TensorArray(tf.float32, size=2, element_shape=(3,)).write(0, [1.0]).stack()


@case
def another_dtype(tf):
    return tf.TensorArray(tf.float32, size=2).write(0, tf.constant(1)).stack()


@case
def numbers_become_the_dtype(tf):
    return tf.TensorArray("float32", size=2).write(0, 1).write(1, 2.5).stack()


@case
def without_a_size(tf):
    a = tf.TensorArray(tf.float32)
    return [a.size(), a.dynamic_size]


@case
def with_a_handle(tf):
    return tf.TensorArray(tf.float32, size=1, handle=1).size()


@case
def gradient(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        a = tf.TensorArray(tf.float32, size=3).unstack(x * x)
        b = tf.TensorArray(tf.float32, size=2)
        b = b.write(0, a.read(0) * a.read(1)).write(1, a.read(2))
        y = tf.reduce_sum(b.stack() * [1.0, 2.0])
    return [y, tape.gradient(y, x)]


@case
def in_a_function(tf):
    @tf.function
    def f(x):
        a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        total = tf.zeros(2)
        for i in tf.range(tf.shape(x)[0]):
            total = total + x[i]
            a = a.write(i, total)
        return a.stack()

    return [f(tf.ones((3, 2))), f(tf.ones((5, 2)))]


@case
def in_a_function_until(tf):
    @tf.function
    def f(x):
        a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        i = 0
        while tf.reduce_sum(x) < 20.0:
            x = x * 2.0
            a = a.write(i, x)
            i += 1
        return a.stack()

    return [f(tf.ones(2)), f(tf.ones(2) * 4.0)]


@case
def in_a_while_loop(tf):
    def f(x):
        a = tf.TensorArray(tf.float32, size=4)
        _, a, last = tf.while_loop(
            lambda i, a, x: i < 4, lambda i, a, x: (i + 1, a.write(i, x), x * 2.0), [tf.constant(0), a, x]
        )
        return a.stack(), last

    return [f(tf.constant(3.0)), tf.function(f)(tf.constant(3.0))]


@case
def gradient_in_a_function(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            a = tf.TensorArray(tf.float32, size=3)
            h = tf.zeros(())
            for t in tf.range(3):
                h = tf.tanh(h + x[t])
                a = a.write(t, h)
            y = tf.reduce_sum(a.stack())
        return tape.gradient(y, x)

    return f(tf.constant([0.1, 0.2, 0.3]))


# ------------------------------------------------------------------------------------------------ forward gradients


@case
def jvp(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0, -1.0])) as acc:
        y = tf.sin(x) * x
        z = tf.reduce_sum(y * y)
    return [acc.jvp(y), acc.jvp(z), acc.jvp({"a": y, "b": [z]})]


@case
def jvp_of_variables_and_structures(tf):
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([[3.0], [4.0]])
    with tf.autodiff.ForwardAccumulator(
        primals=[v, w], tangents=[tf.constant([1.0, 1.0]), tf.constant([[1.0], [0.0]])]
    ) as acc:
        y = tf.linalg.matvec(w, v[:1]) + v * v
    return acc.jvp(y)


@case
def jvp_of_what_does_not_depend(tf):
    x = tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = tf.constant(2.0) * 3.0
    return [acc.jvp(y), acc.jvp(y, unconnected_gradients=tf.UnconnectedGradients.ZERO)]


@case
def jvp_after_the_context(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    z = y * 3.0
    return [acc.jvp(y), acc.jvp(z)]


@case
def jvp_inside_the_context(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
        first = acc.jvp(y)
        z = y * x
    return [first, acc.jvp(z), acc.jvp(x)]


@case
def forward_over_reverse(tf):
    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.5])) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_prod(x) * tf.reduce_sum(x)
        g = tape.gradient(y, x)
    return [g, acc.jvp(g)]


@case
def reverse_over_forward(tf):
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
            y = x * x * x
        j = acc.jvp(y)
    return [j, tape.gradient(j, x)]


@case
def forward_over_forward(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as outer:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as inner:
            y = x * x * x
        j = inner.jvp(y)
    return [j, outer.jvp(j), outer.jvp(y)]


@case
def jvp_of_a_layer(tf):
    layer = tf.keras.layers.Dense(2, activation="relu", kernel_initializer="ones")
    x = tf.constant([[2.0, 3.0], [1.0, -4.0]])
    layer(x)
    with tf.autodiff.ForwardAccumulator(layer.kernel, tf.constant([[1.0, 0.0], [0.0, 2.0]])) as acc:
        y = layer(x)
    return acc.jvp(y)


@case
def jvp_in_a_function(tf):
    @tf.function
    def f(x, t):
        with tf.autodiff.ForwardAccumulator(x, t) as acc:
            y = tf.exp(x) * 2.0
        return acc.jvp(y)

    return f(tf.constant(1.0), tf.constant(3.0))


@case
def entered_twice(tf):
    acc = tf.autodiff.ForwardAccumulator(tf.constant(1.0), tf.constant(1.0))
    with acc, acc:
        pass
