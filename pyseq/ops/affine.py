"""Images turned, moved and stretched: projective transforms. csrc/affine.pyx."""

from __future__ import annotations

from pyseq.core import as_tensor, emit, float32, float64, kernels, record
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e

AFFINE, AFFINE_BACKWARD, AFFINE_IMAGE = kernels("affine", "affine_backward", "affine_image")
FILL_MODES = ("constant", "reflect", "wrap", "nearest")  # as csrc/affine.h numbers them
INTERPOLATIONS = ("nearest", "bilinear")


def affine(x, transforms, size=None, fill_mode="constant", interpolation="nearest", fill_value=0.0):
    """Images whose pixels come from other places: row and column that a projective transform makes of their own.

    Args:
        x: (N, H, W, C), any number type; integers are computed as float32 and cut off.
        transforms: (N, 8) or (1, 8): a0 a1 a2 b0 b1 b2 c0 c1. Pixel (row y, column x) comes from column (a0 x + a1 y + a2) / k and
            row (b0 x + b1 y + b2) / k, k = c0 x + c1 y + 1.
        size: (height, width) of the result; by default that of x.
        fill_mode: what is outside of an image: "constant" (fill_value), "reflect" (d c b a | a b c d | d c b a),
            "wrap" (a b c d | a b c d | a b c d) or "nearest" (a a a a | a b c d | d d d d).
        interpolation: "nearest" pixel, or "bilinear" between four.
    Returns:
        (N, *size, C), of x's dtype.  vjp: dy -> dx, exactly (TensorFlow's transforms dy back, which is not the same).
    Raises:
        ValueError: shapes that do not fit; an unknown mode.
    Source: TensorFlow's ImageProjectiveTransformV3.
    """
    x, transforms = as_tensor(x), e.cast(as_tensor(transforms), float32)
    if len(x.shape) != 4:
        raise invalid(f"affine: `x` must be (N, H, W, C). Received: x.shape={x.shape}.")
    if transforms.shape not in ((x.shape[0], 8), (1, 8)):
        raise invalid(
            f"affine: `transforms` must be (1, 8) or ({x.shape[0]}, 8). Received: transforms.shape={transforms.shape}."
        )
    for name, value, known in (
        ("fill_mode", fill_mode, FILL_MODES), ("interpolation", interpolation, INTERPOLATIONS),
    ):  # fmt: skip
        if value not in known:
            raise invalid(f"affine: `{name}` must be one of {known}. Received: {name}={value!r}.")
    if x.dtype is not float32 and x.dtype is not float64:
        wide = affine(e.cast(x, float32), transforms, size, fill_mode, interpolation, fill_value)
        return e.cast(wide, x.dtype)
    size = x.shape[1:3] if size is None else tuple(int(d) for d in size)
    codes = (transforms.shape[0], INTERPOLATIONS.index(interpolation), FILL_MODES.index(fill_mode))
    return _forward(x, transforms, size, codes, float(fill_value))


def _forward(x, transforms, size, codes, fill_value):
    n, c = x.shape[0], x.shape[3]
    to, dims = (n, *size, c), (*x.shape[1:], *size, *codes)
    y = emit(
        AFFINE,
        (x, transforms),
        ((to, x.dtype),),
        dims,
        (fill_value,),
        n * size[0],
        8 * n * size[0] * size[1] * c,
    )
    return record(y, (x, transforms), lambda dy, needs: (_backward(dy, transforms, x.shape, codes), None))


def _backward(dy, transforms, shape, codes):
    dims = (*shape[1:], *dy.shape[1:3], *codes)
    dx = emit(AFFINE_BACKWARD, (dy, transforms), ((shape, dy.dtype),), dims, (), shape[0], 8 * dy.size)
    return record(dx, (dy, transforms), lambda ddx, needs: (_forward(ddx, transforms, dy.shape[1:3], codes, 0.0), None))


def affine_image(x, matrix, offset, fill_mode="nearest", interpolation="bilinear", fill_value=0.0):
    """Images whose pixel (i, j) comes from row and column matrix @ (i, j) + offset, counted in float64.

    Args:
        x: (N, H, W, C), float32 or float64. matrix: array (2, 2). offset: array (2,).
        fill_mode, interpolation, fill_value: as of `affine`.
    Returns:
        y, like x. Without gradient.
    Source: scipy.ndimage.affine_transform, splines of order 0 ("nearest") and 1 ("bilinear").
    """
    dims = (*x.shape[1:], INTERPOLATIONS.index(interpolation), FILL_MODES.index(fill_mode))
    attrs = (*(float(m) for row in matrix for m in row), *(float(o) for o in offset), float(fill_value))
    return emit(AFFINE_IMAGE, (x,), ((x.shape, x.dtype),), dims, attrs, x.shape[0] * x.shape[1], 16 * x.size)
