"""The face of tf.keras.preprocessing: images, sequences, texts, and data sets made of them."""

from pyseq._faces import missing as _missing

_MODULES = ("image", "sequence", "text")
_DATASETS = {
    "image_dataset_from_directory": "pyseq.utils.image_dataset:image_dataset_from_directory",
    "text_dataset_from_directory": "pyseq.utils.text_dataset:text_dataset_from_directory",
    "timeseries_dataset_from_array": "pyseq.utils.timeseries_dataset:timeseries_dataset_from_array",
}
__all__ = [*_MODULES, *_DATASETS]
__getattr__ = _missing(
    __name__, lambda: __all__, {**{name: f"pyseq.preprocessing.{name}" for name in _MODULES}, **_DATASETS}
)


def __dir__():
    return sorted(__all__)
