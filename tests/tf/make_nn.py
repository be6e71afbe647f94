"""Record what TensorFlow gives for the rarer functions of tf.nn: run with tensorflow-cpu 2.15.1, writes nn.json beside this file.

EXPRESSIONS are evaluated with `tf` (the real one here, pyseq.tf in test_nn_rare.py), `np` and the arrays below, whose gradients are
those of the sum of the first floating result times its positions' numbers.
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(5)
ARRAYS = {
    "x": rng.standard_normal((2, 5, 6, 3)).astype("float32"),
    "ties": rng.integers(0, 3, (2, 5, 6, 3)).astype("float32"),
    "k": rng.standard_normal((2, 3, 3)).astype("float32"),
    "line": rng.standard_normal((2, 9, 2)).astype("float32"),
    "solid": rng.standard_normal((1, 5, 4, 6, 2)).astype("float32"),
    "scale": np.array([1.0, 2.0, -0.5], "float32"),
    "shift": np.array([0.5, -1.0, 0.25], "float32"),
    "mean": np.array([0.1, 0.2, -0.3], "float32"),
    "variance": np.array([1.0, 3.0, 0.5], "float32"),
}

EXPRESSIONS = [
    *(f"tf.nn.max_pool_with_argmax({x}, {k}, {s}, '{p}', include_batch_in_index={b})" for x in ("x", "ties")
      for k, s in ((2, 2), (3, 1), ([2, 3], [1, 2]), ([1, 3, 2, 1], [1, 3, 1, 1])) for p in ("VALID", "SAME") for b in (False, True)),
    "tf.nn.max_pool_with_argmax(x, 17, 2, 'SAME', output_dtype=tf.int32)",
    "tf.nn.max_pool_with_argmax(tf.cast(ties, 'int32'), 2, 1, 'SAME')",
    "tf.nn.max_pool_with_argmax(tf.cast(x, 'float64'), 2, 1, 'SAME')",
    "tf.compat.v1.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME', Targmax=tf.int32)",
    *(f"tf.nn.pool({x}, {w}, '{t}', dilations={d}, padding={p})" for t in ("MAX", "AVG") for x, w, d, p in (
        ("x", [2, 2], [2, 2], "'VALID'"), ("x", [2, 3], [3, 1], "'VALID'"), ("x", [3, 1], [2, 4], "'VALID'"),
        ("x", [2, 2], [2, 3], [[0, 0], [1, 0], [1, 1], [0, 0]]), ("line", [3], [3], "'VALID'"), ("line", [2], [4], "'VALID'"),
        ("solid", [2, 2, 3], [2, 1, 2], "'VALID'"), ("solid", [2, 2, 2], [4, 3, 1], "'VALID'"))),
    "tf.nn.pool(tf.transpose(x, (0, 3, 1, 2)), [2, 2], 'MAX', dilations=[2, 3], data_format='NCHW')",
    *(f"tf.nn.{f}2d({x}, k, [1, {s[0]}, {s[1]}, 1], '{p}', 'NHWC', [1, {d[0]}, {d[1]}, 1])" for f in ("dilation", "erosion")
      for x in ("x", "ties") for s, d in (((1, 1), (1, 1)), ((2, 1), (1, 2)), ((1, 3), (3, 2))) for p in ("VALID", "SAME")),
    "tf.nn.dilation2d(ties, tf.zeros((2, 2, 3)), [1, 1, 1, 1], 'SAME', 'NHWC', [1, 1, 1, 1])",
    "tf.nn.dilation2d(x, k, [1, 1, 1, 1], 'SAME', 'NHWC', [1, 9, 9, 1])",
    "tf.nn.dilation2d(tf.cast(ties, 'int32'), tf.cast(k * 5.0, 'int32'), [1, 2, 2, 1], 'SAME', 'NHWC', [1, 2, 2, 1])",
    "tf.nn.dilation2d(tf.where(x > 0.5, np.float32('nan'), x), k, [1, 1, 1, 1], 'VALID', 'NHWC', [1, 1, 1, 1])",
    "tf.nn.dilation2d(tf.where(x > -9.0, np.float32('-inf'), x), k, [1, 1, 1, 1], 'VALID', 'NHWC', [1, 1, 1, 1])",
    "tf.compat.v1.nn.dilation2d(x, k, [1, 1, 1, 1], [1, 2, 1, 1], 'SAME')",
    "tf.compat.v1.nn.dilation2d(x, filters=k, strides=[1, 1, 1, 1], dilations=[1, 2, 1, 1], padding='SAME')",
    "tf.compat.v1.nn.erosion2d(x, k, [1, 1, 1, 1], [1, 2, 1, 1], 'SAME')",
    *(f"tf.nn.batch_norm_with_global_normalization(x, mean, variance, shift, scale, 0.01, {s})" for s in (True, False)),
    "tf.compat.v1.nn.batch_norm_with_global_normalization(x, mean, variance, shift, scale, 0.01, True)",
    "tf.compat.v1.nn.batch_norm_with_global_normalization(input=x, mean=mean, variance=variance, beta=shift, gamma=scale, "
    "variance_epsilon=0.01, scale_after_normalization=False)",
    *(f"tf.compat.v1.nn.fused_batch_norm(x, scale, shift{more})" for more in (
        "", ", epsilon=0.1", ", mean, variance, exponential_avg_factor=0.25", ", mean, variance, is_training=False",
        ", mean, variance")),
    "tf.compat.v1.nn.fused_batch_norm(tf.transpose(x, (0, 3, 1, 2)), scale, shift, data_format='NCHW')",
    "tf.compat.v1.nn.fused_batch_norm(x[None], scale, shift, data_format='NDHWC')",
    "tf.compat.v1.nn.fused_batch_norm(x[:1, :1, :1], scale, shift)",
]  # fmt: skip

NO_GRADIENT = "tf.int32", "NCHW"  # TensorFlow's kernels for CPUs have none beside int32 argmax, and in this layout


def evaluate(tf, text):
    """{"values": results, "gradients": {array: gradient}} as lists."""
    xs = {name: tf.constant(a) for name, a in ARRAYS.items() if name in text.replace("(", " ").replace(",", " ")}
    with tf.GradientTape() as tape:
        for x in xs.values():
            tape.watch(x)
        made = eval(text, {"tf": tf, "np": np, **xs})  # noqa: S307
        made = list(made) if isinstance(made, tuple) else [made]
        y = made[0]
        floating = y.dtype in (tf.float32, tf.float64) and not any(word in text for word in NO_GRADIENT)
        if floating:
            y = tf.reduce_sum(y * tf.reshape(tf.range(1.0, float(np.prod(y.shape)) + 1.0, dtype=y.dtype), y.shape))
    slopes = tape.gradient(y, xs) if floating else {}
    return {
        "values": [_listed(y) for y in made],
        "gradients": {name: _listed(dx) for name, dx in slopes.items() if dx is not None},
    }


def _listed(y):
    numbers = [float(f"{v:.9g}") if y.dtype.is_floating else int(v) for v in y.numpy().ravel().tolist()]
    return {"dtype": y.dtype.name, "shape": list(y.shape), "values": numbers}


if __name__ == "__main__":
    import tensorflow

    recorded = {text: evaluate(tensorflow, text) for text in EXPRESSIONS}
    Path(__file__).with_name("nn.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")
