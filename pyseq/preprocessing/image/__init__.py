"""Images from memory and from files, with random changes: the face of tf.keras.preprocessing.image.

    ImageDataGenerator   what changes (generator.py)
    Iterator             batches of changed images: of arrays (iterators.py), of files (files.py)
    apply_..., random_...   the changes, for one image (transforms.py)

Pillow, and SciPy for splines of an order above 1, are imported by what needs them.
"""

from pyseq._faces import missing as _missing
from pyseq.preprocessing.image.files import DataFrameIterator, DirectoryIterator
from pyseq.preprocessing.image.generator import ImageDataGenerator
from pyseq.preprocessing.image.iterators import Iterator, NumpyArrayIterator
from pyseq.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from pyseq.utils.image_utils import array_to_img, img_to_array, load_img, save_img, smart_resize

__all__ = [
    "DataFrameIterator", "DirectoryIterator", "ImageDataGenerator", "Iterator", "NumpyArrayIterator",
    "apply_affine_transform", "apply_brightness_shift", "apply_channel_shift", "array_to_img", "img_to_array", "load_img",
    "random_brightness", "random_channel_shift", "random_rotation", "random_shear", "random_shift", "random_zoom", "save_img",
    "smart_resize",
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__)
