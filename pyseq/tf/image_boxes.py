"""tf.image: boxes in images, (top, left, bottom, right) as fractions of their sides."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, float32, int32
from pyseq.ops import elementwise as e
from pyseq.ops import gather
from pyseq.ops import shape as s
from pyseq.ops.check import known_values, refuse_integers
from pyseq.tf._given import tensor_of
from pyseq.tf.image_resizing import _size

__all__ = [
    "crop_and_resize", "non_max_suppression", "non_max_suppression_overlaps", "non_max_suppression_padded",
    "non_max_suppression_with_scores",
]  # fmt: skip


def crop_and_resize(image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0, name=None):
    """What is in boxes, each resized to one size; the corners of a box are the centres of corner pixels.

    Args:
        image: (N, H, W, C). boxes: (M, 4): y1, x1, y2, x2; 0 is the first pixel, 1 the last; y1 > y2 turns upside down.
        box_indices: (M,), the image of each. crop_size: (height, width). method: "bilinear" or "nearest".
        extrapolation_value: of what is outside of the image.
    Returns:
        (M, height, width, C), float32.  vjp: to image, and for "bilinear" to boxes.
    """
    x, boxes = e.cast(tensor_of(image), float32), e.cast(tensor_of(boxes), float32)
    which = e.cast(tensor_of(box_indices), int32)
    size = _size("crop_and_resize", crop_size)
    if len(x.shape) != 4 or boxes.shape[1:] != (4,) or which.shape != boxes.shape[:1]:
        raise ValueError(
            "crop_and_resize: `image` must be (N, H, W, C), `boxes` (M, 4) and `box_indices` (M,). "
            f"Received: shapes {x.shape}, {boxes.shape}, {which.shape}."
        )
    if method not in ("bilinear", "nearest"):
        raise ValueError(f"crop_and_resize: `method` must be 'bilinear' or 'nearest'. Received: method={method!r}.")
    refuse_integers(
        which, 0, x.shape[0],
        lambda found: ValueError(f"crop_and_resize: `box_indices` must be in [0, {x.shape[0]}). Received: {found}."),
    )  # fmt: skip
    rows = _places(boxes[:, 0], boxes[:, 2], x.shape[1], size[0])
    columns = _places(boxes[:, 1], boxes[:, 3], x.shape[2], size[1])
    y = _read(x, which, _corners(rows, x.shape[1], method), _corners(columns, x.shape[2], method))
    inside = e.logical_and(s.expand_dims(_inside(rows, x.shape[1]), 2), s.expand_dims(_inside(columns, x.shape[2]), 1))
    return e.where(s.expand_dims(inside, 3), y, float(extrapolation_value))


def _places(low, high, n, count):
    """(M, count): where in an axis of n pixels the crops' pixels are; -1, outside, where that is no number or infinite."""
    if count == 1:
        return _known(s.expand_dims(e.multiply(e.add(low, high), 0.5 * (n - 1)), 1))
    step = e.multiply(e.subtract(high, low), (n - 1) / (count - 1))
    numbers = as_tensor(np.arange(count, dtype="float32"))
    return _known(e.add(s.expand_dims(e.multiply(low, float(n - 1)), 1), e.multiply(s.expand_dims(step, 1), numbers)))


def _known(places):
    return e.where(e.less(e.absolute(places), 2.0**31), places, -1.0)  # NaN is not less


def _inside(places, n):
    return e.logical_and(e.greater_equal(places, 0.0), e.less_equal(places, float(n - 1)))


def _corners(places, n, method):
    """[(pixel (M, count), its share or None), ...]: the nearest, or the two on either side."""
    if method == "nearest":
        return [(_pixel(e.floor(e.add(places, 0.5)), n), None)]
    below = e.floor(places)
    share = e.subtract(places, below)
    return [(_pixel(below, n), e.subtract(1.0, share)), (_pixel(e.ceil(places), n), share)]


def _pixel(at, n):
    return e.cast(e.clip(at, 0.0, float(n - 1)), int32)


def _read(x, which, rows, columns):
    """The sum of the pixels of all corners, weighed."""
    n, h, w, c = x.shape
    flat, total = s.reshape(x, (n * h * w, c)), None
    first = s.reshape(e.multiply(which, h), (-1, 1, 1))
    for row, share_down in rows:
        for column, share_right in columns:
            numbers = e.add(e.multiply(e.add(first, s.expand_dims(row, 2)), w), s.expand_dims(column, 1))
            pixels = gather.gather(flat, numbers)
            if share_down is not None:
                share = e.multiply(s.expand_dims(share_down, 2), s.expand_dims(share_right, 1))
                pixels = e.multiply(pixels, s.expand_dims(share, 3))
            total = pixels if total is None else e.add(total, pixels)
    return total


# ------------------------------------------------------------------------------------------ which boxes to keep


def _overlaps(boxes):
    """(M, M) intersection over union."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(1)
    sides = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    shared = np.maximum(sides, 0).prod(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = shared / (area[:, None] + area - shared)
    return np.where((area[:, None] > 0) & (area > 0), found, 0.0)


def _kept(overlaps, scores, most, threshold, least, sigma=0.0):
    """Numbers of the boxes kept and their scores, best first: those that overlap a better one too much are dropped.

    sigma: above 0, overlaps lower the scores in place of that (Bodla et al., 2017, "Soft-NMS").
    """
    scores, alive, kept, out = scores.astype("float64"), scores > least, [], []
    while alive.any() and len(kept) < most:
        best = int(np.argmax(np.where(alive, scores, -np.inf)))
        kept.append(best)
        out.append(scores[best])
        alive[best] = False
        others = overlaps[:, best]
        if sigma > 0:
            scores = scores * np.where(others <= threshold, np.exp(-(others**2) / (2 * sigma)), 0.0)
            alive &= scores > least
        else:
            alive &= others <= threshold
    return np.array(kept, "int32"), np.array(out, "float32")


def _given(who, boxes, scores, most, matrix=False):
    boxes, scores = (known_values(who, name, x).astype("f4") for name, x in (("`boxes`", boxes), ("`scores`", scores)))
    wanted = (len(scores), len(scores) if matrix else 4)
    if scores.ndim != 1 or boxes.shape != wanted:
        raise ValueError(
            f"{who}: boxes must be {wanted} for {len(scores)} scores. Received: {boxes.shape}, {scores.shape}."
        )
    return boxes, scores, int(known_values(who, "`max_output_size`", most))


def non_max_suppression(boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), name=None):
    """Numbers of the boxes to keep, best first: none overlaps a better one by more than iou_threshold. int32 (at most ...,)."""
    boxes, scores, most = _given("non_max_suppression", boxes, scores, max_output_size)
    return as_tensor(_kept(_overlaps(boxes), scores, most, float(iou_threshold), float(score_threshold))[0])


def non_max_suppression_with_scores(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), soft_nms_sigma=0.0, name=None
):
    """(numbers, scores) of the boxes to keep; with soft_nms_sigma above 0 overlaps lower scores."""
    boxes, scores, most = _given("non_max_suppression_with_scores", boxes, scores, max_output_size)
    found = _kept(_overlaps(boxes), scores, most, float(iou_threshold), float(score_threshold), float(soft_nms_sigma))
    return tuple(map(as_tensor, found))


def non_max_suppression_overlaps(
    overlaps, scores, max_output_size, overlap_threshold=0.5, score_threshold=float("-inf"), name=None
):
    """As non_max_suppression, of a matrix that says how much boxes overlap."""
    overlaps, scores, most = _given("non_max_suppression_overlaps", overlaps, scores, max_output_size, True)
    return as_tensor(_kept(overlaps, scores, most, float(overlap_threshold), float(score_threshold))[0])


def non_max_suppression_padded(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), pad_to_max_output_size=False, name=None,
    sorted_input=False, canonicalized_coordinates=False, tile_size=512,
):  # fmt: skip
    """(numbers, how many): as non_max_suppression, with zeros up to max_output_size if so wanted. Batches: (N, M, 4) and (N, M).

    sorted_input, canonicalized_coordinates and tile_size help TensorFlow's kernel; the answer does not depend on them.
    """
    who = "non_max_suppression_padded"
    boxes, scores = known_values(who, "`boxes`", boxes), known_values(who, "`scores`", scores)
    most = int(known_values(who, "`max_output_size`", max_output_size))
    lead = scores.shape[:-1]
    kept = [
        non_max_suppression(b, c, most, iou_threshold, score_threshold).numpy()
        for b, c in zip(boxes.reshape(-1, *boxes.shape[-2:]), scores.reshape(-1, scores.shape[-1]), strict=True)
    ]
    width = most if pad_to_max_output_size else max(map(len, kept), default=0)
    numbers = np.array([np.pad(k, (0, width - len(k))) for k in kept], "int32").reshape(*lead, width)
    return as_tensor(numbers), as_tensor(np.array([len(k) for k in kept], "int32").reshape(lead))
