"""Layers that resize images, and those that change them at random, recorded from tf.keras 2.15.

A case is the layer's source text, the shape of the input and whether it is training. What is random is made certain by bounds
that are equal: then the layers compute the same, whatever numbers they draw.
"""

from __future__ import annotations

import inspect

import numpy as np

BATCH, ONE = "2,6,5,2", "4,7,1"
METHODS = "bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split()
MODES = "reflect wrap constant nearest".split()


def _cases():
    found = []
    for method in METHODS:
        for size in ("3, 4", "9, 11"):
            found += [(f"Resizing({size}, '{method}')", BATCH, None)]
        found += [(f"Resizing(3, 7, '{method}', crop_to_aspect_ratio=True)", BATCH, None)]
        found += [
            (f"RandomHeight((0.5, 0.5), '{method}')", BATCH, True),
            (f"RandomWidth((-0.3, -0.3), '{method}')", ONE, True),
        ]
    for size in ("4, 3", "6, 5", "1, 2", "5, 4", "8, 4", "9, 11"):
        found += [(f"CenterCrop({size})", shape, None) for shape in (BATCH, ONE)]
        found += [(f"RandomCrop({size})", shape, False) for shape in (BATCH, ONE)]
    found += [("RandomCrop(8, 4)", BATCH, True), ("RandomCrop(6, 5)", BATCH, True)]
    for mode in MODES:
        for kind in ("bilinear", "nearest"):
            said = f"fill_mode='{mode}', interpolation='{kind}', fill_value=-3.0"
            for layer in (
                "RandomRotation((0.07, 0.07), ", "RandomRotation((-0.4, -0.4), ", "RandomZoom((0.73, 0.73), ",
                "RandomZoom((-0.41, -0.41), (0.86, 0.86), ", "RandomTranslation((0.23, 0.23), (-0.61, -0.61), ",
                "RandomTranslation((-0.93, -0.93), (0.97, 0.97), ",
            ):  # fmt: skip
                found.append((f"{layer}{said})", BATCH, True))
        found.append((f"RandomRotation((0.11, 0.11), '{mode}')", ONE, True))
        found.append((f"RandomZoom((0.6, 0.6), fill_mode='{mode}')", "2,1,1,3", True))
    for factor in ("(0.3, 0.3)", "(-0.2, -0.2)"):
        found += [(f"RandomBrightness({factor})", BATCH, True), (f"RandomBrightness({factor}, (-1.0, 2.0))", ONE, True)]
    found += [("RandomContrast((1e-7, 0.0))", BATCH, True)]  # TensorFlow wants upper above lower
    for layer in (
        "RandomFlip()", "RandomFlip('vertical', seed=3)", "RandomRotation(0.3)", "RandomZoom(0.3, 0.2)", "RandomHeight(0.2)",
        "RandomTranslation(0.1, 0.2)", "RandomContrast(0.3)", "RandomBrightness(0.3)", "RandomWidth(0.2, seed=1)",
    ):  # fmt: skip
        found.append((layer, BATCH, False))
    for dtype in ("uint8", "float64", "float16"):
        for layer in (
            "Resizing(4, 7", "CenterCrop(3, 3", "RandomRotation((0.1, 0.1)", "RandomBrightness((0.2, 0.2)", "RandomCrop(9, 9",
        ):  # fmt: skip
            found.append((f"{layer}, dtype='{dtype}')", BATCH, True if "Random" in layer else None))
    return found


CASES = {f"{text} {shape} {training}": (text, shape, training) for text, shape, training in _cases()}
ERRORS = """
Resizing(4, 5, interpolation='foo')|Resizing(3, 4)(x[0, 0])|Resizing(3, 4)(x[None])|Resizing(0, 5)(x)|CenterCrop(3, 3)(x[None])
CenterCrop(-3, 3)(x)|RandomFlip('foo')|RandomFlip()(x[0, 0])|RandomFlip()(x[None])|RandomRotation(-0.2)|RandomRotation((0.2, 0.1))
RandomRotation(0.2, fill_mode='foo')|RandomRotation(0.2, interpolation='bicubic')|RandomZoom((-1.5, 0.2))|RandomZoom(1.5)
RandomTranslation(-0.2, 0.2)|RandomTranslation(0.2, (-1.5, 0.2))|RandomTranslation(0.2, 1.5)|RandomTranslation((0.3, 0.2), 1.0)
RandomContrast(-0.1)|RandomContrast(1.5)|RandomContrast((1.5, 0.7))|RandomBrightness(1.5)|RandomBrightness((0.5, 0.2, 0.1))
RandomBrightness('a')|RandomBrightness(0.5, value_range=3)|RandomBrightness(0.5, value_range=(0, 1, 2))|RandomCrop(3, 3)(x[None])
RandomHeight(-0.2)|RandomHeight((-1.5, 0.2))|RandomHeight((0.3, 0.2))|RandomHeight(0.3, interpolation='foo')|RandomWidth(1.5)
RandomBrightness(0.1)(x[None])|RandomRotation(0.1)(x[None])
"""
ERRORS = [text.strip() for text in ERRORS.replace("\n", "|").split("|") if text.strip()]


def image(shape):
    """Values of a picture, 0 to 255, with two decimals in binary."""
    shape = tuple(int(d) for d in shape.split(","))
    j = np.arange(int(np.prod(shape)))
    return (np.round(512 + 508 * np.sin(j * 1.7 + 0.3)) / 4).astype("float32").reshape(shape)


def run(tf, case):
    text, shape, training = case
    layer, x = eval(f"L.{text}", {"L": tf.keras.layers}), image(shape)
    y = layer(x) if training is None else layer(x, training=training)
    unknown = (None, *x.shape[1:]) if x.ndim == 4 else x.shape
    config = {k: list(v) if isinstance(v, (tuple, list)) else v for k, v in layer.get_config().items() if k != "name"}
    found = layer.compute_output_shape(unknown)
    return {
        "y": np.asarray(y),
        "shape": list(tf.TensorShape(found).as_list()),
        "symbolic": list(tf.TensorShape(layer(tf.keras.Input(x.shape[1:])).shape).as_list()) if x.ndim == 4 else None,
        "config": config,
    }


def error_of(tf, text):
    """The name of the error's class, and what it says without where it was said; None: no error."""
    try:
        eval(f"L.{text}", {"L": tf.keras.layers, "x": image(BATCH)})
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


LAYERS = (
    "CenterCrop RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation RandomTranslation RandomWidth "
    "RandomZoom Resizing"
).split()


def signatures(tf):
    """{layer: what it is made with, what it is called with}."""
    found = {}
    for name in LAYERS:
        layer = getattr(tf.keras.layers, name)
        both = inspect.signature(layer), inspect.signature(layer.call)
        found[name] = [
            [[p.name, repr(p.default)] for p in s.parameters.values() if p.default is not p.empty] for s in both
        ]
    return found
