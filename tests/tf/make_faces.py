"""Record what TensorFlow gives for keras.backend, control flow, debugging, config and modules: run with tensorflow-cpu 2.15.1,
writes faces.json beside this file.

EXPRESSIONS are evaluated with `tf` and `K` (the real ones here, pyseq's in test_faces.py), `np` and the values below. A result
is recorded with dtype, shape and values; an error by its class.
"""

import inspect
import json
from pathlib import Path

import numpy as np

A = np.arange(6, dtype="float32").reshape(2, 3)
P = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32")

BACKEND = """
abs(c(A) - 3.0)|all(c(A), axis=0)|any(c(A))|arange(5)|arange(1, 7, 2, 'float32')|arange(-3)|argmax(c(P))|argmin(c(P), 0)
batch_dot(c(np.ones((2, 3, 4), 'float32')), c(B345))|batch_dot(c(A), c(A), axes=1)|batch_dot(c(A), c(B345)[:, :3])
batch_dot(c(B345), c(B345), axes=(2, 2))|batch_dot(c(B345), c(A), axes=[1, -1])|batch_dot(c(B345), c(A), axes=0)
batch_flatten(c(B345))|bias_add(c(A), c([1.0, 2.0, 3.0]))|bias_add(c(B345), c([[1.0] * 5] * 4))
bias_add(c(B345), c([1.0, 2.0, 3.0, 4.0]), 'channels_first')
batch_normalization(c(A), c([1.0] * 3), c([2.0] * 3), c([0.5] * 3), c([2.0] * 3))|binary_crossentropy(c([1.0, 0.0]), c([0.7, 0.2]))
binary_crossentropy(c([1.0, 0.0]), c([0.7, -0.2]), from_logits=True)
binary_focal_crossentropy(c([[0.0, 1.0]]), c([[0.3, 0.7]]))
binary_focal_crossentropy(c([[0.0, 1.0]]), c([[0.3, 0.7]]), True, 0.4, 3.0, True)
categorical_crossentropy(c([[0.0, 1.0, 0.0]] * 2), c(P))|categorical_crossentropy(c([[0.0, 1.0, 0.0]] * 2), c(P), True)
categorical_focal_crossentropy(c([[0.0, 1.0, 0.0]] * 2), c(P))
categorical_focal_crossentropy(c([[0.0, 1.0, 0.0]] * 2), c(P), 0.5, 1.0, True)
cast(c(A), 'int32')|cast_to_floatx(tf.constant([1, 2]))|clip(c(A), 2, 4)|clip(c(A), 2, 1)|clip(c(A), None, 1)|clip(c(A), 3, None)
concatenate([c(A), c(A)])|concatenate([c(A), c(A)], 0)|constant(1, shape=(2,))|constant([1, 2], 'int32')|cos(c(A))
count_params(K.variable(A)).__int__()|cumprod(c(A), 1)|cumsum(c(A), 0)|dot(c(A), c(A.T))|dot(c(B345), c(P.T[:5]))
dot(c(B345), c(np.ones((2, 5, 3), 'float32')))|dtype(K.variable(A))|dtype(tf.constant(1))|elu(c(A) - 3.0, 2.0)
equal(c(A), c(A))|eval(K.variable(A))|exp(c(A))|expand_dims(c(A))|expand_dims(c(A), 0)|eye(2)|flatten(c(A))
foldl(lambda a, x: a + x, c(A))|foldr(lambda a, x: a - x, c(A))|foldl(lambda a, x: a * x, c(A), c([2.0] * 3))
gather(c(A), [1, 0, 1])|get_value(3.0)|greater(c(A), 2.0)|greater_equal(c(A), 2.0)|hard_sigmoid(c(A) - 3.0)
in_test_phase(c(A), -c(A))|in_test_phase(c(A), -c(A), training=True)|in_top_k(c(P), tf.constant([2, 0]), 1)
in_top_k(c(P), tf.constant([1, 1]), 2)|in_train_phase(c(A), -c(A))|in_train_phase(lambda: c(A), -c(A), training=True)
int_shape(c(A))|is_keras_tensor(tf.constant(1))|is_keras_tensor(A)|is_sparse(c(A))|l2_normalize(c(A))|l2_normalize(c(A), axis=1)
learning_phase()|less(c(A), 2.0)|less_equal(c(A), 2.0)|log(c(A) + 1.0)|map_fn(lambda x: x * 2.0, c(A))
map_fn(lambda x: tf.cast(x, 'int32'), c(A), dtype='int32')|max(c(A))|max(c(A), axis=1, keepdims=True)|maximum(c(A), 2.5)
mean(tf.constant([True, False]))|mean(tf.constant([1, 2]))|mean(c(A), axis=[0, 1])|min(c(A), axis=0)|minimum(c(A), 2.5)
moving_average_update(K.variable([1.0]), tf.constant([2.0]), 0.9)|ndim(c(A))
normalize_batch_in_training(c(A), c([2.0] * 3), c([1.0] * 3), [0])
not_equal(c(A), 2.0)|one_hot(tf.constant([1, 0]), 2)|ones((2,))|ones_like(c(A))|ones_like(c(A), dtype='int32')
permute_dimensions(c(B345), (2, 0, 1))|pow(c(A), 2)|prod(c(A) + 1.0, axis=1)|relu(c(A) - 3.0)|relu(c([-1.0, 8.0]), 0.1, 6.0, 1.0)
repeat(c(A), 2)|repeat_elements(c(A), 2, 1)|reshape(c(A), (3, -1))|reverse(c(A), 1)|reverse(c(A), [0, 1])|round(c(A) + 0.5)
shape(c(A))|sigmoid(c(A))|sign(c(A) - 2.0)|sin(c(A))|softmax(c(P))|softmax(c(P), axis=0)|softmax(c([1.0, 2.0]))|softplus(c(A))
softsign(c(A))|sparse_categorical_crossentropy(tf.constant([2, 0]), c(P))
sparse_categorical_crossentropy(tf.constant([2, 0]), c(P), True)|spatial_2d_padding(c(A[None, ..., None]))
spatial_2d_padding(c(A[None, None]), ((1, 0), (0, 2)), 'channels_first')|spatial_3d_padding(c(A[None, None, ..., None]))
sqrt(c(A) - 1.0)|square(c(A))|squeeze(c(A[None]), 0)|stack([c(A), c(A)])|stack([c(A), c(A)], axis=1)|std(c(A), axis=1)
std(tf.constant([True, False]))|sum(tf.constant([1, 2]))|sum(c(A), axis=-1)|switch(tf.constant(True), lambda: c(A), lambda: -c(A))
switch(c(A) > 2.0, c(A), -c(A))|tanh(c(A))|temporal_padding(c(A[None]))
temporal_padding(c(A[None]), (0, 2))|tile(c([1.0, 2.0]), 2)|tile(c(A), [2, 1])|to_dense(c(A))|transpose(c(A))
update(K.variable([1.0]), [3.0])|update_add(K.variable([1.0]), [3.0])|update_sub(K.variable([1.0]), [3.0])|var(c(A), axis=0)
zeros((2,), 'int32')|zeros_like(c(A))|random_bernoulli((3,), 1.0)|random_uniform((2, 3), 1.0, 1.0)|random_normal((2,), 3.0, 0.0)
truncated_normal((2,), 1.0, 0.0)|random_normal_variable((2,), 1.0, 0.0)|set_learning_phase(5)|gradients(c(A), c(A))
backend()|batch_get_value([K.variable(A)])|set_image_data_format('x')|set_floatx('int8')
"""
TF = """
cond(tf.constant(True), lambda: 1.0, lambda: 2.0)|cond(tf.constant(1) > 2, lambda: [1, 2], lambda: [3, 4])|cond(tf.constant(True), 1, 2)
case([(tf.constant(False), lambda: 1), (tf.constant(True), lambda: 2)])|case([(tf.constant(False), lambda: 1)], default=lambda: 5)
case([(tf.constant(False), lambda: 1)])|switch_case(tf.constant(1), [lambda: 1, lambda: 2])
switch_case(tf.constant(5), [lambda: 1, lambda: 2])|switch_case(tf.constant(-1), {3: lambda: 1, 4: lambda: 2}, default=lambda: 9)
while_loop(lambda i: i < 3, lambda i: (i + 1,), [tf.constant(0)])
while_loop(lambda i, x: i < 30, lambda i, x: (i + 1, x * 2.0), (tf.constant(0), c(A)), maximum_iterations=4)
map_fn(lambda x: x * 2.0, c(A))|map_fn(lambda x: x[0] + x[1], (c(A), c(A)), fn_output_signature=tf.float32)
map_fn(lambda x: (x, tf.reduce_sum(x)), c(A), fn_output_signature=(tf.float32, tf.float32))
map_fn(lambda x: tf.cast(x, tf.int32), c(A))|scan(lambda a, x: a + x, c(A))|scan(lambda a, x: a + x, c([1.0, 2.0]), 10.0, reverse=True)
scan(lambda a, x: (a[0] + x, a[1] * x), c([1.0, 2.0, 3.0]), (0.0, 1.0))|foldl(lambda a, x: a - x, c([1.0, 2.0, 3.0]))
foldr(lambda a, x: a - x, c([1.0, 2.0, 3.0]))|foldl(lambda a, x: a - x, c([1.0, 2.0, 3.0]), initializer=0.0)
vectorized_map(lambda x: (x * 2.0, x[0]), c(A))|numpy_function(lambda x: x + 1, [c(A)], tf.float32)
numpy_function(lambda x: (x, x[0]), [c(A)], [tf.float32, tf.float32])|py_function(lambda x: x * 2.0, [c(A)], tf.float32)
py_function(lambda x: x.numpy().tolist(), [c(A)], tf.float64)|py_function(lambda x: (x, x), [c(A)], [tf.float32, tf.int32])
executing_eagerly()|get_static_value(tf.constant([1, 2]))|recompute_grad(lambda x: x * x)(tf.constant(2.0))|gradients(c(A), c(A))
grad_pass_through(tf.round)(c([1.4]))|UnconnectedGradients.ZERO.value|Module().name|Module(name='1a')
debugging.assert_equal(1, 1)|debugging.assert_equal(1, 2)|debugging.assert_equal(c(A), c(A) + 1.0, message='m')
debugging.assert_none_equal([1, 2], [3, 2])|debugging.assert_less([1, 2], [2, 3])|debugging.assert_less([1, 2], [2, 2])
debugging.assert_less_equal([1, 2], 2)|debugging.assert_greater(2.0, c(A))|debugging.assert_greater_equal(5.0, c(A))
debugging.assert_positive(c(A))|debugging.assert_negative(-c(A) - 1.0)|debugging.assert_non_negative(c(A))
debugging.assert_non_positive(c(A))|debugging.assert_near(1.0, 1.1)|debugging.assert_near(1.0, 1.1, rtol=0.2)
debugging.Assert(tf.constant(False), ['x'])|debugging.Assert(tf.constant(True), ['x'])
debugging.check_numerics(c([1.0, np.nan]), 'm')
debugging.check_numerics(c(A), 'm')|debugging.assert_all_finite(c([np.inf]), 'm')|debugging.assert_scalar(tf.constant([1]))
debugging.assert_rank(c(A), 2)|debugging.assert_rank(c(A), 1)|debugging.assert_rank_at_least(c(A), 3)
debugging.assert_rank_in(c(A), [1, 2])
debugging.assert_rank_in(tf.constant(1), [1, 2])|debugging.assert_type(c(A), tf.float32)|debugging.assert_type(c(A), tf.int32)
debugging.assert_integer(tf.constant(1))|debugging.assert_integer(c(A))|debugging.assert_proper_iterable([1])
debugging.assert_proper_iterable(c(A))|debugging.assert_same_float_dtype([c(A)], tf.float64)|debugging.is_numeric_tensor(c(A))
debugging.assert_shapes([(c(A), ('N', 'M')), (c(P), ('N', 3))])|debugging.assert_shapes([(c(A), ('N', 'M')), (c(P), ('M', 'N'))])
debugging.assert_shapes([(c(A), ('N', 4))])|debugging.assert_shapes([(c(A), ('...', 3)), (c(B345), (2, '*'))])
debugging.assert_shapes([(c(A), 'NM'), (c(B345), 'N..')])|debugging.assert_shapes([(c(A), ('N',))])
config.list_physical_devices('GPU')|len(tf.config.list_physical_devices())|config.list_physical_devices()[0].device_type
config.list_logical_devices('CPU')[0].name|config.set_visible_devices([], 'GPU')|config.experimental.set_memory_growth('GPU:0', True)
config.get_soft_device_placement()|config.threading.get_inter_op_parallelism_threads()
test.is_gpu_available()|test.gpu_device_name()
test.is_built_with_cuda()|config.functions_run_eagerly()|compat.as_bytes('a') == b'a'|compat.as_str(b'a')|io.gfile.exists('/nowhere')
io.gfile.listdir('/nowhere')|io.gfile.join('a', 'b')|errors.InvalidArgumentError(None, None, 'm').message
compat.v1.placeholder(tf.float32)|random.uniform([2], dtype=tf.int32)|random.stateless_uniform([2], [1])
random.categorical(c([[0.0, -1e9], [-1e9, 0.0]]), 3)|random.poisson([2], [0.0, 0.0])|random.stateless_binomial([2], [1, 2], 4.0, 1.0)
random.normal([2], mean=[1.0, 2.0], stddev=0.0)|random.Generator.from_seed(1).uniform([2], 1.0, 1.0)
random.gamma([4], [1.0, 2.0]).shape[1]
"""
SIGNATURES = (
    "keras.backend",
    "config",
    "config.threading",
    "config.experimental",
    "debugging",
    "random",
    "random.Generator",
)
TOP = (
    "case cond foldl foldr map_fn scan switch_case vectorized_map while_loop custom_gradient gradients numpy_function "
    "py_function name_scope device control_dependencies executing_eagerly function Module"
).split()


def expressions():
    """(group, text) of all."""
    for group, text in (("K", BACKEND), ("tf", TF)):
        for line in text.strip().splitlines():
            for expression in line.split("|"):
                yield expression if expression.startswith("len(") else f"{group}.{expression}"


def plain(value):
    """JSON of a result."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        return {"dtype": value.dtype.name, "shape": list(value.shape), "values": np.ravel(value).tolist()}
    return value if isinstance(value, (bool, int, float, str, type(None))) else f"<{type(value).__name__}>"


def evaluate(tf, text):
    """The result of an expression, or {"error": class}."""
    names = {"tf": tf, "K": tf.keras.backend, "np": np, "A": A, "P": P, "c": tf.constant}
    names["B345"] = np.arange(40, dtype="float32").reshape(2, 4, 5) / 10
    try:
        return plain(eval(text, names))
    except Exception as error:
        return {"error": type(error).__name__}


def signatures(tf):
    """{path: [[argument, default], ...]} of public functions."""
    found = {}
    for path in ("", *SIGNATURES):
        holder = tf
        for part in path.split(".") if path else ():
            holder = getattr(holder, part)
        for name in TOP if not path else dir(holder):
            function = getattr(holder, name, None)
            if name.startswith("_") or not callable(function) or (path and isinstance(function, type)):
                continue
            try:
                parameters = inspect.signature(function).parameters.values()
            except (TypeError, ValueError):
                continue
            found[f"{path}.{name}".lstrip(".")] = [[p.name, _default(p.default)] for p in parameters]
    return found


def _default(value):
    if value is inspect.Parameter.empty:
        return None
    return (
        repr(value)
        if isinstance(value, (type(None), bool, int, float, str, tuple))
        else getattr(value, "name", "object")
    )


if __name__ == "__main__":
    import tensorflow as tf

    values = {text: evaluate(tf, text) for text in expressions()}
    parts = [
        f"{json.dumps(kind)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in part.items()) + "\n}"
        for kind, part in (("values", values), ("signatures", signatures(tf)))
    ]
    Path(__file__).with_name("faces.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
