"""What users call: which layout a path means, asking before overwriting, errors that name the way out."""

from __future__ import annotations

import os
from contextlib import contextmanager

from pyseq.models.files import KERAS_VERSION
from pyseq.registry import custom_object_scope
from pyseq.saving import archive, legacy_h5, limits, objects, state
from pyseq.saving.files import (
    HDF5,
    KERAS,
    MODEL_INSTEAD,
    NO_TENSORFLOW_FORMAT,
    WEIGHTS_INSTEAD,
    import_h5py,
    layout_of,
    may_write,
    replacing,
)
from pyseq.saving.telling import tell

HDF5_ENDINGS = (".h5", ".hdf5")
STATE = "state"  # the layout of *.weights.h5
SAVED_MODEL_ARGUMENTS = {"signatures", "options", "save_traces", "zipped"}


def save_model(model, filepath, overwrite=True, save_format=None, **kwargs):
    """Write a model to a file; see `Model.save`."""
    who = "Model.save"
    path = _path(who, filepath)
    include_optimizer = kwargs.pop("include_optimizer", True)
    for name in SAVED_MODEL_ARGUMENTS & set(kwargs):
        value = kwargs.pop(name)
        if value is not None and name == "signatures":
            raise NotImplementedError(
                NO_TENSORFLOW_FORMAT.format(
                    who=who, what="SavedModel", instead=MODEL_INSTEAD, received=f"{name}={value!r}"
                )
            )
    if kwargs:
        raise TypeError(f"{who}: unknown keyword argument. Received: {sorted(kwargs)}.")
    layout = _model_layout(who, path, save_format)
    if not may_write(path, overwrite):
        return
    if not model.built:
        tell(
            "You are saving a model that has not yet been built. It might not contain any weights yet. Consider building the "
            "model first by calling it on some data."
        )
    with replacing(path) as new:
        (archive if layout == KERAS else legacy_h5).write(model, new, include_optimizer)


def _path(who, filepath) -> str:
    try:
        path = os.fspath(filepath)
    except TypeError:
        raise TypeError(f"{who}: `filepath` must be a str or a Path. Received: filepath={filepath!r}.") from None
    path = os.path.expanduser(path if isinstance(path, str) else os.fsdecode(path))
    return path.rstrip(os.sep + "/") or path


def _model_layout(who, path, save_format):
    """The layout for a path and what `save_format` says."""
    known = {None: None, "keras": KERAS, "keras_v3": KERAS, "h5": HDF5, "hdf5": HDF5, "keras.h5": HDF5}
    if save_format in ("tf", "tensorflow"):
        if path.endswith(HDF5_ENDINGS):  # as tf.keras, which lets the name decide
            return HDF5
        raise NotImplementedError(
            NO_TENSORFLOW_FORMAT.format(
                who=who,
                what="SavedModel",
                instead=MODEL_INSTEAD,
                received=f"save_format={save_format!r}, filepath={path!r}",
            )
        )
    if save_format not in known:
        raise ValueError(f"Unknown `save_format` argument. Expected one of 'keras' or 'h5'. Received: {save_format!r}")
    if known[save_format] is not None:
        return known[save_format]
    if path.endswith(HDF5_ENDINGS):
        return HDF5
    if not path.endswith(".keras"):
        tell(
            f"{who}: {path!r} becomes one file, a .keras archive. (tf.keras would make a SavedModel directory of it, which "
            "only TensorFlow can read.) load_model reads it under any name; tf.keras and Keras 3 want the name to end in "
            "'.keras'."
        )
    return KERAS


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True, *, options=None):
    """The model that a file holds, weights, `compile` and state of training included.

    Args:
        filepath: str or Path; or an open h5py.File.
        custom_objects: {name: class or function} of your own that the model uses.
        compile: compile the model as it was, and let training go on where it stopped?
        safe_mode: without effect: code in files is never run.
        options: of TensorFlow's SavedModel format; without effect.
    Raises:
        FileNotFoundError: there is no such file. OSError: it is no model file. ValueError: it names an unknown class, or its
        weights are not the model's. NotImplementedError: it is in a format of TensorFlow's.
    """
    who = "load_model"
    if hasattr(filepath, "attrs"):
        return legacy_h5.read(filepath, custom_objects, compile)
    path = _path(who, filepath)
    layout = layout_of(path, who)
    with _told(who, path):
        if layout == KERAS:
            return archive.read(path, custom_objects, compile)
        return _read_hdf5(who, path, custom_objects, compile)


def _read_hdf5(who, path, custom_objects, compile):
    with limits.open_hdf5(import_h5py(who), path) as f:
        if legacy_h5.weights_of(f) is None and limits.find_group(f, "layers") is not None:
            raise ValueError(f"{who}: {path} holds weights only. Make the model, then `load_weights`.")
        return legacy_h5.read(f, custom_objects, compile)


def save_weights(model, filepath, overwrite=True, save_format=None, options=None):
    """Write the weights of a model to a file.

    Args:
        filepath: str or Path. A name that ends in ".h5" (but not ".weights.h5"), ".hdf5" or ".keras" gets Keras 2's layout:
            weights by layers, which can be loaded by name. Any other gets that of ".weights.h5": with the state of the
            optimizer.
        overwrite: replace a file of that name? False: ask at the terminal.
        save_format: "h5"; by the name by default.
        options: of TensorFlow's checkpoints; without effect.
    Raises:
        NotImplementedError: TensorFlow's checkpoint format is asked for. ValueError: the model has no weights yet.
    """
    who = "Model.save_weights"
    path = _path(who, filepath)
    layout = _weights_layout(who, path, save_format)
    if not may_write(path, overwrite):
        return
    legacy_h5._require_weights(model)
    with replacing(path) as new:
        if layout == HDF5:
            legacy_h5.write_weights(model, new)
        else:
            with import_h5py(who).File(new, "w") as f:
                f.attrs["keras_version"] = KERAS_VERSION
                state.save_state(model, f)


def _weights_layout(who, path, save_format):
    named_hdf5 = path.endswith((*HDF5_ENDINGS, ".keras"))
    if save_format in ("tf", "tensorflow"):
        if named_hdf5:
            raise ValueError(
                f'save_weights got save_format="tf"/"tensorflow", but the filepath ({path}) looks like an HDF5 file. Leave '
                "`save_format` out."
            )
        raise NotImplementedError(
            NO_TENSORFLOW_FORMAT.format(
                who=who, what="checkpoint", instead=WEIGHTS_INSTEAD, received=f"save_format={save_format!r}"
            )
        )
    if save_format not in (None, "h5", "hdf5", "keras"):
        raise ValueError(f"Unknown format: {save_format!r}. Expected 'h5', or nothing: the name of the file decides.")
    if path.endswith(".weights.h5"):
        return STATE
    if named_hdf5 or save_format is not None:
        return HDF5
    tell(
        f"{who}: {path!r} becomes one file in the layout of '.weights.h5'. (tf.keras would write a TensorFlow checkpoint, "
        "which only TensorFlow can read.) load_weights reads it under any name; Keras wants the name to end in '.weights.h5'."
    )
    return STATE


def load_weights(model, filepath, skip_mismatch=False, by_name=False, options=None):
    """Set the weights of a model to those in a file: of weights or of a whole model, in any layout that pyseq writes.

    Args:
        filepath: str or Path.
        skip_mismatch: leave layers that do not fit as they are, with a warning? In ".h5" files of Keras 2 with `by_name`.
        by_name: for ".h5" files of Keras 2: set the layers that have a name of the file's; by default, layers belong
            together by their order. Elsewhere without effect.
        options: of TensorFlow's checkpoints; without effect.
    Raises:
        FileNotFoundError, OSError, NotImplementedError: as of `load_model`. ValueError: the weights do not fit; the model is
        unchanged then.
    """
    who = "Model.load_weights"
    path = _path(who, filepath)
    layout = layout_of(path, who, weights=True)
    with _told(who, path):
        if layout == KERAS:
            archive.read_weights(model, path, skip_mismatch)
            return
        with limits.open_hdf5(import_h5py(who), path) as f:
            if legacy_h5.weights_of(f) is not None:
                legacy_h5.read_weights(model, f, skip_mismatch, by_name)
            else:
                archive.load(model, f, skip_mismatch)


@contextmanager
def _told(who, path):
    """Context in which a damaged file is an error that names it."""
    try:
        yield
    except limits.Damaged as e:
        raise OSError(f"{who}: {path} cannot be read: it is damaged or not whole. ({e})") from e


def model_from_config(config, custom_objects=None):
    """A fresh model of {"class_name", "config"}."""
    if isinstance(config, list):
        raise TypeError("model_from_config expects a dictionary, not a list. Use `Sequential.from_config(config)`.")
    with custom_object_scope(custom_objects or {}):
        return objects.read(config, "layers")


def model_from_json(json_string, custom_objects=None):
    """A fresh model of what `Model.to_json` gave."""
    return model_from_config(limits.parse_json(json_string, "architecture"), custom_objects)


def model_from_yaml(yaml_string, custom_objects=None):
    raise RuntimeError(
        "Method `model_from_yaml()` has been removed due to security risk of arbitrary code execution. Please use "
        "`Model.to_json()` and `model_from_json()` instead."
    )
