"""The face of tf.keras.utils: progress bar, files, images, data sets, labels, seeds, and the registry of custom objects."""

from pyseq._faces import missing as _missing
from pyseq.data.sequence import PyDataset, Sequence
from pyseq.messages import disable_interactive_logging, enable_interactive_logging, is_interactive_logging_enabled
from pyseq.random import set_random_seed
from pyseq.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pyseq.utils.np_utils import normalize, to_categorical, to_ordinal
from pyseq.utils.progbar import Progbar

CustomObjectScope = custom_object_scope

# Imported when used. get_file's module needs tempfile, hashlib and more: as long to import as half of pyseq.
_LATER = {
    "array_to_img": "pyseq.utils.image_utils",
    "GeneratorEnqueuer": "pyseq.utils.enqueuers",
    "OrderedEnqueuer": "pyseq.utils.enqueuers",
    "SequenceEnqueuer": "pyseq.utils.enqueuers",
    "deserialize_keras_object": "pyseq.saving",
    "get_file": "pyseq.utils.download",
    "image_dataset_from_directory": "pyseq.utils.image_dataset",
    "img_to_array": "pyseq.utils.image_utils",
    "load_img": "pyseq.utils.image_utils",
    "model_to_dot": "pyseq.utils.vis_utils",
    "pad_sequences": "pyseq.utils.padding",
    "plot_model": "pyseq.utils.vis_utils",
    "profile": "pyseq.utils.profiling",
    "save_img": "pyseq.utils.image_utils",
    "serialize_keras_object": "pyseq.saving",
    "split_dataset": "pyseq.utils.splitting",
    "text_dataset_from_directory": "pyseq.utils.text_dataset",
    "timeseries_dataset_from_array": "pyseq.utils.timeseries_dataset",
}
__all__ = [
    "CustomObjectScope", "Progbar", "PyDataset", "Sequence", "custom_object_scope", "disable_interactive_logging",
    "enable_interactive_logging", "get_custom_objects", "get_registered_name", "get_registered_object",
    "is_interactive_logging_enabled", "normalize", "pack_x_y_sample_weight", "register_keras_serializable", "set_random_seed",
    "to_categorical", "to_ordinal", "unpack_x_y_sample_weight", *_LATER,
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__, {name: f"{module}:{name}" for name, module in _LATER.items()})


def __dir__():
    return sorted(__all__)


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """What `fit` takes for data: x, (x,) if x is a tuple, (x, y) or (x, y, sample_weight)."""
    if y is None:
        return (x,) if isinstance(x, tuple) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data):
    """(x, y, sample_weight) of x, (x,), (x, y) or (x, y, sample_weight); None for what is not there.

    Raises:
        ValueError: a tuple of more than three.
    """
    from pyseq.models.model import unpack

    return unpack(tuple(data) if isinstance(data, list) else data)
