"""Layers whose outputs, gradients, masks, losses and configurations are recorded from tf.keras 2.15.

A case is the layer's source text and its inputs. The text sees `L` (keras.layers), `np`, and `d`, keyword arguments that
every layer takes: its dtype. An input is "kind shape": `x` floats with both signs, `p` floats with steps of zeros, `i`
integers below 5, `u` floats from 0 to 5; `m` floats with `_keras_mask` on them.
"""

from __future__ import annotations

import numpy as np

CASES = {
    # merging
    "add": ("L.Add(**d)", ["x 3,4", "x 3,4", "x 3,4"]),
    "add of one": ("L.Add(**d)", ["x 3,4"]),
    "add broadcasts": ("L.Add(**d)", ["x 3,1,4", "x 3,5,4"]),
    "add ranks": ("L.Add(**d)", ["x 3,4", "x 3,2,5,4"]),
    "add masked": ("L.Add(**d)", ["m 3,4,2", "m 3,4,2"]),
    "add half masked": ("L.Add(**d)", ["m 3,4,2", "x 3,4,2"]),
    "subtract": ("L.Subtract(**d)", ["x 3,4", "x 3,4"]),
    "subtract ranks": ("L.Subtract(**d)", ["x 2,5,4", "x 2,4"]),
    "multiply": ("L.Multiply(**d)", ["x 3,4", "x 3,4", "x 3,4"]),
    "multiply broadcasts": ("L.Multiply(**d)", ["x 3,4,1", "x 3,4,5"]),
    "average": ("L.Average(**d)", ["x 3,4", "x 3,4", "x 3,4"]),
    "average of integers": ("L.Average(**d)", ["i 3,4", "i 3,4"]),
    "maximum": ("L.Maximum(**d)", ["x 3,4", "x 3,4", "x 3,4"]),
    "maximum ties": ("L.Maximum(**d)", ["p 2,4,3", "p 2,4,3"]),
    "minimum": ("L.Minimum(**d)", ["x 3,4", "x 3,4", "x 3,4"]),
    "minimum ties": ("L.Minimum(**d)", ["p 2,4,3", "p 2,4,3"]),
    "concatenate": ("L.Concatenate(**d)", ["x 3,4", "x 3,2", "x 3,1"]),
    "concatenate of one": ("L.Concatenate(**d)", ["x 3,4"]),
    "concatenate 1": ("L.Concatenate(axis=1, **d)", ["x 3,4,2", "x 3,1,2"]),
    "concatenate 0": ("L.Concatenate(axis=0, **d)", ["x 3,4", "x 2,4"]),
    "concatenate -2": ("L.Concatenate(axis=-2, **d)", ["x 3,4,2", "x 3,1,2"]),
    "concatenate masked": ("L.Concatenate(**d)", ["m 3,4,2", "m 3,4,5"]),
    "concatenate half masked": ("L.Concatenate(**d)", ["m 3,4,2", "x 3,4,5"]),
    "concatenate steps masked": ("L.Concatenate(axis=1, **d)", ["m 3,4,2", "m 3,5,2"]),
    "dot vectors": ("L.Dot(axes=1, **d)", ["x 3,4", "x 3,4"]),
    "dot -1": ("L.Dot(axes=-1, **d)", ["x 3,2,4", "x 3,5,4"]),
    "dot 1": ("L.Dot(axes=1, **d)", ["x 3,4,2", "x 3,4,5"]),
    "dot 2 1": ("L.Dot(axes=(2, 1), **d)", ["x 3,2,4", "x 3,4,5"]),
    "dot 1 2": ("L.Dot(axes=[1, 2], **d)", ["x 3,4,2", "x 3,5,4"]),
    "dot matrix vector": ("L.Dot(axes=(2, 1), **d)", ["x 3,2,4", "x 3,4"]),
    "dot vector matrix": ("L.Dot(axes=(1, 2), **d)", ["x 3,4", "x 3,2,4"]),
    "dot four axes": ("L.Dot(axes=(3, 1), **d)", ["x 2,3,2,4", "x 2,4,5,3"]),
    "dot four axes inside": ("L.Dot(axes=(2, 2), **d)", ["x 2,3,4,2", "x 2,5,4,3"]),
    "cosine": ("L.Dot(axes=1, normalize=True, **d)", ["x 3,4", "x 3,4"]),
    "cosine of matrices": ("L.Dot(axes=-1, normalize=True, **d)", ["x 3,2,4", "x 3,5,4"]),
    # shapes
    "permute": ("L.Permute((2, 1), **d)", ["x 2,3,4"]),
    "permute three": ("L.Permute((3, 1, 2), **d)", ["x 2,3,4,5"]),
    "permute one": ("L.Permute((1,), **d)", ["x 2,3"]),
    "permute masked": ("L.Permute((2, 1), **d)", ["m 2,3,4"]),
    "repeat": ("L.RepeatVector(3, **d)", ["x 2,4"]),
    "repeat 1": ("L.RepeatVector(1, **d)", ["x 2,4"]),
    "repeat 0": ("L.RepeatVector(0, **d)", ["x 2,4"]),
    "reshape": ("L.Reshape((4, 3), **d)", ["x 2,3,4"]),
    "reshape -1": ("L.Reshape((2, -1), **d)", ["x 2,3,4"]),
    "reshape same": ("L.Reshape((3, 4), **d)", ["m 2,3,4"]),
    "flatten": ("L.Flatten(**d)", ["x 2,3,4"]),
    "flatten channels first": ("L.Flatten(data_format='channels_first', **d)", ["x 2,3,4,5"]),
    "flatten vector": ("L.Flatten(**d)", ["x 2"]),
    "flatten flat": ("L.Flatten(**d)", ["m 2,3"]),
    # activations
    "activation": ("L.Activation('tanh', **d)", ["m 2,3,4"]),
    "activation none": ("L.Activation(None, **d)", ["m 2,3,4"]),
    "relu": ("L.ReLU(**d)", ["x 3,4"]),
    "relu all": ("L.ReLU(max_value=0.75, negative_slope=0.25, threshold=0.125, **d)", ["x 3,8"]),
    "relu6": ("L.ReLU(6.0, **d)", ["x 3,8"]),
    "relu max 0": ("L.ReLU(max_value=0, **d)", ["x 3,8"]),
    "relu masked": ("L.ReLU(**d)", ["m 2,3,4"]),
    "leaky": ("L.LeakyReLU(**d)", ["x 3,4"]),
    "leaky steep": ("L.LeakyReLU(alpha=1.5, **d)", ["x 3,4"]),
    "leaky negative": ("L.LeakyReLU(-0.5, **d)", ["x 3,4"]),
    "prelu": ("L.PReLU(alpha_initializer='ones', **d)", ["x 3,4"]),
    "prelu shared": ("L.PReLU(alpha_initializer='ones', shared_axes=[1, 2], **d)", ["x 3,2,4,5"]),
    "prelu shared one": ("L.PReLU(shared_axes=1, **d)", ["x 3,2,4"]),
    "prelu shared last": ("L.PReLU(shared_axes=[2], **d)", ["x 3,2,4"]),
    "prelu parts": (
        "L.PReLU(alpha_initializer='ones', alpha_regularizer='l2', alpha_constraint='non_neg', **d)", ["x 3,4"],
    ),
    "elu": ("L.ELU(**d)", ["x 3,4"]),
    "elu 2": ("L.ELU(alpha=2, **d)", ["x 3,4"]),
    "elu 0.3": ("L.ELU(alpha=0.3, **d)", ["x 3,4"]),
    "relu 0.3": ("L.ReLU(negative_slope=0.3, threshold=0.1, max_value=0.7, **d)", ["x 3,8"]),
    "thresholded 0.3": ("L.ThresholdedReLU(theta=0.3, **d)", ["x 3,8"]),
    "elu negative": ("L.ELU(alpha=-0.5, **d)", ["x 3,4"]),
    "thresholded": ("L.ThresholdedReLU(**d)", ["x 3,8"]),
    "thresholded 0": ("L.ThresholdedReLU(theta=0, **d)", ["x 3,8"]),
    "softmax": ("L.Softmax(**d)", ["x 3,4"]),
    "softmax axis": ("L.Softmax(axis=1, **d)", ["x 3,4,2"]),
    "softmax axes": ("L.Softmax(axis=(1, 2), **d)", ["x 3,4,2"]),
    "softmax axes one": ("L.Softmax(axis=[1], **d)", ["x 3,4,2"]),
    # regularization
    "activity": ("L.ActivityRegularization(l1=0.1, l2=0.2, **d)", ["x 3,4"]),
    "activity masked": ("L.ActivityRegularization(l2=0.2, **d)", ["m 3,4,2"]),
    "dropout": ("L.Dropout(0.5, noise_shape=(None, 1, 2), seed=3, **d)", ["m 3,4,2"]),
    "dropout mask only": ("L.Dropout(0.5, **d)", ["x 3,4"]),
    "gaussian noise": ("L.GaussianNoise(0.5, seed=3, **d)", ["m 3,4,2"]),
    "gaussian dropout": ("L.GaussianDropout(0.5, seed=3, **d)", ["m 3,4,2"]),
    "alpha dropout": ("L.AlphaDropout(0.5, seed=3, **d)", ["m 3,4,2"]),
    "spatial 1": ("L.SpatialDropout1D(0.5, **d)", ["m 3,4,2"]),
    "spatial 2": ("L.SpatialDropout2D(0.5, data_format='channels_first', **d)", ["x 2,3,4,2"]),
    "spatial 3": ("L.SpatialDropout3D(0.5, **d)", ["x 2,3,4,2,2"]),
    # normalization of data
    "unit": ("L.UnitNormalization(**d)", ["x 3,4"]),
    "unit axis": ("L.UnitNormalization(axis=1, **d)", ["x 3,4,2"]),
    "unit axes": ("L.UnitNormalization(axis=[1, 2], **d)", ["m 3,4,2"]),
    "unit of zeros": ("L.UnitNormalization(**d)", ["p 3,4,2"]),
    "normalization given": ("L.Normalization(mean=0.5, variance=4.0, **d)", ["x 3,4"]),
    "normalization given each": ("L.Normalization(mean=[0.5, 1.0], variance=[4.0, 0.0], **d)", ["x 3,2"]),
    "normalization given axes": ("L.Normalization(axis=(1,), mean=[0.5, 1.0, 2.0], variance=2.0, **d)", ["x 2,3,4"]),
    "normalization none": ("L.Normalization(axis=None, mean=0.5, variance=4.0, invert=True, **d)", ["x 3,4"]),
    "normalization fresh": ("L.Normalization(**d)", ["x 3,4"]),
    "normalization of integers": ("L.Normalization(mean=0.5, variance=4.0, **d)", ["i 3,4"]),
    "rescaling": ("L.Rescaling(0.25, **d)", ["x 3,4"]),
    "rescaling offset": ("L.Rescaling(scale=0.25, offset=-1.0, **d)", ["i 3,4"]),
    "rescaling each": ("L.Rescaling([0.25, 2.0], [1.0, 0.5], **d)", ["x 3,2"]),
    # the rest
    "masking": ("L.Masking(**d)", ["p 3,4,2"]),
    "masking value": ("L.Masking(mask_value=0.5, **d)", ["p 3,4,2"]),
    "masking two axes": ("L.Masking(**d)", ["p 3,4"]),
    "masking masked": ("L.Masking(**d)", ["m 3,4,2"]),
    "embedding": ("L.Embedding(5, 3, embeddings_initializer='ones', **d)", ["i 3,4"]),
    "embedding of floats": ("L.Embedding(5, 3, embeddings_initializer='ones', input_length=4, **d)", ["u 3,4"]),
    "embedding masked": (
        "L.Embedding(5, 3, embeddings_initializer='ones', mask_zero=True, embeddings_regularizer='l2', "
        "activity_regularizer='l1', **d)", ["i 3,4"],
    ),
    "embedding vector": ("L.Embedding(5, 3, embeddings_initializer='ones', **d)", ["i 6"]),
    "embedding three axes": ("L.Embedding(5, 2, embeddings_initializer='ones', mask_zero=True, **d)", ["i 2,3,2"]),
    "identity": ("L.Identity(**d)", ["m 3,4,2"]),
    "einsum": ("L.EinsumDense('abc,cd->abd', (None, 5), bias_axes='d', activation='tanh', **d)", ["x 2,3,4"]),
    "einsum two": ("L.EinsumDense('ab,bc->ac', 5, kernel_regularizer='l2', bias_axes='c', **d)", ["x 2,3"]),
    "einsum bias": ("L.EinsumDense('abc,cd->abd', (3, 5), bias_axes='bd', **d)", ["x 2,3,4"]),
    "einsum no bias": ("L.EinsumDense('abc,bde->acde', (4, 5, 6), **d)", ["x 2,3,4"]),
    "einsum dots": ("L.EinsumDense('...xz,xy->...yz', (5, 4), bias_axes='y', **d)", ["x 2,3,4"]),
    "einsum dots after": ("L.EinsumDense('ab...,bc->ac...', 5, bias_axes='c', **d)", ["x 2,3,4"]),
    "einsum sum": ("L.EinsumDense('abc,bcd->ad', 5, activation='relu', **d)", ["x 2,3,4"]),
    "layer itself": ("L.Layer(**d)", ["m 3,4,2"]),
    "identity of integers": ("L.Identity(**d)", ["i 3,4"]),
    "wrapper": ("L.Wrapper(L.Reshape((4,), name='inside', **d), **d)", ["x 3,2,2"]),
    "lambda": ("L.Lambda(lambda x: x * x + 1.0, **d)", ["m 3,4,2"]),
    "lambda arguments": ("L.Lambda(lambda x, a, training: x * a, arguments={'a': 3.0}, **d)", ["x 3,4"]),
    "lambda mask": ("L.Lambda(lambda x, mask=None: x, mask=lambda x, m: m, **d)", ["m 3,4,2"]),
    "lambda list": ("L.Lambda(lambda xs: xs[0] * xs[1], **d)", ["x 3,4", "x 3,4"]),
}  # fmt: skip


def array(spec, k, dtype):
    """The k-th input of a case."""
    kind, shape = spec.split()
    shape = tuple(int(d) for d in shape.split(","))
    j = np.arange(int(np.prod(shape)))
    if kind == "i":
        return ((j * 7 + 3 * k) % 5).reshape(shape).astype("int32")
    if kind == "u":
        return (j % 5 + 0.75).reshape(shape).astype(dtype)
    x = (np.sin(j * 1.7 + k + 0.3) * 1.4).reshape(shape)
    if kind == "p":
        x = np.round(x * 2) / 2
        x[0, -1] = 0.0
        x[-1, 0] = 0.5
        x[1, :] = 0.0
    return x.astype(dtype)


def mask_of(spec, k):
    """The mask that lies on an input of kind `m`."""
    shape = tuple(int(d) for d in spec.split()[1].split(","))
    shape = shape[:2] if len(shape) > 2 else shape[:1]
    return (
        (np.arange(int(np.prod(shape))) * 5 + k) % 3 > 0
        if len(shape) == 1
        else (((np.arange(int(np.prod(shape))) * 5 + k) % 3 > 0).reshape(shape))
    )


def inputs_of(tf, case, dtype):
    """The inputs of a case as tensors."""
    tensors = []
    for k, spec in enumerate(case[1]):
        x = tf.constant(array(spec, k, dtype))
        if spec[0] == "m":
            x._keras_mask = tf.constant(mask_of(spec, k))
        tensors.append(x)
    return tensors[0] if len(tensors) == 1 and not case[0].startswith(MERGING) else tensors


MERGING = ("L.Add(", "L.Concatenate", "L.Lambda(lambda xs")


def weights_like(shapes):
    return [np.cos(np.arange(int(np.prod(s))) * 0.9).reshape(s) for s in shapes]


def make(tf, case, dtype):
    return eval(case[0], {"L": tf.keras.layers, "np": np, "d": {"dtype": dtype}})


def run(tf, case, dtype):
    """All that a case shows, of tf.keras or of pyseq."""
    layer = make(tf, case, dtype)
    inputs = inputs_of(tf, case, dtype)
    floats = [x for x in (inputs if isinstance(inputs, list) else [inputs]) if x.dtype in ("float32", "float64")]
    layer(inputs)
    if layer.trainable_weights:
        layer.set_weights(weights_like([w.shape for w in layer.weights]))
    with tf.GradientTape() as tape:
        tape.watch(floats)
        y = layer(inputs)
        cotangent = np.cos(np.arange(int(np.prod(y.shape))) * 1.3).reshape(y.shape)
        total = tf.reduce_sum(y * tf.constant(cotangent, dtype=y.dtype)) if y.dtype in ("float32", "float64") else None
    shapes = [tuple(x.shape) for x in inputs] if isinstance(inputs, list) else tuple(inputs.shape)
    unknown = [(None, *s[1:]) for s in shapes] if isinstance(inputs, list) else (None, *shapes[1:])
    sources = floats + list(layer.trainable_weights)
    gradients = tape.gradient(total, sources) if total is not None and sources else []
    mask = getattr(y, "_keras_mask", None)
    config = layer.get_config() if not case[0].startswith(("L.Lambda", "L.Wrapper")) else None
    return {
        "y": np.asarray(y),
        "mask": None if mask is None else np.asarray(mask),
        "gradients": [None if g is None else np.asarray(tf.convert_to_tensor(g)) for g in gradients],
        "losses": [float(v) for v in layer.losses],
        "weights": [list(w.shape) for w in layer.weights],
        "output_shape": list(tf.TensorShape(layer.compute_output_shape(unknown)).as_list()),
        "supports_masking": layer.supports_masking,
        "config": None if config is None else {k: plain(v) for k, v in config.items()},
    }


def plain(x):
    """A configuration's value as JSON keeps it."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x
