"""Every name where tf.keras users look for it, what is imported for it, and what is missing."""

import subprocess
import sys

import pytest

PROGRAM = """
from pyseq import _faces
_faces.install()
import numpy as np
import tensorflow as tf
import keras
from tensorflow import keras as tk
from tensorflow.keras.preprocessing.text import Tokenizer, text_to_word_sequence, one_hot, hashing_trick, tokenizer_from_json
from tensorflow.keras.preprocessing.sequence import pad_sequences, TimeseriesGenerator, skipgrams, make_sampling_table
from tensorflow.keras.preprocessing.image import ImageDataGenerator, load_img, img_to_array, array_to_img, save_img
from tensorflow.keras.preprocessing.image import DirectoryIterator, Iterator, NumpyArrayIterator, smart_resize
from tensorflow.keras.preprocessing import image_dataset_from_directory, timeseries_dataset_from_array, image, text, sequence
from tensorflow.keras.preprocessing import text_dataset_from_directory
from keras.preprocessing.image import random_rotation, random_shift, random_shear, random_zoom, random_brightness
from keras.preprocessing.image import random_channel_shift, apply_affine_transform, apply_channel_shift
from keras.preprocessing.image import apply_brightness_shift
from keras.utils import to_categorical, normalize, get_file, Progbar, set_random_seed, split_dataset, pad_sequences, to_ordinal
from keras.utils import image_dataset_from_directory, text_dataset_from_directory, timeseries_dataset_from_array
from keras.utils import array_to_img, img_to_array, load_img, save_img, Sequence, PyDataset
from keras.utils import pack_x_y_sample_weight, unpack_x_y_sample_weight, serialize_keras_object, deserialize_keras_object
from keras.utils.np_utils import to_categorical
from keras.utils.data_utils import get_file
from keras.utils.generic_utils import Progbar
from keras.utils.image_utils import load_img
from tensorflow.python.keras.utils.np_utils import normalize
from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
from tensorflow.keras.wrappers.scikit_learn import KerasClassifier
from keras.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
tf.keras.preprocessing.sequence.pad_sequences([[1]])
tf.keras.utils.load_img, tk.utils.to_categorical, keras.preprocessing.image.ImageDataGenerator, tk.wrappers.scikit_learn
tf.config.experimental.enable_op_determinism()
assert tf.config.list_physical_devices("GPU") == [] and len(tf.config.list_physical_devices()) == 1
assert tf.config.experimental.list_physical_devices("CPU")[0].device_type == "CPU"
assert tf.config.list_logical_devices()[0].name == "/device:CPU:0"
print("all there")
"""


def run(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)


def test_names():
    done = run(PROGRAM)
    assert done.stdout == "all there\n", done.stderr


def test_nothing_is_imported_before_it_is_used():
    program = (
        "import sys, pyseq\n"
        "from pyseq.preprocessing.image import ImageDataGenerator\n"
        "import pyseq.preprocessing.text, pyseq.preprocessing.sequence, pyseq.wrappers.scikit_learn\n"
        "list(ImageDataGenerator(horizontal_flip=True).flow(__import__('numpy').ones((2, 3, 3, 3)))[0])\n"
        "print(sorted({'PIL', 'scipy', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    assert run(program).stdout == "[]\n"


@pytest.mark.parametrize(
    ("gone", "program", "message"),
    [
        (
            "PIL",
            "pyseq.utils.load_img('x.png')",
            "load_img: needs the package Pillow. Install it: pip install 'pyseq[image]'",
        ),
        (
            "PIL",
            "pyseq.utils.image_dataset_from_directory('.')",
            "image_dataset_from_directory: needs the package Pillow",
        ),
        ("PIL", "pyseq.preprocessing.image.random_brightness(np.ones((3, 3, 3)), (0, 1))", "needs the package Pillow"),
        (
            "scipy",
            "pyseq.preprocessing.image.apply_affine_transform(np.ones((3, 3, 3)), theta=1, order=3)",
            "apply_affine_transform: needs the package SciPy. Install it: pip install 'pyseq[image]'",
        ),
    ],
)
def test_package_that_is_missing(gone, program, message):
    done = run(
        f"import sys; sys.modules[{gone!r}] = None\nimport numpy as np, pyseq\ntry: {program}\nexcept ImportError as e: print(e)"
    )
    assert message in done.stdout, done.stderr
