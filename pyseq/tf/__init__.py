"""The TensorFlow face: `import pyseq.tf as tf`. TensorFlow's names and arguments; the work is done by pyseq.ops.

    tf.keras, tf.losses, tf.metrics, ...            pyseq and its modules
    tf.math, tf.nn, tf.random                       this package's
    tf.Variable, tf.GradientTape, tf.float32, ...   pyseq.core's
    tf.constant, tf.reshape, tf.one_hot, ...        tensors.py

What is not here says so, with the nearest that is.
"""

from __future__ import annotations

import pyseq as keras
from pyseq import data, initializers, losses, metrics, optimizers
from pyseq._faces import missing as _missing
from pyseq._version import __version__ as _pyseq_version
from pyseq.core import (
    DType,
    GradientTape,
    Tensor,
    Variable,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from pyseq.core import bool_ as bool
from pyseq.data.spec import TensorShape, TensorSpec, string
from pyseq.layers.module import Module
from pyseq.plan import function
from pyseq.tf import math, nn, random
from pyseq.tf.math import (
    abs,
    add,
    argmax,
    argmin,
    cos,
    divide,
    equal,
    exp,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    pow,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    round,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    subtract,
    tanh,
    truediv,
)
from pyseq.tf.tensors import (
    broadcast_to,
    cast,
    clip_by_value,
    concat,
    constant,
    convert_to_tensor,
    expand_dims,
    eye,
    fill,
    gather,
    identity,
    is_tensor,
    linspace,
    matmul,
    one_hot,
    ones,
    ones_like,
    pad,
    range,
    rank,
    reshape,
    reverse,
    shape,
    size,
    split,
    squeeze,
    stack,
    stop_gradient,
    tile,
    transpose,
    unstack,
    where,
    zeros,
    zeros_like,
)

__version__ = f"2.15.1+pyseq.{_pyseq_version}"  # whose names and numbers these are, then pyseq's own
half, float, double = float16, float32, float64
newaxis = None

__getattr__ = _missing(__name__, lambda: list(globals()), {"config": "pyseq.tf.config"})
