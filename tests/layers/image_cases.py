"""Normalisation, pooling, padding and resizing layers, recorded from tf.keras 2.15: outputs, gradients, weights, configuration.

A case is the layer's source text and the input: its shape, or "ties" before it for values with many equal ones. The text sees
`L` (keras.layers) and `d`, the dtype as a keyword argument.
"""

from __future__ import annotations

import numpy as np

NORMALIZATION = {
    "batch": ("L.BatchNormalization(**d)", "6,5"),
    "batch of one": ("L.BatchNormalization(**d)", "1,5"),
    "batch steps": ("L.BatchNormalization(**d)", "3,4,5"),
    "batch images": ("L.BatchNormalization(**d)", "2,3,4,5"),
    "batch videos": ("L.BatchNormalization(**d)", "2,3,2,2,3"),
    "batch first": ("L.BatchNormalization(axis=1, **d)", "2,3,4,5"),
    "batch videos first": ("L.BatchNormalization(axis=1, **d)", "2,3,2,2,3"),
    "batch videos inside": ("L.BatchNormalization(axis=2, **d)", "2,3,4,2,3"),
    "batch steps first": ("L.BatchNormalization(axis=1, **d)", "3,4,5"),
    "batch two axes": ("L.BatchNormalization(axis=[1, 2], **d)", "3,4,5"),
    "batch last axes": ("L.BatchNormalization(axis=[-1, 1], **d)", "3,2,4,5"),
    "batch not fused": ("L.BatchNormalization(fused=False, **d)", "2,3,4,5"),
    "batch synchronized": ("L.BatchNormalization(synchronized=True, **d)", "2,3,4,5"),
    "batch momentum": ("L.BatchNormalization(momentum=0.75, epsilon=0.25, **d)", "6,5"),
    "batch small epsilon": ("L.BatchNormalization(epsilon=1e-7, **d)", "2,3,4,5"),
    "batch no center": ("L.BatchNormalization(center=False, **d)", "6,5"),
    "batch no scale": ("L.BatchNormalization(scale=False, **d)", "2,3,4,5"),
    "batch neither": ("L.BatchNormalization(center=False, scale=False, **d)", "6,5"),
    "batch frozen": ("L.BatchNormalization(trainable=False, **d)", "2,3,4,5"),
    "batch parts": (
        "L.BatchNormalization(gamma_initializer='zeros', beta_regularizer='l2', gamma_regularizer='l1', "
        "gamma_constraint='non_neg', moving_mean_initializer='ones', moving_variance_initializer='zeros', **d)", "6,5",
    ),
    "layer": ("L.LayerNormalization(**d)", "4,5"),
    "layer steps": ("L.LayerNormalization(**d)", "3,4,5"),
    "layer two": ("L.LayerNormalization(axis=[1, 2], **d)", "3,4,5"),
    "layer first": ("L.LayerNormalization(axis=1, **d)", "3,4,5"),
    "layer images": ("L.LayerNormalization(axis=(1, 3), epsilon=0.125, **d)", "2,3,4,5"),
    "layer no center": ("L.LayerNormalization(center=False, **d)", "4,5"),
    "layer no scale": ("L.LayerNormalization(scale=False, beta_regularizer='l2', **d)", "4,5"),
    "group": ("L.GroupNormalization(groups=2, **d)", "3,6"),
    "group images": ("L.GroupNormalization(groups=3, **d)", "2,3,4,6"),
    "group instance": ("L.GroupNormalization(groups=-1, **d)", "2,3,4,6"),
    "group one": ("L.GroupNormalization(groups=1, epsilon=0.25, **d)", "2,4,6"),
    "group first": ("L.GroupNormalization(groups=2, axis=1, **d)", "2,4,3,5"),
    "group no center": ("L.GroupNormalization(groups=2, center=False, **d)", "3,6"),
    "group no scale": ("L.GroupNormalization(groups=2, scale=False, gamma_regularizer='l2', **d)", "3,6"),
    "spectral": ("L.SpectralNormalization(L.Dense(4, name='inside', **d), **d)", "5,3"),
    "spectral three": ("L.SpectralNormalization(L.Dense(2, name='inside', **d), power_iterations=3, **d)", "5,4,6"),
}  # fmt: skip


def _pools():
    found = {}
    for kind in ("Max", "Average"):
        for d, shape in ((1, "2,7,3"), (2, "2,5,6,3"), (3, "2,4,5,3,2")):
            name = f"{kind.lower()} {d}"
            for more, arguments in {
                "": "", " same": "padding='same', ", " overlap": "pool_size=3, strides=2, ",
                " overlap same": "pool_size=3, strides=2, padding='same', ", " strides 1": "pool_size=2, strides=1, padding='SAME', ",
                " gaps": "pool_size=2, strides=3, ",
            }.items():  # fmt: skip
                found[name + more] = (f"L.{kind}Pooling{d}D({arguments}**d)", shape)
            found[f"{name} ties"] = (f"L.{kind}Pooling{d}D(3, 1, **d)", f"ties {shape}")
        found[f"{kind.lower()} 1 first"] = (f"L.{kind}Pooling1D(2, data_format='channels_first', **d)", "2,3,8")
        found[f"{kind.lower()} 2 uneven"] = (f"L.{kind}Pooling2D((3, 2), (1, 2), **d)", "2,5,6,17")
        found[f"{kind.lower()} 2 wide"] = (f"L.{kind}Pooling2D(**d)", "1,4,4,35")
    for kind in ("GlobalMax", "GlobalAverage"):
        for d, shape in ((1, "2,7,3"), (2, "2,5,6,3"), (3, "2,4,5,3,2")):
            found[f"{kind.lower()} {d}"] = (f"L.{kind}Pooling{d}D(**d)", shape)
            found[f"{kind.lower()} {d} kept"] = (f"L.{kind}Pooling{d}D(keepdims=True, **d)", shape)
            found[f"{kind.lower()} {d} first"] = (
                f"L.{kind}Pooling{d}D(data_format='channels_first', keepdims=True, **d)", shape,
            )  # fmt: skip
            found[f"{kind.lower()} {d} ties"] = (f"L.{kind}Pooling{d}D(**d)", f"ties {shape}")
    return found


POOLING = _pools()
RESIZING = {
    "pad 1": ("L.ZeroPadding1D(2, **d)", "2,3,4"),
    "pad 1 pair": ("L.ZeroPadding1D((0, 3), **d)", "2,3,4"),
    "pad 2": ("L.ZeroPadding2D(**d)", "2,3,4,2"),
    "pad 2 pair": ("L.ZeroPadding2D((1, 2), **d)", "2,3,4,2"),
    "pad 2 four": ("L.ZeroPadding2D(((1, 0), (2, 3)), **d)", "2,3,4,2"),
    "pad 2 first": ("L.ZeroPadding2D(((1, 0), (2, 3)), data_format='channels_first', **d)", "2,3,4,2"),
    "pad 3": ("L.ZeroPadding3D(**d)", "2,2,3,2,2"),
    "pad 3 six": ("L.ZeroPadding3D(((1, 0), (0, 2), (3, 1)), **d)", "2,2,3,2,2"),
    "pad 3 first": ("L.ZeroPadding3D((1, 0, 2), data_format='channels_first', **d)", "2,2,3,2,2"),
    "crop 1": ("L.Cropping1D(**d)", "2,5,3"),
    "crop 1 pair": ("L.Cropping1D((0, 3), **d)", "2,5,3"),
    "crop 2": ("L.Cropping2D(**d)", "2,3,4,2"),
    "crop 2 some": ("L.Cropping2D(1, **d)", "2,5,4,2"),
    "crop 2 four": ("L.Cropping2D(((1, 0), (0, 2)), **d)", "2,5,4,2"),
    "crop 2 first": ("L.Cropping2D((1, 0), data_format='channels_first', **d)", "2,3,4,2"),
    "crop 3": ("L.Cropping3D(**d)", "2,4,5,3,2"),
    "crop 3 six": ("L.Cropping3D(((1, 0), (0, 2), (0, 0)), **d)", "2,4,5,3,2"),
    "crop 3 first": ("L.Cropping3D((0, 1, 0), data_format='channels_first', **d)", "2,4,5,3,2"),
    "up 1": ("L.UpSampling1D(**d)", "2,3,4"),
    "up 1 three": ("L.UpSampling1D(3, **d)", "2,3,4"),
    "up 2": ("L.UpSampling2D(**d)", "2,3,4,2"),
    "up 2 uneven": ("L.UpSampling2D((1, 3), **d)", "2,3,4,2"),
    "up 2 first": ("L.UpSampling2D((3, 2), data_format='channels_first', **d)", "2,3,4,2"),
    "up 2 bilinear": ("L.UpSampling2D(interpolation='bilinear', **d)", "2,3,4,2"),
    "up 2 bilinear uneven": ("L.UpSampling2D((3, 4), interpolation='bilinear', **d)", "2,3,4,2"),
    "up 2 bilinear first": ("L.UpSampling2D(2, 'channels_first', 'bilinear', **d)", "2,3,4,2"),
    "up 2 bilinear of one": ("L.UpSampling2D(3, interpolation='bilinear', **d)", "1,1,1,2"),
    "up 3": ("L.UpSampling3D(**d)", "2,2,3,2,2"),
    "up 3 uneven": ("L.UpSampling3D((1, 2, 3), **d)", "2,2,3,2,2"),
    "up 3 first": ("L.UpSampling3D(2, data_format='channels_first', **d)", "2,2,3,2,2"),
}
CASES = {**NORMALIZATION, **POOLING, **RESIZING}


def extents(case):
    return tuple(int(d) for d in case[1].split()[-1].split(","))


def array(case, dtype):
    j = np.arange(int(np.prod(extents(case))))
    x = np.sin(j * 1.7 + 0.3) * 1.4 + 0.25
    return (np.round(x * 2) / 2 if case[1].startswith("ties") else x).reshape(extents(case)).astype(dtype)


def weights_like(shapes):
    """Positive, as variances are."""
    return [1.5 + np.cos(np.arange(int(np.prod(s))) * 0.9 + k).reshape(s) for k, s in enumerate(shapes)]


def make(tf, case, dtype):
    return eval(case[0], {"L": tf.keras.layers, "np": np, "d": {"dtype": dtype}})


def run(tf, case, dtype):
    """All that a case shows, of tf.keras or of pyseq: at inference, and in training for a layer that tells them apart."""
    layer = make(tf, case, dtype)
    x = tf.constant(array(case, dtype))
    layer(x)
    if layer.weights:
        layer.set_weights(weights_like([w.shape for w in layer.weights]))
    modes = [False, True] if trains(case) else [None]
    config = {k: plain(v) for k, v in layer.get_config().items()}
    return {
        "initial": [] if "Spectral" in case[0] else [np.asarray(w) for w in make_built(tf, case, dtype).get_weights()],
        "modes": [mode(tf, layer, x, training) for training in modes],
        "losses": [float(v) for v in layer.losses],
        "names": [w.name.split("/")[-1] for w in layer.weights],
        "trainable": len(layer.trainable_weights),
        "output_shape": list(tf.TensorShape(layer.compute_output_shape((None, *x.shape[1:]))).as_list()),
        "config": {k: v for k, v in config.items() if k != "name"},
    }


def trains(case):
    """Does the layer do something else in training?"""
    return "Batch" in case[0] or "Spectral" in case[0]


def make_built(tf, case, dtype):
    layer = make(tf, case, dtype)
    layer.build(extents(case))
    return layer


def mode(tf, layer, x, training):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x) if training is None else layer(x, training=training)
        cotangent = np.cos(np.arange(int(np.prod(y.shape))) * 1.3).reshape(y.shape)
        total = tf.reduce_sum(y * tf.constant(cotangent, dtype=y.dtype))
    gradients = tape.gradient(total, [x, *layer.trainable_weights])
    return {
        "y": np.asarray(y),
        "gradients": [None if g is None else np.asarray(g) for g in gradients],
        "weights": [np.asarray(w) for w in layer.get_weights()],
    }


def plain(x):
    """A configuration's value as JSON keeps it."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x
