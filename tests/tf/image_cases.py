"""Expressions in tf.image, evaluated with TensorFlow 2.15 (make_image.py) and with pyseq (test_image.py).

u, f: images (2, 4, 5, 3), uint8 and float32 in [0, 1]; big, near: (2, 24, 26, 2), float32, alike; c: tf.constant.
DIFFERENTIATED are functions of x, whose gradient is taken, too.
"""

from __future__ import annotations

import inspect

import numpy as np


def noise(shape, k=0.0):
    """Numbers in [0, 1] with no pattern: arithmetic alone."""
    j = np.arange(int(np.prod(shape)))
    return np.abs(np.sin(j * 12.9898 + k) * 43758.5453 % 1.0).reshape(shape)


F = np.round(noise((2, 4, 5, 3)) * 255) / 255
U = np.round(F * 255).astype("uint8")
F = F.astype("float32")
BIG = noise((2, 24, 26, 2)).astype("float32")
NEAR = (BIG * 0.8 + 0.1 * noise(BIG.shape, 1.0)).astype("float32")
METHODS = "bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split()
BOXES = "[[0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.8, 0.5], [0.6, 1.2, -0.5, 0.1]]"

RESIZING = [
    *(f"resize({x}, {size}, '{m}')" for m in METHODS for x, size in (("f", "(3, 7)"), ("u", "(9, 2)"))),
    *(f"resize(f, (2, 3), '{m}', antialias=True)" for m in METHODS),
    *(f"resize(u, (4, 5), '{m}')" for m in METHODS),
    *(f"resize({x}, {size}, preserve_aspect_ratio=True)" for x in ("f", "u[0]") for size in ("(8, 3)", "(2, 9)", "(9, 9)")),
    "resize(f[0], [3, 3])", "resize(f, c([3, 6]), 'AREA')", "resize(tf.cast(f, 'float64'), (2, 2))",
    "resize(tf.cast(f, 'float16'), (2, 2))", "resize(tf.cast(f, 'float16'), (2, 2), 'nearest')",
    "resize(tf.cast(u, 'int32'), (8, 10))", "resize(u, (2, 3), image.ResizeMethod.NEAREST_NEIGHBOR)",
    *(f"resize_with_pad({x}, {size})" for x in ("f", "u[0]") for size in ("7, 6", "2, 6", "3, 3", "4, 5", "9, 11")),
    "resize_with_pad(u, 2, 6, 'nearest')", "resize_with_pad(f, 3, 9, 'bicubic', True)",
    *(f"resize_with_crop_or_pad({x}, {size})" for x in ("u", "f[0]") for size in ("2, 6", "7, 2", "3, 4", "4, 5", "7, 8")),
    "resize(u, (2, 3), 'foo')", "resize(u, (2.0, 3))", "resize(u, 2)", "resize(u[0, 0], (2, 3))", "resize(u, (0, 3))",
    "resize_with_pad(u, 0, 1)", "resize_with_crop_or_pad(u, 0, 1)",
]  # fmt: skip
GEOMETRY = [
    "flip_left_right(u)", "flip_up_down(u)", "flip_left_right(f[0])", "flip_up_down(f[0])", "transpose(u)", "transpose(f[0])",
    *(f"rot90(u, {k})" for k in range(-1, 6)), "rot90(f[0], 3)",
    *(f"central_crop({x}, {k})" for x in ("u", "f[0]") for k in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)),
    "crop_to_bounding_box(u, 1, 1, 2, 2)", "crop_to_bounding_box(f[0], 0, 2, 4, 3)", "pad_to_bounding_box(u, 1, 1, 7, 8)",
    "pad_to_bounding_box(f[0], 0, 0, 4, 5)", "crop_to_bounding_box(u, 3, 1, 2, 2)", "crop_to_bounding_box(u, -1, 1, 2, 2)",
    "crop_to_bounding_box(u, 1, 1, 0, 2)", "pad_to_bounding_box(u, 1, 1, 3, 8)", "pad_to_bounding_box(u, -1, 1, 9, 8)",
    "central_crop(u, 0.0)", "central_crop(u, 1.3)", "flip_left_right(u[0, 0])",
    *(f"extract_patches({x}, {a}, '{p}')" for x in ("u", "f") for p in ("VALID", "SAME") for a in (
        "[1, 2, 2, 1], [1, 1, 2, 1], [1, 1, 1, 1]", "[1, 3, 2, 1], [1, 2, 2, 1], [1, 1, 2, 1]",
        "[1, 1, 1, 1], [1, 3, 3, 1], [1, 1, 1, 1]", "[1, 4, 5, 1], [1, 1, 1, 1], [1, 1, 1, 1]")),
    *(f"crop_and_resize({x}, {BOXES}, [0, 1, 0], {size}, '{m}', {v})" for x in ("u", "f") for m in ("bilinear", "nearest")
      for size, v in (("(3, 2)", 0.0), ("(1, 4)", 7.0), ("(6, 6)", -1.0))),
    "crop_and_resize(f, [[0.0, 0.0, 1.0, 1.0]], [2], (1, 1))",
]  # fmt: skip
COLORS = [
    *(f"adjust_brightness({x}, {d})" for x in ("u", "f", "tf.cast(u, 'int32')") for d in (0.1, -0.4)),
    *(f"adjust_contrast({x}, {d})" for x in ("u", "f", "tf.cast(f, 'float64')", "f[0]") for d in (0.5, 2.0)),
    *(f"adjust_saturation({x}, {d})" for x in ("u", "f") for d in (0.0, 0.5, 2.5)),
    *(f"adjust_hue({x}, {d})" for x in ("u", "f") for d in (0.3, -0.3, -0.9)),
    *(f"adjust_gamma({x})" for x in ("u", "u, 2.0", "f, 0.5, 0.7", "f, c(1.5)")),
    "adjust_hue(f, -1.3)", "adjust_gamma(f, -2.0)", "adjust_contrast(f[0, 0], 2.0)",
    *(f"per_image_standardization({x})" for x in ("u", "f", "f[0]", "tf.cast(f, 'float64')", "f * 0.0")),
    *(f"convert_image_dtype({x}, tf.{t}, {s})" for x in ("u", "f", "f * 1.0001", "tf.cast(u, 'int16') * 100", "tf.cast(f, 'float64')")
      for t in "uint8 int16 int32 uint16 float32 float64 float16".split() for s in (False, True)),
    "convert_image_dtype(f * 2.0, tf.uint8, True)", "convert_image_dtype(-f, tf.uint8, True)",
    "convert_image_dtype(f, tf.bool)",
    "rgb_to_grayscale(u)", "rgb_to_grayscale(f)", "rgb_to_grayscale(f[0, 0])", "rgb_to_grayscale(u[..., :2])",
    "grayscale_to_rgb(u[..., :1])", "grayscale_to_rgb(f[0, ..., :1])", "grayscale_to_rgb(u)",
    "rgb_to_hsv(f)", "rgb_to_hsv(f[0, 0])", "rgb_to_hsv(c([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.2], [0.1, 0.5, 0.5]]))",
    "hsv_to_rgb(f)", "hsv_to_rgb(c([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.5, 1.0, 0.2], [0.1, 0.5, 0.5]]))",
    *(f"{k}(f)" for k in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb")),
]  # fmt: skip
MEASURES = [
    "total_variation(f)", "total_variation(f[0])", "image_gradients(f)", "image_gradients(f[0])", "sobel_edges(f)",
    "psnr(u, u[::-1], 255)", "psnr(f, f * 0.9, 1.0)", "psnr(f, f, 1.0)", "psnr(f[0], f[1], max_val=2.0)", "psnr(f, f[:, :3], 1.0)",
    "ssim(big, near, 1.0)", "ssim(big, near, 1.0, filter_size=5, filter_sigma=0.8, k1=0.02, k2=0.05)", "ssim(big, big, 1.0)",
    "ssim(big[0], near[0], 2.0)", "ssim(big, near, 1.0, return_index_map=True)", "ssim(big[None], near[None], 1.0)",
    "ssim(tf.cast(big * 255.0, 'uint8'), tf.cast(near * 255.0, 'uint8'), 255)", "ssim(f, f, 1.0)",
    "ssim_multiscale(big, near, 1.0, (0.3, 0.7))", "ssim_multiscale(big, near, 1.0, (0.3, 0.4, 0.3), filter_size=4)",
    "ssim_multiscale(big, near, 1.0)",
]  # fmt: skip
CHOICES = [
    f"non_max_suppression{k}" for k in (
        "(B, S, 3)", "(B, S, 9, 0.2)", "(B, S, 9, 0.9, 0.5)", "_with_scores(B, S, 9, 0.3)",
        "_with_scores(B, S, 4, 1.0, 0.2, 0.5)", "_overlaps(O, S, 9, 0.4)",
        "_padded(B, S, 9, 0.3, pad_to_max_output_size=True)",
    )
]  # fmt: skip
BOX = "[[[0.0, 0.0, 1.0, 1.0]]]"
CHOICES += [
    *(f"combined_non_max_suppression(BB, SS, {k})" for k in (
        "2, 10, 0.3", "2, 10, 0.3, pad_per_class=True", "2, 3, 0.3, pad_per_class=True", "4, 5, 0.9, 0.4, clip_boxes=False",
        "2, 10, 1.5", "0, 3", "2, 0")),
    "combined_non_max_suppression(BB[:, :, :1], SS, 3, 7, 0.2)", "combined_non_max_suppression(BB, SS[:, :3], 2, 3)",
    "combined_non_max_suppression(BB[0], SS, 2, 3)",
    *(f"draw_bounding_boxes({x}, DB, {k})"
      for x in ("f", "f[..., :1]", "tf.cast(f, 'float16')", "tf.concat([f, f[..., 1:2]], -1)")
      for k in ("[[0.1, 0.2, 0.3, 0.4], [1.0, 0.9, 0.8, 0.7]]", "np.zeros((0, 4), 'float32')")),
    "draw_bounding_boxes(f, DB, [[0.5, 0.5]])", "draw_bounding_boxes(f[..., :2], DB, [[0.5, 0.5]])",
    *(f"extract_glimpse(f, {size}, {at}, {how}, noise='zero')" for size in ("(2, 2)", "(3, 4)", "(7, 8)")
      for at in ("[[0.0, 0.0], [1.0, 0.6]]", "[[-0.7, 0.3], [2.6, -1.2]]")
      for how in ("True, True", "True, False", "False, True", "False, False")),
    "extract_glimpse(f, (2, 2), [[0.0, 0.0]] * 2, noise='white')", "extract_glimpse(f, (2, 2, 2), [[0.0, 0.0]] * 2)",
    "extract_glimpse(f[0], (2, 2), [[0.0, 0.0]])",
    *(f"sample_distorted_bounding_box([10, 12, 3], {k})" for k in (
        "np.zeros((1, 0, 4), 'float32')", f"{BOX}, min_object_covered=1.5", f"{BOX}, max_attempts=0", f"{BOX}[0]",
        f"{BOX}, area_range=(0.0, 1.5)", f"{BOX}, min_object_covered=-0.1")),
]  # fmt: skip
ERRORS = [
    "random_brightness(f, -0.1)", "random_contrast(f, 0.3, 0.2)", "random_contrast(f, -0.3, 0.2)", "random_hue(f, 0.6)",
    "random_saturation(f, 0.3, 0.2)", "random_crop(u, (2, 4, 6, 3))", "random_flip_left_right(f[0, 0])", "decode_png(b'no image')",
    "decode_jpeg(b'')", "encode_png(f)", "encode_jpeg(f)", "random_jpeg_quality(f[0], 60, 30)", "adjust_jpeg_quality(f[0], 101)",
]  # fmt: skip
FILES = [
    "decode_png(image.encode_png(u[0]))", "decode_png(image.encode_png(u[0]), channels=1)",
    "decode_png(image.encode_png(u[0]), channels=4)", "decode_png(image.encode_png(u[0, ..., :1]), channels=3)",
    "decode_png(image.encode_png(u[0, ..., :2]))", "decode_png(image.encode_png(u[0, ..., :1]), dtype=tf.uint16)",
    "decode_image(image.encode_png(u[0]), dtype=tf.float32)", "decode_image(image.encode_png(u[0]), channels=3)",
    "decode_png(image.encode_png(tf.cast(u[0, ..., :1], tf.uint16) * 100), dtype=tf.uint16)",
    "decode_png(image.encode_png(tf.cast(u[0, ..., :1], tf.uint16) * 100))",
    "is_jpeg(image.encode_png(u[0]))", "is_jpeg(image.encode_jpeg(u[0]))", "extract_jpeg_shape(image.encode_jpeg(u[0]))",
    "decode_jpeg(image.encode_jpeg(u[0]), channels=1) * 0", "decode_jpeg(image.encode_jpeg(u[0]), ratio=2) * 0",
    "decode_and_crop_jpeg(image.encode_jpeg(u[0]), [1, 1, 2, 3]) * 0",
]  # fmt: skip
EXPRESSIONS = [*RESIZING, *GEOMETRY, *COLORS, *MEASURES, *CHOICES, *ERRORS, *FILES]

DIFFERENTIATED = [
    *(f"resize(x, {size}, '{m}')" for m in METHODS if m != "area" for size in ("(3, 7)", "(9, 2)")),
    *(f"resize(x, (2, 3), '{m}', antialias=True)" for m in METHODS if m != "area"),
    "resize_with_pad(x, 7, 6)", "resize_with_crop_or_pad(x, 2, 6)", "flip_left_right(x)", "flip_up_down(x)", "rot90(x, 3)",
    "transpose(x)", "central_crop(x, 0.5)", "crop_to_bounding_box(x, 1, 1, 2, 2)", "pad_to_bounding_box(x, 1, 1, 7, 8)",
    f"crop_and_resize(x, {BOXES}, [0, 1, 0], (3, 2))", f"crop_and_resize(x, {BOXES}, [0, 1, 0], (3, 2), 'nearest')",
    "crop_and_resize(big, x[0, :, 0, :1] * c([[0.9, 0.2, 0.3, 0.8]]), [0, 1, 0, 1], (3, 2))",
    "adjust_brightness(x, 0.1)", "adjust_gamma(x + 0.1, 1.7)", "per_image_standardization(x)",
    "rgb_to_grayscale(x)", "grayscale_to_rgb(x[..., :1])", "rgb_to_hsv(x + 0.1)",
    "rgb_to_yiq(x)", "yuv_to_rgb(x)", "total_variation(x)",
    "psnr(x, x[::-1] * 0.9, 1.0)", "ssim(x, x[::-1], 1.0, filter_size=3)", "image_gradients(x)[0]", "sobel_edges(x)",
    "extract_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 1, 1, 1], 'SAME')",
]  # fmt: skip


def names(tf, x=None):
    boxes = np.concatenate([noise((6, 2)) * 0.3, 0.7 + noise((6, 2), 2.0) * 0.3], 1).astype("float32")
    return {
        "tf": tf, "image": tf.image, "c": tf.constant, "np": np, "u": tf.constant(U), "f": tf.constant(F), "big": tf.constant(BIG),
        "near": tf.constant(NEAR), "x": x, "B": boxes, "S": np.round(noise(6), 3).astype("float32"),
        "O": noise((6, 6), 3.0).astype("float32"),
        "BB": (noise((2, 6, 3, 4), 4.0) * 1.4 - 0.2).astype("float32"), "SS": noise((2, 6, 3), 5.0).astype("float32"),
        "DB": np.array([
            [[0, 0, 1, 1], [0.3, -0.2, 0.7, 0.8], [0.5, 0.4, 0.4, 0.9]],
            [[0.1, 0.4, 1.3, 0.9], [0.2, 0.2, 0.2, 0.2], [-2, -2, -1, -1]],
        ], "float32"),
    }  # fmt: skip


def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return np.asarray(value) if hasattr(value, "numpy") else value


def evaluate(tf, text):
    """What comes out; {"error": the class's name} for an error."""
    try:
        return plain(eval(f"image.{text}", names(tf)))
    except Exception as error:
        return {"error": type(error).__name__}


def differentiate(tf, text):
    """[value, gradient of a weighed sum of it by x]."""
    x = tf.constant(F)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = eval(f"image.{text}", names(tf, x))
        total = tf.reduce_sum(y * tf.constant(np.cos(np.arange(int(np.prod(y.shape))) * 1.3).reshape(y.shape), y.dtype))
    dx = tape.gradient(total, x)
    return [plain(y), None if dx is None else plain(dx)]


def signatures(tf):
    """{name: argument names} of all functions of tf.image."""
    functions = {n: getattr(tf.image, n) for n in dir(tf.image) if not n.startswith("_")}
    return {n: list(inspect.signature(f).parameters) for n, f in functions.items() if inspect.isroutine(f)}
