"""Record what TensorFlow gives: run with tensorflow-cpu 2.15.1, writes tf.json beside this file.

EXPRESSIONS are evaluated with `tf` (the real one here, pyseq.tf in test_tf.py), `np` and the arrays below.
"""

import inspect
import json
from pathlib import Path

import numpy as np

A = np.array([[-2.0, -0.5, 0.0], [0.25, 1.0, 3.0]], "float32")
B = np.array([[1.0, 2.0, 0.5], [-1.0, 4.0, 3.0]], "float32")
P = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32")
I = np.array([[3, -7, 2], [0, 5, -2]], "int32")  # noqa: E741
T = np.array([[True, False, True], [True, True, True]])

UNARY = "abs ceil cos erf exp floor negative reciprocal round sigmoid sign sin softplus square tanh".split()
POSITIVE = "log log1p rsqrt sqrt".split()
BINARY = (
    "add divide divide_no_nan equal greater greater_equal less less_equal maximum minimum multiply not_equal "
    "squared_difference subtract floordiv floormod"
).split()
REDUCTIONS = "logsumexp max mean min prod std sum variance".split()
NN = "elu gelu leaky_relu log_softmax relu relu6 selu silu softmax softplus softsign swish".split()
DIFFERENTIATED = [
    *(f"tf.math.{name}(x)" for name in UNARY),
    *(f"tf.math.{name}(x + 4.0)" for name in POSITIVE),
    *(f"tf.nn.{name}(x)" for name in NN),
    *(f"tf.math.{name}(x, B)" for name in "add divide maximum minimum multiply squared_difference subtract".split()),
    *(f"tf.math.{name}(x, B[0])" for name in ("add", "divide_no_nan", "multiply")),
    *(f"tf.math.reduce_{name}(x, axis=1)" for name in REDUCTIONS),
    *(f"tf.math.reduce_{name}(x + 0.1, axis=[0], keepdims=True)" for name in REDUCTIONS),
    *(f"tf.math.reduce_{name}(x + 0.1)" for name in REDUCTIONS),
    "tf.nn.gelu(x, approximate=True)",
    "tf.nn.leaky_relu(x, alpha=0.1)",
    "tf.nn.silu(x, beta=2.0)",
    "tf.nn.softmax(x, axis=0)",
    "tf.nn.log_softmax(x, axis=0)",
    "tf.nn.l2_loss(x)",
    "tf.nn.l2_normalize(x, axis=1)",
    "tf.nn.l2_normalize(x)",
    "tf.nn.softmax_cross_entropy_with_logits(labels=P, logits=x)",
    "tf.nn.softmax_cross_entropy_with_logits(P, x, axis=0)",
    "tf.nn.softmax_cross_entropy_with_logits([[1, 0, 0], [0, 0, 1]], x)",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)",
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=P, logits=x)",
    "tf.matmul(x, B, transpose_b=True)",
    "tf.matmul(B, x, True)",
    "tf.reshape(x, [3, -1]) * [1.0, 2.0]",
    "tf.transpose(x) * [1.0, 2.0]",
    "tf.expand_dims(x, 1) * B",
    "tf.squeeze(tf.reshape(x, [1, 2, 3]), 0) * B",
    "tf.broadcast_to(x[0], [2, 3]) * B",
    "tf.concat([x, B], axis=0) * 2.0",
    "tf.stack([x, x * B], axis=1)",
    "tf.unstack(x)[1] * 3.0",
    "tf.split(x, [1, 2], axis=1)[1] * 3.0",
    "tf.split(x, 3, 1)[0] * 3.0",
    "tf.tile(x, [1, 2]) * [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]",
    "tf.pad(x, [[1, 0], [0, 2]]) * 2.0",
    "tf.gather(x, [1, 1, 0]) * 2.0",
    "tf.gather(x, [2, 0], axis=1) * 2.0",
    "tf.reverse(x, [1]) * B",
    "tf.where(x > 0, x * 2.0, B)",
    "tf.clip_by_value(x, -1.0, 1.0)",
    "tf.identity(x) * 2.0",
    "tf.stop_gradient(x) * x",
    "tf.cast(tf.cast(x, tf.float64) * 2, 'float32')",
    "tf.pow(x, 3.0)",
    "x ** 2 / 2.0 - 3 * x + 1",
]
EXPRESSIONS = [
    "tf.constant(5)",
    "tf.constant(5.0)",
    "tf.constant([1, 2.5])",
    "tf.constant([[1, 2], [3, 4]])",
    "tf.constant(5, dtype=tf.float32)",
    "tf.constant(7, shape=[2, 2])",
    "tf.constant([1, 2, 3, 4], shape=(2, 2))",
    "tf.constant(True)",
    "tf.constant(np.float64(2))",
    "tf.constant(np.array([1.0, 2.0]))",
    "tf.constant(A, 'float64')",
    "tf.convert_to_tensor([1.0, 2.0])",
    "tf.zeros([2, 3])",
    "tf.zeros((), tf.int32)",
    "tf.ones(3, 'int64')",
    "tf.ones_like(I)",
    "tf.zeros_like(A, dtype='int32')",
    "tf.fill([2], 3.5)",
    "tf.fill((2, 1), 7)",
    "tf.eye(2)",
    "tf.eye(2, 3, batch_shape=[2])",
    "tf.range(5)",
    "tf.range(1, 2.0, 0.25)",
    "tf.range(3, dtype='float32')",
    "tf.linspace(0.0, 1.0, 5)",
    "tf.one_hot([0, 2, 5, -1], 3)",
    "tf.one_hot([[1], [0]], depth=2, on_value=5, off_value=-1)",
    "tf.one_hot([1, 0], 3, axis=0, dtype='int32')",
    "tf.shape(A)",
    "tf.size(A)",
    "tf.rank(A)",
    "tf.cast([1.9, -1.9], tf.int32)",
    "tf.cast([0, 2], tf.bool)",
    "tf.cast(T, 'float32')",
    "tf.argmax(A)",
    "tf.argmax(A, axis=1)",
    "tf.argmin(A, 1, output_type='int32')",
    "tf.reduce_sum(I)",
    "tf.reduce_mean(I)",
    "tf.reduce_max(I, axis=0)",
    "tf.reduce_all(T, axis=0)",
    "tf.reduce_any(~T, 1)",
    "tf.math.logical_and(T, ~T)",
    "tf.math.logical_or(T, ~T)",
    "tf.math.logical_xor(T, T)",
    "tf.math.logical_not(T)",
    "tf.math.is_nan([1.0, float('nan')])",
    "tf.math.is_finite([1.0, float('inf')])",
    "tf.where([[True, False], [True, True]])",
    "tf.where(T, 1, 2)",
    "tf.is_tensor(tf.constant(1))",
    "tf.is_tensor(1)",
    "tf.constant(I) // 2",
    "tf.constant(I) % 3",
    "tf.constant(A) > 0",
    "tf.abs(I)",
    "tf.square(I)",
    "tf.add(1, 2)",
    "tf.add(1.0, [1, 2])",
    "tf.multiply(I, 2)",
    "tf.maximum(I, 1)",
    "tf.matmul(A, B.T)",
    "tf.nn.relu([-1, 2])",
    "tf.nn.softmax([1.0, 2.0])",
    "tf.nn.softmax(np.array([[12, 3, 2.5]]))",
    "tf.losses.mean_squared_error([[1.0, 2.0]], [[2.0, 4.0]])",
    "tf.float32.name",
    "tf.bool.name",
    "tf.random.normal([2, 3]).shape == (2, 3)",
    "tf.random.uniform([4], maxval=10, dtype=tf.int32).dtype.name",
    *(f"tf.math.{name}(A, B)" for name in BINARY),
    *(
        f"tf.math.{name}(I, 3)"
        for name in "add floordiv floormod less multiply subtract maximum squared_difference".split()
    ),
]


def plain(value):
    """JSON of a result: dtype, shape and flat values, or the object itself."""
    if hasattr(value, "numpy"):
        array = value.numpy()
        return {"dtype": array.dtype.name, "shape": list(array.shape), "values": np.ravel(array).tolist()}
    return value


def evaluate(tf, text):
    return plain(eval(text, {"tf": tf, "np": np, "A": A, "B": B, "P": P, "I": I, "T": T}))


def differentiate(tf, text):
    """[value, gradient of its sum by x]."""
    x = tf.constant(A)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = eval(text, {"tf": tf, "x": x, "B": B, "P": P})
    dx = tape.gradient(y, x)
    return [plain(y), None if dx is None else plain(tf.convert_to_tensor(dx))]  # that of a gather is no tensor


def signatures(tf):
    """{module: {function: argument names}}."""
    found = {}
    for module in ("", "math", "nn", "random"):
        holder = getattr(tf, module) if module else tf
        functions = {n: getattr(holder, n) for n in dir(holder) if not n.startswith("_")}
        functions = {n: f for n, f in functions.items() if inspect.isroutine(f)}
        found[module] = {n: list(inspect.signature(f).parameters) for n, f in functions.items()}
    return found


if __name__ == "__main__":
    import tensorflow as tf

    kinds = {
        "values": {text: evaluate(tf, text) for text in EXPRESSIONS},
        "gradients": {text: differentiate(tf, text) for text in DIFFERENTIATED},
        "signatures": signatures(tf),
    }
    parts = [
        f"{json.dumps(kind)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in part.items()) + "\n}"
        for kind, part in kinds.items()
    ]
    Path(__file__).with_name("tf.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
