"""tf.image: boxes in images, (top, left, bottom, right) as fractions of their sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pyseq.core import Tensor, as_tensor, emit, float16, float32, int32, numpy_kernel
from pyseq.core.errors import invalid
from pyseq.ops import crop
from pyseq.ops import elementwise as e
from pyseq.ops.check import known_values, refuse_integers
from pyseq.tf._given import tensor_of
from pyseq.tf.image_resizing import _size

__all__ = [
    "combined_non_max_suppression", "crop_and_resize", "draw_bounding_boxes", "non_max_suppression",
    "non_max_suppression_overlaps", "non_max_suppression_padded", "non_max_suppression_with_scores",
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
        raise invalid(
            "crop_and_resize: `image` must be (N, H, W, C), `boxes` (M, 4) and `box_indices` (M,). "
            f"Received: shapes {x.shape}, {boxes.shape}, {which.shape}."
        )
    if method not in ("bilinear", "nearest"):
        raise ValueError(f"crop_and_resize: `method` must be 'bilinear' or 'nearest'. Received: method={method!r}.")
    refuse_integers(
        which, 0, x.shape[0],
        lambda found: ValueError(f"crop_and_resize: `box_indices` must be in [0, {x.shape[0]}). Received: {found}."),
    )  # fmt: skip
    return crop.crop_boxes(x, boxes, which, size, method, float(extrapolation_value))


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


class NonMaxSuppressed(NamedTuple):
    """What `combined_non_max_suppression` gives; k: the most boxes of an image. What is missing is 0."""

    nmsed_boxes: Tensor  # float32 (N, k, 4)
    nmsed_scores: Tensor  # float32 (N, k)
    nmsed_classes: Tensor  # float32 (N, k)
    valid_detections: Tensor  # int32 (N,)


def combined_non_max_suppression(
    boxes, scores, max_output_size_per_class, max_total_size, iou_threshold=0.5, score_threshold=float("-inf"),
    pad_per_class=False, clip_boxes=True, name=None,
):  # fmt: skip
    """The boxes to keep of each image, best first, chosen by class: boxes, scores, classes, and how many there are.

    Args:
        boxes: (N, M, 1, 4), or (N, M, classes, 4). scores: (N, M, classes).
        max_output_size_per_class, max_total_size: the most boxes of a class, and of an image.
        iou_threshold, score_threshold: as of `non_max_suppression`.
        pad_per_class: room for max_output_size_per_class boxes of each class, if that is less than max_total_size?
        clip_boxes: cut boxes off at 0 and 1?
    Returns:
        A named tuple: nmsed_boxes float32 (N, k, 4), nmsed_scores and nmsed_classes float32 (N, k), valid_detections int32 (N,).
    """
    who = "combined_non_max_suppression"
    x, marks = e.cast(tensor_of(boxes), float32), e.cast(tensor_of(scores), float32)
    of_class, most = (
        int(known_values(who, f"`{argument}`", value))
        for argument, value in (
            ("max_output_size_per_class", max_output_size_per_class),
            ("max_total_size", max_total_size),
        )
    )
    if len(marks.shape) != 3 or x.shape not in ((*marks.shape[:2], 1, 4), (*marks.shape, 4)):
        raise ValueError(
            f"{who}: `boxes` must be (N, M, 1 or classes, 4) and `scores` (N, M, classes). "
            f"Received: shapes {x.shape} and {marks.shape}."
        )
    threshold = float(iou_threshold)
    if min(of_class, most) < 1 or not 0 <= threshold <= 1:
        raise ValueError(
            f"{who}: sizes must be positive and `iou_threshold` in [0, 1]. Received: max_output_size_per_class={of_class}, "
            f"max_total_size={most}, iou_threshold={threshold}."
        )
    n, k = marks.shape[0], min(most, of_class * marks.shape[2]) if pad_per_class else most
    made = (((n, k, 4), float32), ((n, k), float32), ((n, k), float32), ((n,), int32))
    attrs = (threshold, float(score_threshold))
    return NonMaxSuppressed(*emit(_COMBINED, (x, marks), made, (of_class, bool(clip_boxes)), attrs))


def _combined(inputs, outputs, dims, attrs):
    (boxes, scores), (of_class, clipped), (threshold, least) = inputs, dims, attrs
    for out in outputs:
        out[...] = 0
    for n, (x, marks) in enumerate(zip(boxes, scores, strict=True)):
        kept = []  # (-score, class, box)
        for c in range(marks.shape[1]):
            of_class_boxes = x[:, c if x.shape[1] > 1 else 0]
            numbers, best = _kept(_overlaps(of_class_boxes), marks[:, c], of_class, threshold, least)
            kept += [(-mark, c, of_class_boxes[k]) for k, mark in zip(numbers, best, strict=True)]
        kept = sorted(kept, key=lambda found: found[0])[: outputs[0].shape[1]]
        for j, (mark, c, box) in enumerate(kept):
            outputs[0][n, j] = box.clip(0, 1) if clipped else box
            outputs[1][n, j], outputs[2][n, j] = -mark, c
        outputs[3][n] = len(kept)


_COMBINED = numpy_kernel("combined_non_max_suppression", _combined)


# ------------------------------------------------------------------------------------------ boxes drawn

# Red, green, blue and opacity of the boxes if no colours are given.
_COLORS = np.array([
    (1, 1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 0, 1), (0.5, 0, 0.5, 1), (0.5, 0.5, 0, 1), (0.5, 0, 0, 1), (0, 0, 0.5, 1),
    (0, 1, 1, 1), (1, 0, 1, 1),
], "float32")  # fmt: skip


def draw_bounding_boxes(images, boxes, colors, name=None):
    """Images with the borders of boxes, one pixel wide. Without gradient, as in TensorFlow.

    Args:
        images: (N, H, W, C), C 1, 3 or 4, float32 or float16. boxes: (N, M, 4): y1, x1, y2, x2, fractions of the sides.
        colors: (K, at least C), which boxes take by turns; None or empty: ten colours (white in images of one channel).
    """
    x = tensor_of(images)
    x = x if x.dtype in (float32, float16) else e.cast(x, float32)
    boxes = e.cast(tensor_of(boxes), float32)
    if len(x.shape) != 4 or x.shape[3] not in (1, 3, 4) or boxes.shape[::2] != (x.shape[0], 4):
        raise ValueError(
            "draw_bounding_boxes: `images` must be (N, H, W, 1, 3 or 4) and `boxes` (N, M, 4). "
            f"Received: shapes {x.shape} and {boxes.shape}."
        )
    colors = None if colors is None else e.cast(tensor_of(colors), float32)
    if colors is None or 0 in colors.shape:
        colors = as_tensor(np.ones((1, 1), "float32") if x.shape[3] == 1 else _COLORS)
    if len(colors.shape) != 2 or colors.shape[1] < x.shape[3]:
        raise ValueError(
            f"draw_bounding_boxes: `colors` must be (K, {x.shape[3]} or more), as many channels as `images` have. "
            f"Received: colors.shape={colors.shape}."
        )
    return emit(_DRAWN, (x, boxes, colors), ((x.shape, x.dtype),))


def _drawn(inputs, outputs, dims, attrs):
    (x, boxes, colors), (y,) = inputs, outputs
    y[...] = x
    h, w, c = y.shape[1:]
    sides = np.array([h - 1, w - 1, h - 1, w - 1], "float32")
    for image, places in zip(y, boxes, strict=True):
        for k, (top, left, bottom, right) in enumerate(np.nan_to_num(places * sides).clip(-1e9, 1e9).astype("int64")):
            if top > bottom or left > right or top >= h or bottom < 0 or left >= w or right < 0:
                continue
            color = colors[k % len(colors), :c]
            rows, columns = slice(max(top, 0), bottom + 1), slice(max(left, 0), right + 1)
            for row in {top, bottom} & set(range(h)):
                image[row, columns] = color
            for column in {left, right} & set(range(w)):
                image[rows, column] = color


_DRAWN = numpy_kernel("draw_boxes", _drawn)
