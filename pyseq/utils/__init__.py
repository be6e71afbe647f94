"""The face of tf.keras.utils: progress bar, files, labels, seeds, and the registry of custom objects."""

from pyseq.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pyseq.utils.download import get_file
from pyseq.utils.np_utils import normalize, to_categorical
from pyseq.utils.progbar import Progbar

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "register_keras_serializable",
    "to_categorical",
]
