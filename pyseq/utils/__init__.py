"""The face of tf.keras.utils: progress bar, files, labels, seeds, and the registry of custom objects."""

from pyseq._faces import missing as _missing
from pyseq.data.sequence import PyDataset, Sequence
from pyseq.random import set_random_seed
from pyseq.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pyseq.utils.np_utils import normalize, to_categorical
from pyseq.utils.progbar import Progbar

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "custom_object_scope",
    "get_custom_objects",
    "get_file",  # noqa: F822
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "profile",  # noqa: F822
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]

# get_file's module needs tempfile, hashlib and more: as long to import as half of pyseq. profile needs the models.
__getattr__ = _missing(
    __name__,
    lambda: __all__,
    {"get_file": "pyseq.utils.download:get_file", "profile": "pyseq.utils.profiling:profile"},
)
