"""The face of tf.keras.backend: settings of the process, and functions on tensors under the names Keras gave them."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pyseq import activations, losses, random
from pyseq._faces import missing as _missing
from pyseq.core import Variable, as_tensor, dispatch
from pyseq.core.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from pyseq.layers.naming import reset_names
from pyseq.losses.ctc import ctc_batch_cost  # noqa: F401
from pyseq.ops import elementwise, reduce
from pyseq.ops.activation import hard_sigmoid, softplus, softsign
from pyseq.ops.elementwise import absolute as abs
from pyseq.ops.elementwise import (
    cos,
    equal,
    exp,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    maximum,
    minimum,
    not_equal,
    round,
    sign,
    sin,
    sqrt,
    square,
)
from pyseq.ops.elementwise import power as pow
from pyseq.ops.reduce import all, any, argmax, argmin, max, mean, min, prod, std, sum, var
from pyseq.tf.tensors import expand_dims, matmul, ones_like, reshape, squeeze, transpose, zeros_like

_uids: Counter[str] = Counter()

dot = matmul
elu, relu, sigmoid, tanh = activations.elu, activations.relu, activations.sigmoid, activations.tanh


def clear_session():
    """Give out the layers' default names from the start again."""
    reset_names()
    reset_uids()


def get_uid(prefix=""):
    """1, 2, 3, ... for each prefix."""
    _uids[prefix] += 1
    return _uids[prefix]


def reset_uids():
    """Start `get_uid` anew."""
    _uids.clear()


def cast(x, dtype):
    """x with another element type."""
    return elementwise.cast(as_tensor(x), dtype)


def cast_to_floatx(x):
    """x as `floatx()`; an array stays an array."""
    return np.asarray(x, dtype=floatx()) if isinstance(x, (np.ndarray, list, tuple)) else cast(x, floatx())


def clip(x, min_value, max_value):
    """max(min(x, max_value), min_value)."""
    return elementwise.clip(x, min_value, max_value)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis`."""
    return activations.softmax(x, axis)


def constant(value, dtype=None, shape=None, name=None):
    """Tensor of a value; `floatx()` by default."""
    from pyseq import tf

    return tf.constant(value, dtype or floatx(), shape)


def variable(value, dtype=None, name=None, constraint=None):
    """Variable with a value; `floatx()` by default."""
    return Variable(value, dtype=dtype or floatx(), name=name, constraint=constraint)


def zeros(shape, dtype=None, name=None):
    """Variable of zeros; `floatx()` by default."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    """Variable of ones; `floatx()` by default."""
    return variable(np.ones(shape), dtype, name)


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Tensor of normal random numbers."""
    return random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Tensor of random numbers, uniform in [minval, maxval)."""
    return random.uniform(shape, minval, maxval, dtype, seed)


def dropout(x, level, noise_shape=None, seed=None):
    """x with a random fraction `level` set to zero and the rest divided by 1 - level."""
    return random.dropout(x, level, noise_shape, seed)


def permute_dimensions(x, pattern):
    """The axes in the order of `pattern`."""
    return transpose(x, pattern)


def flatten(x):
    """All elements along one axis."""
    return reshape(x, (-1,))


def batch_flatten(x):
    """All elements of each sample along one axis."""
    x = as_tensor(x)
    return reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))


def one_hot(indices, num_classes):
    """One-hot rows, float32."""
    from pyseq import tf

    return tf.one_hot(indices, num_classes)


def dtype(x):
    """Name of the element type."""
    return as_tensor(x).dtype.name


def shape(x):
    """The extents as a tensor (ndim,)."""
    return as_tensor(np.array(x.shape, "int32"))


def ndim(x):
    """Number of axes."""
    return len(x.shape)


def int_shape(x):
    """The extents as a tuple, None where unknown."""
    return tuple(x.shape)


def eval(x):
    """The value as a NumPy array."""
    return as_tensor(x).numpy()


get_value = eval


def set_value(x, value):
    """Assign to a variable."""
    x.assign(np.asarray(value, dtype=x.dtype.numpy))


def binary_crossentropy(target, output, from_logits=False):
    """The loss elementwise."""
    from pyseq.ops import loss

    return loss.binary_crossentropy(target, as_tensor(output), from_logits=from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of each sample."""
    return losses.categorical_crossentropy(target, output, from_logits, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """The loss of each sample."""
    return losses.sparse_categorical_crossentropy(target, output, from_logits, axis, ignore_class)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without the overflow."""
    return reduce.logsumexp(x, axis, keepdims)


dispatch.face(globals(), "keras.backend")
__getattr__ = _missing(__name__, lambda: list(globals()))
