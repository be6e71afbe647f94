# ruff: noqa: E501  a table of calls
"""Record what Keras 3's `keras.ops` gives: run with Keras 3.15 on JAX (KERAS_BACKEND=jax), writes keras_ops.json beside this file.

EXPRESSIONS are evaluated with `o` (keras.ops there, pyseq.ops in test_face.py), `np` and the arrays below.
"""

import inspect
import json
from pathlib import Path

import numpy as np

A = np.array([[-2.0, -0.5, 0.0], [0.25, 1.0, 3.0]], "float32")
B = np.array([[1.0, 2.0, 0.5], [-1.0, 4.0, 3.0]], "float32")
P = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32")
I = np.array([[3, -7, 2], [0, 5, -2]], "int32")  # noqa: E741
J = np.array([[1, 2, 3], [4, 3, 2]], "int32")
T = np.array([[True, False, True], [True, True, False]])
S = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]], "float32")
C = np.arange(24, dtype="float32").reshape(2, 3, 4) / 8
N = np.array([1.0, np.nan, np.inf, -np.inf], "float32")

ONE = (
    "abs absolute negative sign square floor ceil exp expm1 sin cos tan sinh cosh tanh arctan arcsinh erf trunc round isnan "
    "isinf isfinite deg2rad exp2 relu relu6 leaky_relu sigmoid log_sigmoid softplus softsign silu elu celu selu gelu "
    "hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink tanh_shrink squareplus softmax log_softmax normalize "
    "layer_normalization rms_normalization sum prod mean var std max min ptp argmax argmin sort argsort median cumsum "
    "cumprod logsumexp transpose flip ravel copy zeros_like ones_like norm nonzero count_nonzero reciprocal any all size ndim diff"
).split()
FLOATS_ONLY = "erf sigmoid silu hard_tanh normalize layer_normalization rms_normalization".split()
POSITIVE = "sqrt rsqrt log log1p log2 log10 arccosh".split()
INSIDE = "arcsin arccos arctanh erfinv".split()
TWO = (
    "add subtract multiply divide true_divide divide_no_nan maximum minimum equal not_equal less less_equal greater "
    "greater_equal arctan2 hypot logaddexp isclose outer vdot inner kron"
).split()
INTEGERS = (
    "add subtract multiply divide floor_divide mod maximum bitwise_and bitwise_or bitwise_xor less equal vdot".split()
)
OTHERS = """
add(I, 1)|add(I, 1.5)|add(A, I)|add(T, I)|multiply(A, 2)|power(A, 2)|power(B, P)|power(J, 2)|mod(A, B)|floor_divide(A, B)
logical_and(T, A)|logical_or(T, A)|logical_xor(T, A)|logical_not(T)|bitwise_not(I)|left_shift(J, 2)|right_shift(J, 1)
clip(A, -1, 1)|clip(I, -1, 2)|round(B * 1.2345, 2)|isposinf(N)|isneginf(N)|nan_to_num(N)|nan_to_num(N, 1.0, 2.0, 3.0)
isclose(N, N, equal_nan=True)|allclose(A, A)|where(T, A, B)|where(T, I, 0.5)|where(T)|select([T, A > 0], [A, B], 9.0)
diff(A, axis=0)|diff(A, n=2)|sum(A, axis=0)|sum(I, axis=1, keepdims=True)|sum(T)|mean(I)|mean(A, axis=(0, 1))|max(A, axis=1)
max(A, initial=9.0)|min(I, axis=0, keepdims=True)|amax(A, axis=0)|amin(A)|std(A, axis=1)|var(I, axis=0)|moments(A, [0])
prod(I, axis=0)|any(T, axis=0)|all(T, axis=1)|count_nonzero(A, axis=0)|logsumexp(A, axis=1)|average(A, axis=1)
average(A, weights=B)|average(A, axis=1, weights=np.float32([1, 2, 3]))|cumsum(I, axis=1)|cumprod(A, axis=0)|argmax(A, axis=0)
argmin(A, axis=1, keepdims=True)|argmax(A, keepdims=True)|sort(A, axis=0)|sort(A, axis=None)|argsort(B, axis=0)|top_k(B, 2)
in_top_k(np.array([2, 0]), P, 1)|searchsorted(np.float32([1, 2, 3]), np.float32([0.5, 2.0, 9.0]))
searchsorted(np.float32([1, 2, 3]), np.float32([[2.0], [3.0]]), 'right')|digitize(A, np.float32([0.0, 1.0]))
bincount(np.array([1, 1, 3]))|bincount(np.array([1, 1, 3]), minlength=6)|quantile(A, 0.3)|quantile(A, np.float32([0.1, 0.5]), axis=1)
quantile(A, 0.3, axis=0, method='lower', keepdims=True)|quantile(A, 0.5, axis=(0, 1), method='midpoint')|percentile(A, 30.0, axis=1)
median(A, axis=0)|segment_sum(A, np.array([1, 0]), 3)|segment_max(B, np.array([0, 0]), 1)|array([1, 2])|array([1.0], 'float64').shape
zeros((2, 3))|ones((2,), 'int32')|full((2, 2), 7.0)|full_like(A, 2)|arange(5)|arange(1.0, 2.0, 0.25)|linspace(0.0, 1.0, 5)
linspace(0.0, 1.0, 4, endpoint=False)|linspace(np.float32([0, 1]), np.float32([1, 3]), 3, axis=1)|logspace(0.0, 2.0, 3)
linspace(0, 10, 5, retstep=True)|eye(3)|eye(2, 3, 1)|identity(2)|tri(3)|tri(2, 3, 1)|tril(C)|triu(C, 1)|tril(S, -1)|diag(S)|diag(S, 1)
diag(np.float32([1, 2]))|diag(np.float32([1, 2]), -1)|diagflat(np.float32([[1, 2]]), 1)|diagonal(C)|diagonal(C, 1, 1, 2)|diagonal(S, -1)
meshgrid(np.arange(2), np.arange(3))|meshgrid(np.arange(2), np.arange(3), indexing='ij')|reshape(A, (3, -1))|expand_dims(A, 1)
expand_dims(A, (0, 2))|squeeze(A[None])|squeeze(A[None, :, :, None], 0)|transpose(C, (2, 0, 1))|swapaxes(C, 0, 2)|moveaxis(C, 0, -1)
moveaxis(C, (0, 1), (2, 0))|broadcast_to(A[0], (2, 3))|concatenate([A, B])|concatenate([A, I], axis=1)|append(A, B)|append(A, B, 0)
stack([A, B])|stack([A, B], axis=-1)|hstack([A, B])|vstack([A[0], B[0]])|split(C, 3, axis=1)|split(C, [1, 3], axis=2)
array_split(np.arange(7), 3)|tile(A, 2)|tile(A, (2, 1, 1))|repeat(A, 2)|repeat(A, 2, axis=0)|repeat(A, np.array([1, 2]), axis=0)
flip(A, axis=1)|roll(A, 1)|roll(A, 1, axis=0)|roll(C, (1, 2), axis=(0, 1))|rot90(A)|rot90(A, 2)|rot90(A, 3)|pad(A, 1)|pad(A, ((0, 1), (2, 0)))
pad(A, ((1, 1), (1, 1)), 'reflect')|pad(A, 1, constant_values=5.0)|take(A, np.array([1, 0]), axis=1)|take(A, np.array([4, -1]))
take(A, -1, axis=0)|take_along_axis(A, np.array([[2], [0]]), axis=1)|get_item(A, (slice(None), 1))|one_hot(np.array([1, 0]), 3)
one_hot(np.array([[1], [0]]), 2, axis=1, dtype='int32')|multi_hot(np.array([[1, 0], [2, 2]]), 3)|vander(np.float32([1, 2, 3]))
vander(np.float32([1, 2, 3]), 2, True)|bartlett(5)|blackman(5)|hamming(5)|hanning(5)|matmul(A, B.T)|matmul(C, C[0, 0])|dot(A, B.T)
dot(A, 2.0)|dot(C, np.ones((4, 2), "float32"))|dot(A[0], B[0])|tensordot(C, A, axes=([1], [1]))|tensordot(A, B, axes=2)|einsum('ij,kj->ik', A, B)
einsum('bij->bji', C)|trace(S)|trace(C, 1, 1, 2)|cross(A, B)|cross(A[:, :2], B[:, :2])|norm(A, axis=1)|norm(A, 'fro')|norm(A, 1, axis=0)
norm(A, np.inf, axis=1, keepdims=True)|norm(S, 2)|norm(S, 'nuc')|norm(S, 1)|norm(A, 3, axis=1)|cholesky(S)|cholesky(S, upper=True)|det(S)
inv(S)|pinv(A)|slogdet(S)|logdet(S)|solve(S, A[0])|solve(S, S)|solve_triangular(np.tril(S), A[0], lower=True)|svd(A, compute_uv=False)
qr(S)[1].shape|eigh(S)[0]|matrix_rank(S)|cdist(A, B)|trapezoid(A)|trapezoid(A, dx=2.0, axis=0)|trapezoid(A, np.float32([0, 1, 3]))
gelu(A, approximate=False)|elu(A, 2.0)|leaky_relu(A, 0.1)|celu(A, 2.0)|threshold(A, 0.5, 9.0)|glu(C)|softmax(A, axis=0)
softmax(C, axis=(1, 2))|log_softmax(C, axis=(0, 1))|normalize(A, axis=0)|normalize(A, order=1)|layer_normalization(C, axis=(1, 2))
layer_normalization(A, gamma=B[0], beta=B[1], epsilon=0.1)|rms_normalization(A, B[0])|batch_normalization(A, B[0], P[0], -1, B[1], P[1])
binary_crossentropy(T.astype('float32'), P)|binary_crossentropy(T.astype('float32'), A, from_logits=True)
categorical_crossentropy(np.float32([[0, 1, 0], [1, 0, 0]]), P)|categorical_crossentropy(np.float32([[0, 1, 0], [1, 0, 0]]), A, True)
sparse_categorical_crossentropy(np.array([1, 2]), P)|sparse_categorical_crossentropy(np.array([1, 2]), A, from_logits=True)
dot_product_attention(C[..., None] * A[0], C[..., None] * B[0], C[..., None] * B[1])
dot_product_attention(C[..., None] * A[0], C[..., None] * B[0], C[..., None] * B[1], is_causal=True, scale=0.3)
cast(A, 'int32')|cast(I, 'float32')|saturate_cast(A * 300, 'uint8')|saturate_cast(I, 'uint8')|convert_to_tensor([1.0, 2.0])
convert_to_tensor(A, 'int32')|convert_to_numpy(A)|shape(C)|dtype(A)|stop_gradient(A)|unstack(A)|unstack(A, axis=1)|cond(True, lambda: A, lambda: B)
switch(1, [lambda x: x, lambda x: x * 2], A)|switch(7, [lambda x: x, lambda x: x * 2], A)|while_loop(lambda i: i < 3, lambda i: (i + 1,), (0,))
while_loop(lambda i, x: i < 9, lambda i, x: (i + 1, x * 2), (0, A), maximum_iterations=3)|fori_loop(0, 3, lambda i, x: o.add(x, i), A)
scan(lambda c, x: (c + x, c * x), np.float32([0, 0, 0]), A)|scan(lambda c, x: (c + x, c), np.float32([1, 1, 1]), A, reverse=True)
map(lambda x: x * 2, A)|vectorized_map(lambda x: x + x, A)|scatter(np.array([[0, 1], [1, 0]]), np.float32([5, 6]), (2, 2))
scatter_update(A, np.array([[0, 1], [1, 0]]), np.float32([5, 6]))|slice(C, (0, 1, 1), (2, 1, 2))|slice_update(A, (0, 1), np.float32([[7, 8]]))
"""
LEFT_OUT = {"jvp"}


def expressions():
    """All expressions."""
    yield from (f"{f}({x})" for f in ONE for x in (("A", "I") if f not in FLOATS_ONLY else ("A",)))
    yield from (f"{f}(A * A + 1.0)" for f in POSITIVE)
    yield from (f"{f}(A / 4)" for f in INSIDE)
    yield from (f"{f}({x})" for f in TWO for x in ("A, B", "A, I", "A, 2.0"))
    yield from (f"{f}(I, J)" for f in INTEGERS)
    yield from (e for line in OTHERS.strip().splitlines() for e in line.split("|"))


def plain(value):
    """JSON of a result."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, int, float, str, type(None))):
        return value
    value = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return {"dtype": value.dtype.name, "shape": list(value.shape), "values": np.ravel(value).tolist()}


def evaluate(o, text):
    """The result, or {"error": class}."""
    arrays = {k: v for k, v in globals().items() if len(k) == 1}
    try:
        return plain(eval(f"o.{text}", {"o": o, "np": np, **arrays}))
    except Exception as error:
        return {"error": type(error).__name__}


def signatures(o):
    """{function: [[argument, default], ...]}."""
    found = {}
    for name in dir(o):
        if name.startswith("_") or name in LEFT_OUT or not callable(getattr(o, name)):
            continue
        parameters = inspect.signature(getattr(o, name)).parameters.values()
        found[name] = [[p.name, None if p.default is p.empty else repr(p.default)] for p in parameters]
    return found


if __name__ == "__main__":
    from keras import ops

    kinds = {"values": {text: evaluate(ops, text) for text in expressions()}, "signatures": signatures(ops)}
    parts = [
        f"{json.dumps(kind)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in part.items()) + "\n}"
        for kind, part in kinds.items()
    ]
    Path(__file__).with_name("keras_ops.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
