"""tf.math: along axes."""

from __future__ import annotations

from pyseq.core import dispatch
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, special
from pyseq.tf._given import axes_of, tensor_of

__all__ = [
    "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "cumulative_logsumexp", "reduce_all", "reduce_any",
    "reduce_euclidean_norm", "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_std",
    "reduce_sum", "reduce_variance", "zero_fraction",
]  # fmt: skip


def _reduction(name, op):
    def function(input_tensor, axis=None, keepdims=False, name=None):
        return op(tensor_of(input_tensor), axis=axes_of(axis), keepdims=bool(keepdims))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = op.__doc__
    return function


def _euclidean_norm(x, axis=None, keepdims=False):
    """The root of the sum of the squares."""
    return e.sqrt(reduce.sum(e.square(x), axis, keepdims))


reduce_all = _reduction("reduce_all", reduce.all)
reduce_any = _reduction("reduce_any", reduce.any)
reduce_euclidean_norm = _reduction("reduce_euclidean_norm", _euclidean_norm)
reduce_logsumexp = _reduction("reduce_logsumexp", reduce.logsumexp)
reduce_max = _reduction("reduce_max", reduce.max)
reduce_mean = _reduction("reduce_mean", reduce.mean)
reduce_min = _reduction("reduce_min", reduce.min)
reduce_prod = _reduction("reduce_prod", reduce.prod)
reduce_std = _reduction("reduce_std", reduce.std)
reduce_sum = _reduction("reduce_sum", reduce.sum)
reduce_variance = _reduction("reduce_variance", reduce.var)


def argmax(input, axis=None, output_type="int64", name=None):
    """Position of the largest element along `axis` (0 by default), the first of equal ones."""
    return reduce.argmax(tensor_of(input), axis=0 if axis is None else axes_of(axis), dtype=output_type)


def argmin(input, axis=None, output_type="int64", name=None):
    """Position of the smallest element along `axis` (0 by default), the first of equal ones."""
    return reduce.argmin(tensor_of(input), axis=0 if axis is None else axes_of(axis), dtype=output_type)


def count_nonzero(input, axis=None, keepdims=None, dtype="int64", name=None):
    """How many elements are not zero."""
    return reduce.count_nonzero(tensor_of(input), axes_of(axis), bool(keepdims), dtype)


def zero_fraction(value, name=None):
    """The fraction of the elements that are zero, float32."""
    value = tensor_of(value)
    return reduce.mean(e.cast(e.equal(value, e.zeros_like(value)), "float32"))


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running sums along `axis`; exclusive: without the element itself; reverse: from the end."""
    return reduce.cumsum(tensor_of(x), axes_of(axis), exclusive, reverse)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running products along `axis`."""
    return reduce.cumprod(tensor_of(x), axes_of(axis), exclusive, reverse)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """log of the running sums of exp(x) along `axis`, without overflow."""
    return special.cumulative_logsumexp(tensor_of(x), axes_of(axis), exclusive, reverse)


dispatch.face(globals(), "math")
