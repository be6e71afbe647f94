"""The products of 3 x 3 convolutions without stride, by Winograd's minimal filtering: csrc/conv_winograd.h.

16 multiplications where 36 were, for some additions. What ops/conv.py emits where it `fits`; the derivatives are recorded there.
"""

from __future__ import annotations

from functools import lru_cache

from pyseq.core import emit, kernels

WINOGRAD, WINOGRAD_BACKWARD_X, WINOGRAD_BACKWARD_U, WINOGRAD_KERNEL, WINOGRAD_BACKWARD_KERNEL = kernels(
    "winograd", "winograd_backward_x", "winograd_backward_u", "winograd_kernel", "winograd_backward_kernel"
)
TILES, PIECE_C, PIECE_F = 12, 64, 128  # of a part, as in csrc/conv_winograd.pyx
LEAST_CHANNELS, LEAST_TILES = 16, 20  # of an image: below, the transforms cost more than they save
CHUNK, CHUNKS_MAX, CHUNKS_SIZE = 256, 16, 2**19  # tiles; chunks of dU; elements of all of them
NO_AXIS, ONE_BY_ONE = (1, 1, 1, 1, 0, 1), (3, 1, 1)


@lru_cache(maxsize=4096)
def fits(head, axes):
    """Is it a 3 x 3 convolution of an image, pixel by pixel, with enough channels and pixels? It does not depend on the batch."""
    _, groups, channels, filters = head
    depth, *rest = axes[:6], axes[6:12], axes[12:]
    if depth != NO_AXIS or groups != 1 or min(channels, filters) < LEAST_CHANNELS:
        return False
    if any((kernel, stride, dilation) != ONE_BY_ONE for _, _, kernel, stride, _, dilation in rest):
        return False
    return _tiles(axes[7], axes[13]) >= LEAST_TILES


def _tiles(rows, columns):
    return -(-rows // 2) * -(-columns // 2)


def _pieces(extent, piece):
    return max(1, -(-extent // piece))


@lru_cache(maxsize=4096)
def _plan(head, axes):
    """(dims but the activation's code, parts and work of y, of dx, of dU; chunks)."""
    n, _, channels, filters = head
    (height, rows), (width, columns) = axes[6:8], axes[12:14]
    of_y, of_x = n * _tiles(rows, columns), n * _tiles(height, width)
    block = 16 * channels * filters
    chunks = max(1, min(CHUNKS_MAX, of_y // CHUNK, CHUNKS_SIZE // block))
    pieces = _pieces(channels, PIECE_C), _pieces(filters, PIECE_F)
    tail = (chunks, *pieces, height, width, rows, columns, axes[10], axes[16])
    return (
        tail,
        (_pieces(of_y, TILES), of_y * block),
        (_pieces(of_x, TILES), of_x * block),
        (chunks * pieces[0] * pieces[1], of_y * block),
        chunks,
    )


def forward(x, w, window, bias, code, attrs):
    """y (N, OH, OW, F) = activation(x * w + bias)."""
    tail, (parts, work), *_ = _plan(window.head, window.axes)
    u = _transform(w, window, tail)
    return emit(WINOGRAD, (x, u, bias), ((window.y, x.dtype),), (*window.head, code, *tail), attrs, parts, work)


def backward_x(dy, w, window, bias, code, attrs):
    """dx (N, H, W, C) = activation(what dy's pixels lay into x + bias)."""
    tail, _, (parts, work), *_ = _plan(window.head, window.axes)
    u = _transform(w, window, tail)
    dims = (*window.head, code, *tail)
    return emit(WINOGRAD_BACKWARD_X, (dy, u, bias), ((window.x, dy.dtype),), dims, attrs, parts, work)


def backward_kernel(x, dy, window):
    """dw (3, 3, C, F) = sum over tiles."""
    tail, _, _, (parts, work), chunks = _plan(window.head, window.axes)
    dims, (_, _, c, f) = (*window.head, 0, *tail), window.head
    du = emit(WINOGRAD_BACKWARD_U, (x, dy), (((chunks, 16, c, f), x.dtype),), dims, (), parts, work)
    return emit(WINOGRAD_BACKWARD_KERNEL, (du,), ((window.kernel, x.dtype),), dims, (), c, du.size)


def _transform(w, window, tail):
    _, _, c, f = window.head
    return emit(WINOGRAD_KERNEL, (w,), (((16, c, f), w.dtype),), (*window.head, 0, *tail), (), c, w.size * 2)
