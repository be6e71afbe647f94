"""Files of models: the face of `keras.saving`.

    save.py      what users call: which layout a path means, asking before overwriting, compiling what was loaded
    archive.py   `.keras`: a zip of metadata.json, config.json, model.weights.h5
    legacy_h5.py `.h5`, `.hdf5` of Keras 2: weights by layer name, model and training configuration as attributes
    state.py     `*.weights.h5` and model.weights.h5: variables by the path of what they belong to
    objects.py   objects to configurations and back, through the fixed tables and the names the user gave
    files.py     a new file takes the old one's place in one step; h5py
    limits.py    how much of a file is believed
    telling.py   warnings that point at the user's line

One reader for each layout; what a file holds is told by its first bytes, not by its name.
"""

from pyseq.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pyseq.saving.objects import deserialize_keras_object, serialize_keras_object
from pyseq.saving.save import load_model, load_weights, save_model, save_weights

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope", "custom_object_scope", "deserialize_keras_object", "get_custom_objects", "get_registered_name",
    "get_registered_object", "load_model", "load_weights", "register_keras_serializable", "save_model", "save_weights",
    "serialize_keras_object",
]  # fmt: skip
