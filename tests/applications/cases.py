"""What is asked of the applications, of tf.keras 2.15 and of pyseq alike; `applications.json` holds tf.keras' answers.

    python tests/applications/cases.py                              # with tensorflow 2.15: records what is missing
    python tests/applications/cases.py files FOLDER                 # likewise: writes FILES and what they predict

Configurations and weights are kept as a digest, outputs as a few numbers: weights and images are made from seeds on both sides.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).with_name("applications.json")
FAMILIES = {
    "vgg16": ("VGG16",), "vgg19": ("VGG19",), "resnet": ("ResNet50", "ResNet101", "ResNet152"), "resnet50": ("ResNet50",),
    "resnet_v2": ("ResNet50V2", "ResNet101V2", "ResNet152V2"), "mobilenet": ("MobileNet",), "mobilenet_v2": ("MobileNetV2",),
    "densenet": ("DenseNet121", "DenseNet169", "DenseNet201"), "xception": ("Xception",),
    "efficientnet": tuple(f"EfficientNetB{k}" for k in range(8)),
}  # fmt: skip
NAMES = [name for family, names in FAMILIES.items() if family != "resnet50" for name in names]
SMALLEST = "VGG16 ResNet50 ResNet50V2 MobileNet MobileNetV2 DenseNet121 EfficientNetB0".split()
# Name of a function, its arguments; "tensor" and "scaled" are the shapes of an `input_tensor`, an input or a layer's output.
MODELS = [
    *((name, {}) for name in NAMES),
    *((name, {"input_shape": (33, 47, 3), "classes": 7, "classifier_activation": None}) for name in SMALLEST),
    *((name, {"include_top": False, "pooling": "avg"}) for name in (*SMALLEST, "Xception")),
    *((name, {"include_top": False, "pooling": "max", "input_shape": (64, 80, 1)}) for name in SMALLEST),
    *((name, {"include_top": False, "scaled": (50, 64, 3)}) for name in SMALLEST),
    ("Xception", {"input_shape": (71, 72, 3), "classifier_activation": "sigmoid"}),
    ("ResNet50", {"tensor": (None, None, 3), "include_top": False, "input_shape": (48, 48, 3)}),
    ("MobileNet", {"alpha": 0.33, "depth_multiplier": 2, "dropout": 0.5, "input_shape": (40, 32, 3)}),
    ("MobileNet", {"alpha": 0.25, "dropout": 0, "tensor": (96, 96, 3)}),
    ("MobileNetV2", {"alpha": 0.35, "input_shape": (40, 56, 3)}),
    ("MobileNetV2", {"alpha": 1.4, "tensor": (96, 96, 3)}),
    ("MobileNetV2", {"alpha": 0.35, "tensor": (96, 128, 3)}),
    ("EfficientNetB0", {"drop_connect_rate": 0, "depth_divisor": 16, "activation": "relu", "input_shape": (32, 32, 3)}),
]
# Models of which outputs are compared: logits of 5 classes.
OUTPUTS = {
    "VGG16": {}, "ResNet50": {}, "ResNet50V2": {}, "MobileNet": {"alpha": 0.5, "depth_multiplier": 2}, "MobileNetV2": {},
    "DenseNet121": {}, "EfficientNetB0": {}, "Xception": {},
}  # fmt: skip
ERRORS = [
    ("VGG16", {"weights": "no such file"}),
    ("VGG16", {"weights": "imagenet", "classes": 10}),
    ("ResNet50", {"weights": "imagenet", "classes": 10}),
    ("VGG16", {"input_shape": (31, 32, 3)}),
    ("MobileNet", {"input_shape": (31, 32, 3), "include_top": False}),
    ("Xception", {"input_shape": (70, 71, 3)}),
    ("VGG16", {"input_shape": (32, 32)}),
    ("VGG16", {"input_shape": (None, None, 3)}),
    ("ResNet50", {"foo": 1}),
    ("MobileNet", {"foo": 1}),
    ("MobileNetV2", {"foo": 1}),
    ("EfficientNetB0", {"foo": 1}),
    ("MobileNet", {"input_tensor": 3}),
    ("MobileNetV2", {"tensor": (96, 96, 3), "input_shape": (128, 128, 3)}),
]
FILES = (".h5", ".weights.h5", ".keras", "-weights.h5")  # the last: weights in the layout of Keras 2
SMALL = {"alpha": 0.25, "input_shape": (40, 32, 3), "classes": 5}


def key(name, arguments):
    return f"{name} {arguments}"


def model_of(keras, name, arguments):
    """The model, with random weights unless others are asked for."""
    arguments = {"weights": None, **arguments}
    for kind in ("tensor", "scaled"):
        if kind in arguments:
            tensor = keras.Input(arguments.pop(kind))
            arguments["input_tensor"] = keras.layers.Rescaling(2.0)(tensor) if kind == "scaled" else tensor
    return getattr(keras.applications, name)(**arguments)


def digest(x):
    return hashlib.sha256(json.dumps(x, sort_keys=True, default=list).encode()).hexdigest()[:16]


def facts(model):
    """What is compared of a model; layers and weights in their order."""
    config = json.loads(json.dumps(model.get_config()))
    return {
        "name": model.name, "count": model.count_params(), "input": list(model.input_shape), "output": list(model.output_shape),
        "layers": digest([[layer["class_name"], layer["config"], layer["inbound_nodes"]] for layer in config["layers"]]),
        "weights": digest([[w.name, list(w.shape)] for w in model.weights]),
        "trainable": len(model.trainable_weights),
    }  # fmt: skip


def set_weights(model, seed=0):
    """Give the model weights that keep what goes through it of the order of 1."""
    rng, values = np.random.default_rng(seed), []
    for w in model.weights:
        kind, shape = w.name.partition(":")[0].rpartition("/")[2], tuple(w.shape)
        if kind == "count":
            values.append(np.zeros(shape, "int64"))
        elif kind in ("gamma", "moving_variance", "variance"):
            values.append(rng.uniform(0.5, 1.5, shape))
        elif kind.endswith("kernel"):
            fan_in = np.prod(shape[:2] if kind == "depthwise_kernel" else shape[:-1])
            values.append(rng.standard_normal(shape) * np.sqrt(1.5 / fan_in))
        else:
            values.append(0.1 * rng.standard_normal(shape))
    model.set_weights([v if v.dtype == "int64" else v.astype("float32") for v in values])


def images(shape):
    return np.random.default_rng(1).uniform(-1, 1, (2, *shape)).astype("float32")


def output(keras, name):
    """Logits of two small images."""
    shape = (73, 72, 3) if name == "Xception" else (33, 47, 3)
    given = {**OUTPUTS[name], "input_shape": shape, "classes": 5, "classifier_activation": None}
    model = model_of(keras, name, given)
    set_weights(model)
    return np.asarray(model(images(shape), training=False))


def error_of(f):
    try:
        f()
    except Exception as e:
        return type(e).__name__
    return None


def preprocessed(keras, family):
    """What a family makes of images, as floats, integers, with channels first, of one image and in a model."""
    module = getattr(keras.applications, family)
    rng = np.random.default_rng(2)
    x = rng.integers(0, 256, (2, 2, 3, 3))
    floats = x.astype("float32")
    made = module.preprocess_input(floats)
    entry = keras.Input((2, 3, 3))
    model = keras.Model(entry, module.preprocess_input(entry)) if family != "efficientnet" else None
    found = {
        "floats": made, "left": floats, "integers": module.preprocess_input(x), "doubles": module.preprocess_input(x * 1.0),
        "first": module.preprocess_input(np.moveaxis(x, -1, 1) * 1.0, data_format="channels_first"),
        "one": module.preprocess_input(x[0] * 1.0),
        "model": model(x.astype("float32")) if model else x,
    }  # fmt: skip
    facts = {k: [str(np.asarray(v).dtype), np.asarray(v, "float64").ravel()[:12].tolist()] for k, v in found.items()}
    return {
        **facts, "same object": made is floats,
        "layers": [[type(layer).__name__, layer.name] for layer in model.layers[1:]] if model else [],
    }  # fmt: skip


def signatures(keras):
    """Signatures of the functions of all modules."""
    found = {}
    for family, names in FAMILIES.items():
        module = getattr(keras.applications, family)
        for name in (*names, "preprocess_input", "decode_predictions"):
            found[f"{family}.{name}"] = str(inspect.signature(getattr(module, name)))
    found["imagenet_utils.preprocess_input"] = str(
        inspect.signature(keras.applications.imagenet_utils.preprocess_input)
    )
    return found


def record():
    import tensorflow as tf

    keras, fixture = tf.keras, json.loads(RECORDED.read_text()) if RECORDED.exists() else {"models": {}}
    known = fixture["models"]
    fixture["models"] = {}
    for case in MODELS:
        keras.backend.clear_session()
        fixture["models"][key(*case)] = known.get(key(*case)) or facts(model_of(keras, *case))
    keras.backend.clear_session()
    twice = [model_of(keras, "MobileNet", {"alpha": 0.25}) for _ in range(2)][1]
    fixture["second"] = facts(twice)
    known = fixture.get("outputs", {})
    fixture["outputs"] = {name: known.get(name) or output(keras, name).astype(float).tolist() for name in OUTPUTS}
    fixture["errors"] = {key(*case): error_of(lambda case=case: model_of(keras, *case)) for case in ERRORS}
    fixture["preprocessed"] = {}
    for family in FAMILIES:
        keras.backend.clear_session()
        fixture["preprocessed"][family] = preprocessed(keras, family)
    fixture["signatures"] = signatures(keras)
    RECORDED.write_text(json.dumps(fixture, indent=0, separators=(",", ":")) + "\n")


def write_files(folder):
    """A small MobileNet in each kind of file, and what it predicts."""
    import tensorflow as tf

    model = model_of(tf.keras, "MobileNet", SMALL)
    set_weights(model)
    for kind in FILES:
        path = str(Path(folder) / f"mobilenet{kind}")
        model.save_weights(path) if "weights" in kind else model.save(path)
    np.save(Path(folder) / "expected.npy", model.predict(images(SMALL["input_shape"]), verbose=0))


if __name__ == "__main__":
    import os

    os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", ""
    write_files(sys.argv[2]) if sys.argv[1:2] == ["files"] else record()
