"""ImageDataGenerator: which random changes images get, and how they are standardised."""

from __future__ import annotations

import numbers
import warnings

import numpy as np

from pyseq.core import config
from pyseq.preprocessing.image.files import DataFrameIterator, DirectoryIterator
from pyseq.preprocessing.image.iterators import NumpyArrayIterator, warn_of_channels
from pyseq.preprocessing.image.transforms import _brightened, apply_affine_transform, apply_channel_shift
from pyseq.utils.image_utils import check_data_format

FILL_MODES = ("nearest", "constant", "reflect", "wrap", "mirror", "grid-constant", "grid-mirror", "grid-wrap")
EPSILON = 1e-6  # added to standard deviations
_OLD_ARGUMENTS = ("has_ext", "sort", "drop_duplicates")  # of flow_from_dataframe


class ImageDataGenerator:
    """Batches of images with random changes, made while the model trains.

    Args:
        featurewise_center, featurewise_std_normalization: mean 0, standard deviation 1 for each channel over the data that `fit`
            was given.
        samplewise_center, samplewise_std_normalization: the same for each image.
        zca_whitening: uncorrelated pixels, after `fit`. zca_epsilon: added to singular values.
        rotation_range: degrees.
        width_shift_range, height_shift_range: a float below 1, a fraction of the image; a larger one, pixels; an integer n, one
            of -(n - 1) .. n - 1 pixels; a list, one of its elements and their negatives.
        brightness_range: (least, most); 1 leaves the brightness as it is.
        shear_range: degrees.
        zoom_range: (least, most), or z for (1 - z, 1 + z); below 1 enlarges.
        channel_shift_range: added to or subtracted from all values.
        fill_mode, cval: what is outside of the image; see `apply_affine_transform`.
        horizontal_flip, vertical_flip: mirror half of the images?
        rescale: factor for all values, applied after the changes; None: none.
        preprocessing_function: function of an image that gives an image, applied before `rescale`.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        validation_split: fraction of the data that subset="validation" gives.
        interpolation_order: of the spline that interpolates, 0 to 5.
        dtype: of the batches; `floatx()` by default.
    Brightness and files need Pillow; rotation, shifts, shear and zoom of an order above 1 need SciPy. Random numbers are those
    of NumPy's global generator, drawn in tf.keras' order. Source: tf.keras.preprocessing.image.ImageDataGenerator.
    """

    def __init__(
        self, featurewise_center=False, samplewise_center=False, featurewise_std_normalization=False,
        samplewise_std_normalization=False, zca_whitening=False, zca_epsilon=1e-6, rotation_range=0, width_shift_range=0.0,
        height_shift_range=0.0, brightness_range=None, shear_range=0.0, zoom_range=0.0, channel_shift_range=0.0,
        fill_mode="nearest", cval=0.0, horizontal_flip=False, vertical_flip=False, rescale=None, preprocessing_function=None,
        data_format=None, validation_split=0.0, interpolation_order=1, dtype=None,
    ):  # fmt: skip
        self.featurewise_center, self.samplewise_center = featurewise_center, samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range, self.channel_shift_range = (
            rotation_range,
            shear_range,
            channel_shift_range,
        )
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range = None if brightness_range is None else _two("brightness_range", brightness_range)
        one = isinstance(zoom_range, numbers.Real)
        self.zoom_range = [1 - zoom_range, 1 + zoom_range] if one else _two("zoom_range", zoom_range)
        self.fill_mode, self.cval, self.interpolation_order = fill_mode, cval, interpolation_order
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.dtype = dtype or config.floatx()
        self.data_format = check_data_format("ImageDataGenerator", data_format)
        self.channel_axis, self.row_axis, self.col_axis = (
            (1, 2, 3) if self.data_format == "channels_first" else (3, 1, 2)
        )
        self._validation_split = validation_split
        self.mean = self.std = self.zca_whitening_matrix = None
        self._check()
        self._complete()

    def _check(self):
        if not 0 <= self._validation_split < 1:
            raise ValueError(
                "ImageDataGenerator: `validation_split` must be at least 0 and less than 1. "
                f"Received: validation_split={self._validation_split}."
            )
        if self.fill_mode not in FILL_MODES:
            raise ValueError(
                f"ImageDataGenerator: `fill_mode` must be one of {FILL_MODES}. Received: fill_mode={self.fill_mode!r}."
            )

    def _complete(self):
        """Settings that follow from others."""
        if self.zca_whitening:
            self._override("zca_whitening", "featurewise_center", True)
            self._override("zca_whitening", "featurewise_std_normalization", False)
        if self.featurewise_std_normalization:
            self._override("featurewise_std_normalization", "featurewise_center", True)
        if self.samplewise_std_normalization:
            self._override("samplewise_std_normalization", "samplewise_center", True)

    def _override(self, setting, other, value):
        if bool(getattr(self, other)) != value:
            setattr(self, other, value)
            warnings.warn(f"ImageDataGenerator: `{setting}` makes `{other}` {value}.", stacklevel=5)

    # ------------------------------------------------------------------------------------------ batches

    def flow(
        self, x, y=None, batch_size=32, shuffle=True, sample_weight=None, seed=None, save_to_dir=None, save_prefix="",
        save_format="png", ignore_class_split=False, subset=None,
    ):  # fmt: skip
        """An Iterator over batches of changed images: x, (x, y) or (x, y, sample_weight).

        Args:
            x: array of images, or (images, array or list of arrays), of which only the images are changed.
            y, sample_weight: arrays as long as `x`.
            batch_size: images of a batch. shuffle: a new order each epoch?
            seed: of order and changes; by default NumPy's generator is left as it is.
            save_to_dir, save_prefix, save_format: a folder to write the changed images to.
            ignore_class_split: may the two subsets have different classes?
            subset: "training" or "validation", of `validation_split`; None: all.
        """
        return NumpyArrayIterator(
            x, y, self, batch_size=batch_size, shuffle=shuffle, sample_weight=sample_weight, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            ignore_class_split=ignore_class_split, subset=subset, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self, directory, target_size=(256, 256), color_mode="rgb", classes=None, class_mode="categorical", batch_size=32,
        shuffle=True, seed=None, save_to_dir=None, save_prefix="", save_format="png", follow_links=False, subset=None,
        interpolation="nearest", keep_aspect_ratio=False,
    ):  # fmt: skip
        """An Iterator over batches of changed images of a folder with a folder for each class.

        Args:
            directory: the folder; PNG, JPEG, BMP, PPM and TIFF files in it and below are used.
            target_size: (height, width). interpolation, keep_aspect_ratio, color_mode: as of `load_img`.
            classes: names of the folders; by default all, sorted. Their order gives the class numbers.
            class_mode: labels: "categorical": one-hot rows; "binary", "sparse": numbers; "input": the images; None: none.
            follow_links: go into folders that are links?
        The rest as of `flow`.
        """
        return DirectoryIterator(
            directory, self, target_size=target_size, color_mode=color_mode, classes=classes, class_mode=class_mode,
            batch_size=batch_size, shuffle=shuffle, seed=seed, data_format=self.data_format, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format, follow_links=follow_links, subset=subset,
            interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self, dataframe, directory=None, x_col="filename", y_col="class", weight_col=None, target_size=(256, 256),
        color_mode="rgb", classes=None, class_mode="categorical", batch_size=32, shuffle=True, seed=None, save_to_dir=None,
        save_prefix="", save_format="png", subset=None, interpolation="nearest", validate_filenames=True, **kwargs,
    ):  # fmt: skip
        """An Iterator over batches of changed images whose file names are a column of a pandas data frame.

        Args:
            dataframe: the frame. directory: what the names are relative to.
            x_col, y_col, weight_col: names of the columns with file names, labels and weights.
            classes: names of classes; by default all labels, sorted.
            class_mode: as of `flow_from_directory`, and "raw": the values of `y_col`; "multi_output": those of each of the
                columns `y_col`. Labels of "categorical" may be lists.
            validate_filenames: leave out, with a warning, what is not an image file?
        The rest as of `flow_from_directory`.
        """
        unknown = set(kwargs) - set(_OLD_ARGUMENTS)
        if unknown:
            raise TypeError(f"flow_from_dataframe: unknown keyword argument. Received: {sorted(unknown)}.")
        if kwargs:
            warnings.warn(
                f"flow_from_dataframe: {sorted(kwargs)} no longer mean anything.", DeprecationWarning, stacklevel=2
            )
        if class_mode == "other":
            warnings.warn("flow_from_dataframe: class_mode='other' is called 'raw'.", DeprecationWarning, stacklevel=2)
            class_mode = "raw"
        return DataFrameIterator(
            dataframe, directory, self, x_col=x_col, y_col=y_col, weight_col=weight_col, target_size=target_size,
            color_mode=color_mode, classes=classes, class_mode=class_mode, batch_size=batch_size, shuffle=shuffle, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            subset=subset, interpolation=interpolation, dtype=self.dtype, validate_filenames=validate_filenames,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------ one image

    def _changed(self, x):
        """What an iterator does with an image."""
        return self.standardize(self.apply_transform(x, self.get_random_transform(x.shape)))

    def random_transform(self, x, seed=None):
        """The image with random changes."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def get_random_transform(self, img_shape, seed=None):
        """Random changes as `apply_transform` takes them.

        Args:
            img_shape: shape of one image. seed: for NumPy's generator; None: it is left as it is.
        """
        if seed is not None:
            np.random.seed(seed)
        uniform = np.random.uniform
        r, s = self.rotation_range, self.shear_range
        changes = {
            "theta": uniform(-r, r) if r else 0,
            "tx": _shift(self.height_shift_range, img_shape[self.row_axis - 1]),
            "ty": _shift(self.width_shift_range, img_shape[self.col_axis - 1]),
            "shear": uniform(-s, s) if s else 0,
        }
        changes["zx"], changes["zy"] = (1, 1) if list(self.zoom_range) == [1, 1] else uniform(*self.zoom_range, 2)
        changes["flip_horizontal"] = (np.random.random() < 0.5) * self.horizontal_flip
        changes["flip_vertical"] = (np.random.random() < 0.5) * self.vertical_flip
        c, b = self.channel_shift_range, self.brightness_range
        changes["channel_shift_intensity"] = uniform(-c, c) if c else None
        changes["brightness"] = uniform(*b) if b is not None else None
        return changes

    def apply_transform(self, x, transform_parameters):
        """The image, changed.

        Args:
            x: one image.
            transform_parameters: dict, all optional: "theta", "tx", "ty", "shear", "zx", "zy" (see `apply_affine_transform`),
                "flip_horizontal", "flip_vertical", "channel_shift_intensity", "brightness".
        """
        get = transform_parameters.get
        rows, columns, channels = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x, get("theta", 0), get("tx", 0), get("ty", 0), get("shear", 0), get("zx", 1), get("zy", 1), row_axis=rows,
            col_axis=columns, channel_axis=channels, fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
        )  # fmt: skip
        if get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, get("channel_shift_intensity"), channels)
        if get("flip_horizontal", False):
            x = np.flip(x, columns)
        if get("flip_vertical", False):
            x = np.flip(x, rows)
        if get("brightness") is not None:
            x = _brightened(x, get("brightness"), False, self.data_format)
        return x

    def standardize(self, x):
        """The image after `preprocessing_function`, `rescale`, centring, normalisation and whitening."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * float(self.rescale)
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + EPSILON)
        if self.featurewise_center and self._fitted("featurewise_center", self.mean):
            x = x - self.mean
        if self.featurewise_std_normalization and self._fitted("featurewise_std_normalization", self.std):
            x = x / (self.std + EPSILON)
        if self.zca_whitening and self._fitted("zca_whitening", self.zca_whitening_matrix):
            x = (x.reshape(-1, np.prod(x.shape[-3:])) @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    @staticmethod
    def _fitted(setting, value):
        if value is None:
            warnings.warn(f"ImageDataGenerator: `{setting}` does nothing before `fit(x)` was called.", stacklevel=3)
        return value is not None

    # ------------------------------------------------------------------------------------------ statistics

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Take means, standard deviations and the whitening matrix from sample images.

        Args:
            x: images. augment: change them first? rounds: how often each of them.
            seed: for NumPy's generator; None: it is left as it is.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(f"ImageDataGenerator.fit: `x` must have four axes (images). Received: x.shape={x.shape}.")
        warn_of_channels("ImageDataGenerator.fit", x.shape, self.data_format)
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.array([self.random_transform(image) for _ in range(rounds) for image in x], dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + EPSILON
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))).dot(u.T)


def _two(name, values):
    if not isinstance(values, (tuple, list, np.ndarray)) or len(values) != 2:
        raise ValueError(f"ImageDataGenerator: `{name}` must be two numbers. Received: {name}={values!r}.")
    return [*values]


def _shift(spread, extent):
    """A random shift, pixels; see `width_shift_range`."""
    if isinstance(spread, (int, float)) and not spread:
        return 0
    if np.ndim(spread) == 0 and not isinstance(spread, numbers.Integral):
        shift = np.random.uniform(-spread, spread)
    else:
        shift = np.random.choice(spread) * np.random.choice([-1, 1])
    return shift * extent if np.max(spread) < 1 else shift
