"""`.keras` files: a zip, nothing compressed, of

metadata.json       {"keras_version", "date_saved", "pyseq_version"}
config.json         the model as `serialize_keras_object` describes it, with build_config and compile_config
model.weights.h5    its variables, see state.py
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import zipfile

from pyseq._version import __version__
from pyseq.models.files import KERAS_VERSION
from pyseq.models.model import Model
from pyseq.optimizers import Optimizer
from pyseq.registry import custom_object_scope
from pyseq.saving import limits, objects, state
from pyseq.saving.files import import_h5py

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def write(model, path, include_optimizer=True):
    """Write a model to a file."""
    h5py = import_h5py("Model.save")
    config = for_every_keras(objects.serialize_keras_object(model))
    if not include_optimizer:
        config.pop("compile_config", None)
    text = objects.json_text(config)
    saved = time.strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": KERAS_VERSION, "date_saved": saved, "pyseq_version": __version__}
    kinds = state.KINDS if include_optimizer else tuple(k for k in state.KINDS if k is not Optimizer)
    with tempfile.TemporaryFile(dir=os.path.dirname(path) or ".") as weights:
        with h5py.File(weights, "w") as f:
            state.save_state(model, f, kinds)
        size = weights.seek(0, os.SEEK_END)
        weights.seek(0)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(METADATA, json.dumps(metadata))
            archive.writestr(CONFIG, text)
            with archive.open(WEIGHTS, "w", force_zip64=size >= 2**31) as member:
                shutil.copyfileobj(weights, member, 2**20)


def for_every_keras(node):
    """A description without the keys that tf.keras 2.15 does not need and Keras 3 rejects."""
    if isinstance(node, list):
        return [for_every_keras(x) for x in node]
    if not isinstance(node, dict):
        return node
    node = {k: for_every_keras(v) for k, v in node.items()}
    if isinstance(node.get("compile_config"), dict):
        node["compile_config"] = {k: v for k, v in node["compile_config"].items() if v is not None}
    kind, config = (node.get("module"), node.get("class_name")), node.get("config")
    if kind[0] == "keras.optimizers" and isinstance(config, dict):
        node["config"] = {k: v for k, v in config.items() if k not in ("jit_compile", "is_legacy_optimizer")}
    elif kind[0] == "keras.optimizers.schedules" and isinstance(config, dict) and config.get("name", "") is None:
        del config["name"]
    elif kind == ("keras", "Sequential") and len(config["layers"]) > 1:
        entry, first = config["layers"][:2]
        if entry["class_name"] == "InputLayer":  # which says the shape already
            first["config"].pop("batch_input_shape", None)
    return node


def read(path, custom_objects=None, compile=True):
    """The model in a file."""
    with limits.open_archive(path) as archive:
        config = objects.without_harmless(limits.parse_json(limits.read_member(archive, CONFIG), CONFIG))
        if not compile:
            config.pop("compile_config", None)
        with custom_object_scope(custom_objects or {}):
            model = objects.read(config)
        if not isinstance(model, Model):
            raise ValueError(f"load_model: {path} holds no model, but a {type(model).__name__}.")
        _load(model, archive, skip_mismatch=False, prepare=compile)
    return model


def read_weights(model, path, skip_mismatch=False):
    """Set a model's variables to those in a file."""
    with limits.open_archive(path) as archive:
        _load(model, archive, skip_mismatch, prepare=True)


def _load(model, archive, skip_mismatch, prepare):
    h5py = import_h5py("load_model")
    with limits.copied_member(archive, WEIGHTS) as member, limits.open_hdf5(h5py, member) as f:
        load(model, f, skip_mismatch, prepare)


def load(model, f, skip_mismatch=False, prepare=True):
    """Set a model's variables to those in an open `*.weights.h5`.

    Args:
        prepare: make the optimizer's slots first, if the file has some?
    """
    slots = limits.find_group(f, "optimizer/vars")
    if prepare and len(limits.names_in(slots)) > 1:
        state.prepare_optimizer(model)
    state.load_state(model, f, skip_mismatch)
