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

UNARY = (
    "abs asinh atan ceil cos cosh erf erfc exp expm1 floor log_sigmoid negative reciprocal reciprocal_no_nan rint round sigmoid "
    "sign sin sinh softplus softsign square tan tanh"
).split()
POSITIVE = "acosh digamma lgamma log log1p rsqrt sqrt".split()
FRACTIONS = "acos asin atanh erfinv".split()  # of what lies in (-1, 1)
BINARY = (
    "add divide divide_no_nan equal greater greater_equal less less_equal maximum minimum multiply not_equal "
    "squared_difference subtract floordiv floormod"
).split()
REDUCTIONS = "logsumexp max mean min prod std sum variance".split()
NN = "elu gelu leaky_relu log_softmax relu relu6 selu silu softmax softplus softsign swish".split()
DIFFERENTIATED = [
    *(f"tf.math.{name}(x)" for name in UNARY),
    *(f"tf.math.{name}(x + 4.0)" for name in POSITIVE),
    *(f"tf.math.{name}(x / 4.0)" for name in FRACTIONS),
    *(f"tf.math.{name}(x, B + 2.0)" for name in ("atan2", "xlogy", "xlog1py", "xdivy", "multiply_no_nan", "floormod")),
    *(f"tf.math.segment_{name}(x, [0, 2])" for name in ("sum", "mean", "prod", "max", "min")),
    *(f"tf.math.unsorted_segment_{name}(x, [1, 1], 3)" for name in ("sum", "mean", "prod", "max", "min", "sqrt_n")),
    *(f"tf.math.cum{name}(x + 0.1, 1{more})" for name in ("sum", "prod") for more in ("", ", True", ", reverse=True")),
    *(f"tf.pad(x, [[1, 0], [2, 1]], '{mode}') * 2.0" for mode in ("REFLECT", "SYMMETRIC")),
    *(f"tf.linalg.norm(x, ord={ord}, axis={axis})" for ord in (1, 2, 3, "np.inf") for axis in ("None", 1)),
    *(f"tf.linalg.norm(x, ord={ord}, axis=[0, 1], keepdims=True)" for ord in ("'fro'", 1, 2, "np.inf")),
    *(
        f"tf.linalg.{name}(tf.matmul(x, x, transpose_b=True) + tf.eye(2))"
        for name in (
            "inv",
            "det",
            "cholesky",
            "logdet",
            "eigvalsh",
            "pinv",
            "trace",
            "diag_part",
            "adjoint",
            "matrix_transpose",
        )
    ),
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
    "tf.math.reduce_euclidean_norm(x, 1)",
    "tf.math.cumulative_logsumexp(x, 1)",
    "tf.math.polyval([2.0, x, 3.0], x)",
    "tf.add_n([x, x * x, B])",
    "tf.math.accumulate_n([x, x])",
    "tf.math.scalar_mul(3.0, x)",
    "tf.math.cumsum(x, -1, exclusive=True, reverse=True)",
    "tf.math.top_k(x, 2).values",
    "tf.math.l2_normalize(x, 0)",
    "tf.linalg.cross(x, B)",
    "tf.linalg.expm(tf.matmul(x, B, transpose_b=True) / 16.0)",
    "tf.math.lbeta(x + 3.0)",
    "tf.math.polygamma(2.0, x + 4.0)",
    "tf.math.zeta(2.0, x + 4.0)",
    "tf.math.ndtri(x / 8.0 + 0.4)",
    "tf.math.erfcinv(x / 8.0 + 0.8)",
    "tf.sort(x, axis=0) * B",
    "tf.sort(x, direction='DESCENDING') * B",
    "tf.gather(x, [[0, 2], [1, 1]], axis=1, batch_dims=1) * 2.0",
    "tf.gather(x, [[2], [0]], batch_dims=-1, axis=1) * 3.0",
    "tf.gather_nd(x, [[0, 1], [1, 2], [0, 1]]) * 2.0",
    "tf.gather_nd(x, [[1], [2]], batch_dims=1) * 2.0",
    "tf.scatter_nd([[1], [1]], x, [3, 3]) * 2.0",
    "tf.tensor_scatter_nd_update(x, [[1]], B[:1]) * 2.0",
    "tf.tensor_scatter_nd_add(x, [[0], [0]], x) * 2.0",
    "tf.tensor_scatter_nd_sub(x, [[0], [0]], x) * 2.0",
    "tf.tensor_scatter_nd_max(x, [[0]], B[:1]) * 2.0",
    "tf.tensor_scatter_nd_min(x, [[0]], B[:1]) * 2.0",
    "tf.boolean_mask(x, [[True, False, True], [False, True, False]]) * 2.0",
    "tf.boolean_mask(x, [True, False, True], axis=1) * 2.0",
    "tf.repeat(x, 2, axis=1) * 2.0",
    "tf.repeat(x, [1, 3], axis=0) * 2.0",
    "tf.roll(x, [1, -1], [0, 1]) * B",
    "tf.reverse_sequence(x, [1, 3], seq_axis=1) * B",
    "tf.slice(x, [0, 1], [-1, 2]) * 2.0",
    "tf.strided_slice(x, [0, 2], [2, 0], [1, -1]) * 2.0",
    "tf.strided_slice(x, [1, 0], [0, 2], shrink_axis_mask=1, begin_mask=2) * 2.0",
    "tf.meshgrid(x[0], x[1])[1] * 2.0",
    "tf.meshgrid(x[0], x[1], indexing='ij')[0] * 2.0",
    "tf.linspace(x[0], x[1], 4) * 2.0",
    "tf.linspace(x[0], x[1], 3, axis=1) * 2.0",
    "tf.split(x, [-1, 1], axis=1)[0] * 3.0",
    "tf.clip_by_norm(x, 2.0)",
    "tf.clip_by_norm(x, 2.0, axes=[1])",
    "tf.clip_by_norm(x * 0.0, 2.0)",
    "tf.clip_by_global_norm([x, None, B], 2.0)[0][0]",
    "tf.clip_by_global_norm([x, B], 2.0)[1]",
    "tf.linalg.global_norm([x, x])",
    "tf.where([True, False, True], x, B)",
    "tf.dynamic_partition(x, [1, 0], 2)[1] * 2.0",
    "tf.dynamic_stitch([[1], [0, 2]], [x[:1], x])",
    "tf.tensordot(x, B, [[1], [1]])",
    "tf.tensordot(x, B, [[0, 1], [0, 1]])",
    "tf.einsum('ij,kj->ik', x, B)",
    "tf.einsum('ij,ij->j', x, x)",
    "tf.einsum('...j,kj->...k', x, B)",
    "tf.matmul(x, B, adjoint_b=True)",
    "tf.linalg.matvec(x, [1.0, 2.0, 3.0])",
    "tf.linalg.matvec(x, [1.0, 2.0], transpose_a=True)",
    "tf.linalg.diag(x) * 2.0",
    "tf.linalg.set_diag(x, B[0, :2]) * 2.0",
    "tf.linalg.band_part(x, 0, 1) * 2.0",
    "tf.linalg.tensor_diag(x)",
    "tf.linalg.normalize(x, axis=1)[0]",
    "tf.linalg.svd(x, compute_uv=False)",
    "tf.linalg.svd(x)[0]",
    "tf.abs(tf.linalg.qr(x).r)",
    "tf.linalg.slogdet(x[:, :2]).log_abs_determinant",
    "tf.linalg.solve(x[:, :2], B)",
    "tf.linalg.solve(x[:, :2], B, adjoint=True)",
    "tf.linalg.inv(x[:, :2], adjoint=True)",
    "tf.linalg.triangular_solve(x[:, :2], B)",
    "tf.linalg.lstsq(x, B[:, :2])",
    "tf.linalg.cholesky_solve(x[:, :2] * x[:, :2] + 1.0, B)",
    "tf.nn.crelu(x)",
    "tf.nn.weighted_cross_entropy_with_logits(P, x, 2.0)",
    "tf.nn.log_poisson_loss(P * 5.0, x)",
    "tf.nn.log_poisson_loss(P * 5.0, x, compute_full_loss=True)",
    "tf.nn.moments(x, [0])[1] * 2.0",
    "tf.nn.moments(x, [0, 1], keepdims=True)[1]",
    "tf.nn.moments(x, 1)[0]",
    "tf.nn.weighted_moments(x, [1], P)[1]",
    "tf.nn.sufficient_statistics(x, [0], shift=x[0, 0])[2]",
    "tf.nn.batch_normalization(x, B, P, 1.0, 2.0, 0.1)",
    "tf.nn.batch_normalization(x, B[0], P[0], None, None, 0.1)",
    "tf.nn.bias_add(B, x[0])",
    "tf.nn.embedding_lookup(x, [[1, 1], [0, 1]])",
    "tf.nn.embedding_lookup(x, [1, 1], max_norm=2.0)",
    "tf.nn.compute_average_loss(x, sample_weight=[1.0, 2.0])",
    "tf.nn.scale_regularization_loss(x)",
    "tf.nn.depth_to_space(tf.reshape(tf.concat([x, B], 0), [1, 1, 3, 4]), 2) * 2.0",
    "tf.nn.space_to_depth(tf.reshape(tf.concat([x, B], 0), [1, 2, 6, 1]), 2) * 2.0",
    "x[0] * 2.0",
    "x[:, 1] * 2.0",
    "x[..., tf.newaxis, ::2] * 2.0",
    "x[1, ::-1] * 2.0",
    "x[tf.constant(1), 1:] * 2.0",
    "x[x > 0] * 2.0",
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
    *(f"tf.math.{name}(I, 2)" for name in ("equal", "minimum", "not_equal")),
    "tf.pow(tf.constant([1, 2, 3]), 2)",
    "tf.math.is_inf([1.0, float('inf')])",
    "tf.math.count_nonzero(I)",
    "tf.math.count_nonzero(I, axis=1, keepdims=True, dtype='int32')",
    "tf.math.zero_fraction(I)",
    "tf.math.is_non_decreasing([1, 1, 2])",
    "tf.math.is_strictly_increasing([1, 1, 2])",
    "tf.math.nextafter(np.float32([1, 2]), np.float32([2, 1]))",
    "tf.math.angle([1.0, -2.0])",
    "tf.math.real([1.0, -2.0])",
    "tf.math.segment_sum(I, [0, 0])",
    "tf.math.unsorted_segment_max(I, [2, 0], 3)",
    "tf.math.bincount(np.abs(I).ravel())",
    "tf.math.bincount([[1, 1], [3, 0]], axis=-1)",
    "tf.math.bincount([1, 2], weights=[0.5, 1.0])",
    "tf.math.bincount([1, 5, 1], minlength=4, maxlength=4, binary_output=True)",
    "tf.math.confusion_matrix([1, 2, 4], [2, 2, 4])",
    "tf.math.confusion_matrix([1, 0], [1, 1], num_classes=3, weights=[0.5, 2.0], dtype='float32')",
    "tf.math.in_top_k([0, 1], A, 2)",
    "tf.math.invert_permutation([2, 0, 1])",
    "tf.math.top_k(A, 2).indices",
    "tf.math.cumsum(I, axis=1)",
    "tf.math.cumprod(I, reverse=True)",
    "tf.math.digamma([0.5, -0.5, 30.0])",
    "tf.math.lgamma([-1.0, 0.5, -0.5, 30.0])",
    "tf.math.reduce_prod(I, [0, 1])",
    "tf.argsort(A, axis=1, direction='DESCENDING')",
    "tf.argsort([1, 0, 1, 0], stable=True)",
    "tf.sort(I, axis=-1)",
    "tf.unique([3, 1, 3, 2, 1]).y",
    "tf.unique([3, 1, 3, 2, 1]).idx",
    "tf.unique_with_counts([3, 1, 3, 2, 1], out_idx=tf.int64).count",
    "tf.searchsorted([1.0, 3.0, 3.0, 5.0], [3.0, 0.0, 9.0])",
    "tf.searchsorted([[1, 3, 3], [0, 1, 2]], [[3], [5]], side='right', out_type='int64')",
    "tf.unravel_index([5, 11], [3, 4])",
    "tf.histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5)",
    "tf.histogram_fixed_width_bins([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5)",
    "tf.sequence_mask([1, 3, 2])",
    "tf.sequence_mask([[1], [2]], maxlen=4, dtype='int32')",
    "tf.boolean_mask([[1, 2], [3, 4]], [True, False])",
    "tf.gather(I, 1, axis=1)",
    "tf.scatter_nd([[4], [3]], [9, 10], [6])",
    "tf.where([[0, 2], [3, 0]])",
    "tf.where(A > 0)",
    "tf.one_hot([0, 1], tf.constant(2), on_value=True, off_value=False)",
    "tf.range(tf.constant(2), 8, 3)",
    "tf.range(tf.constant(2.0), 0.5, -0.5)",
    "tf.range(np.int64(3))",
    "tf.linspace(0, 10, 3)",
    "tf.linspace(5.0, 6.0, 1)",
    "tf.repeat([1, 2], [2, 3])",
    "tf.repeat([[1, 2], [3, 4]], 2)",
    "tf.pad(I, [[0, 1], [1, 0]], constant_values=7)",
    "tf.pad([1, 2, 3], tf.constant([[1, 1]]), 'REFLECT')",
    "tf.roll([1, 2, 3], 1, 0)",
    "tf.squeeze([[[1], [2]]], [0, 2])",
    "tf.expand_dims([1, 2], -1)",
    "tf.transpose([[[1, 2]]], [2, 0, 1])",
    "tf.saturate_cast([300.0, -5.0, 1.5], tf.uint8)",
    "tf.saturate_cast([3e9, -3e9], 'int32')",
    "tf.bitcast([1.0, 2.0], tf.int32)",
    "tf.bitcast(tf.constant([1], 'int32'), tf.uint8)",
    "tf.bitcast(tf.constant([1, 0, 0, 0], 'uint8'), tf.int32)",
    "tf.shape(A, out_type='int64')",
    "tf.shape(A)[0]",
    "tf.shape_n([A, B])[1]",
    "tf.identity_n([A, I])[1]",
    "tf.ensure_shape(A, [None, 3])",
    "tf.broadcast_dynamic_shape([2, 1], [3])",
    "tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3])) == (2, 3)",
    "tf.fill(tf.constant([2, 2]), True)",
    "tf.reshape(I, tf.constant([3, -1]))",
    "tf.convert_to_tensor(1, dtype_hint=tf.float32)",
    "tf.tensor_scatter_nd_max([1, 5, 3], [[0], [1]], [4, 4])",
    "tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]])",
    "tf.linalg.diag([1, 2], k=1)",
    "tf.linalg.diag_part(A, k=(-1, 1), padding_value=9.0)",
    "tf.linalg.eigh([[2.0, 1.0], [1.0, 3.0]])[0]",
    "tf.linalg.tensor_diag_part([[1, 2], [3, 4]])",
    "tf.linalg.lstsq(B.T, A.T, l2_regularizer=0.5)",
    "tf.linalg.lstsq(B.T, A.T, fast=False)",
    "tf.linalg.norm(A)",
    "tf.matmul(I, I, transpose_b=True)",
    "tf.matmul(tf.constant(I, 'int8'), tf.constant(I, 'int8'), transpose_b=True, output_type='int32')",
    "tf.einsum('ij->j', I)",
    "tf.nn.bias_add(np.zeros((1, 2, 3)), [1.0, 2.0], data_format='NCHW')",
    "tf.nn.embedding_lookup([A, B[:1]], [0, 1, 2])",
    "tf.nn.leaky_relu([-1, 2])",
    "tf.nn.zero_fraction([0.0, 1.0])",
    "tf.dtypes.as_dtype('float64').name",
    "tf.bitwise.left_shift([1, 1, 1], [-1, 40, 3])",
    "tf.bitwise.right_shift([-8, 1, 8], [1, 40, 3])",
    *(f"tf.bitwise.bitwise_{name}(I, 3)" for name in ("and", "or", "xor")),
    "tf.bitwise.invert(I)",
    "tf.Variable([1, 2]) + 1",
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
        y = eval(text, {"tf": tf, "np": np, "x": x, "B": B, "P": P})
    dx = tape.gradient(y, x)
    return [plain(y), None if dx is None else plain(tf.convert_to_tensor(dx))]  # that of a gather is no tensor


def signatures(tf):
    """{module: {function: argument names}}."""
    found = {}
    for module in ("", "math", "nn", "random", "linalg", "bitwise"):
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
