"""The TensorFlow face: `import pyseq.tf as tf`. TensorFlow's names and arguments; the work is done by pyseq.ops.

    tf.keras, tf.losses, tf.metrics, ...            pyseq and its modules
    tf.math, tf.nn, tf.linalg, tf.random, ...       this package's
    tf.Variable, tf.GradientTape, tf.float32, ...   pyseq.core's
    tf.constant, tf.reshape, tf.shape, ...          tensors.py
    tf.gather, tf.where, tf.sort, ...               picking.py
    tf.clip_by_norm, ...                            clipping.py

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
from pyseq.tf import bitwise, dtypes, linalg, math, nn, random
from pyseq.tf.clipping import (
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
)
from pyseq.tf.dtypes import as_dtype
from pyseq.tf.indexed_slices import IndexedSlices
from pyseq.tf.linalg import (
    einsum,
    eye,
    matmul,
    norm,
    tensordot,
)
from pyseq.tf.math import (
    abs,
    acos,
    acosh,
    add,
    add_n,
    argmax,
    argmin,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    cumsum,
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
    scalar_mul,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    truediv,
)
from pyseq.tf.picking import (
    argsort,
    boolean_mask,
    dynamic_partition,
    dynamic_stitch,
    gather,
    gather_nd,
    histogram_fixed_width,
    histogram_fixed_width_bins,
    one_hot,
    scatter_nd,
    searchsorted,
    sequence_mask,
    slice,
    sort,
    strided_slice,
    tensor_scatter_nd_add,
    tensor_scatter_nd_max,
    tensor_scatter_nd_min,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
    unique,
    unique_with_counts,
    unravel_index,
    where,
)
from pyseq.tf.printing import print
from pyseq.tf.tensors import (
    bitcast,
    broadcast_dynamic_shape,
    broadcast_static_shape,
    broadcast_to,
    cast,
    concat,
    constant,
    convert_to_tensor,
    ensure_shape,
    expand_dims,
    fill,
    identity,
    identity_n,
    is_tensor,
    linspace,
    meshgrid,
    ones,
    ones_like,
    pad,
    parallel_stack,
    range,
    rank,
    repeat,
    reshape,
    reverse,
    reverse_sequence,
    roll,
    saturate_cast,
    shape,
    shape_n,
    size,
    split,
    squeeze,
    stack,
    stop_gradient,
    tile,
    transpose,
    unstack,
    zeros,
    zeros_like,
)

__version__ = f"2.15.1+pyseq.{_pyseq_version}"  # whose names and numbers these are, then pyseq's own
half, float, double = float16, float32, float64
newaxis = None

_MODULES = ("autodiff", "compat", "config", "debugging", "errors", "image", "io", "nest", "strings", "test", "version")
_FUNCTIONS = {
    "control": "case cond foldl foldr map_fn scan switch_case vectorized_map while_loop",
    "debugging": "Assert assert_equal assert_greater assert_less assert_rank",
    "differentiation": "UnconnectedGradients custom_gradient grad_pass_through gradients hessians no_gradient recompute_grad",
    "initial_values": "constant_initializer ones_initializer random_normal_initializer random_uniform_initializer zeros_initializer",
    "python_functions": "numpy_function py_function",
    "strings": "as_string",
    "tensor_array": "TensorArray",
    "scopes": "control_dependencies device executing_eagerly get_current_name_scope get_logger get_static_value group "
    "init_scope inside_function is_symbolic_tensor name_scope no_op timestamp",
}
_LATER = {name: f"pyseq.tf.{name}" for name in _MODULES} | {
    name: f"pyseq.tf.{module}:{name}" for module, names in _FUNCTIONS.items() for name in names.split()
}
__getattr__ = _missing(__name__, lambda: list(globals()), _LATER)
