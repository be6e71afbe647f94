"""Batches of images from files, changed by an ImageDataGenerator: of a folder with a folder for each class, of a data frame."""

from __future__ import annotations

import os
import warnings

import numpy as np

from pyseq.core import config
from pyseq.messages import say
from pyseq.preprocessing.image.iterators import Iterator, check_subset
from pyseq.utils.image_utils import check_color_mode, check_data_format, check_size, img_to_array, load_img

CLASS_NUMBERS = ("binary", "sparse", "categorical")  # modes whose labels are numbers of classes


class _FileIterator(Iterator):
    """What both iterators do. They call `_configure`, find the files, set `filenames`, `classes` or `_targets`, and perhaps
    `_sample_weight`, and call `_start`.
    """

    allowed_class_modes = frozenset()

    def _configure(
        self, directory, image_data_generator, target_size, color_mode, class_mode, data_format, save_to_dir, save_prefix,
        save_format, subset, interpolation, keep_aspect_ratio, dtype,
    ):  # fmt: skip
        self._who = type(self).__name__
        if class_mode not in self.allowed_class_modes:
            known = sorted(map(str, self.allowed_class_modes))
            raise ValueError(f"{self._who}: `class_mode` must be one of {known}. Received: class_mode={class_mode!r}.")
        channels = check_color_mode(self._who, color_mode)
        self.directory, self.image_data_generator = directory, image_data_generator
        self.target_size = check_size(self._who, "target_size", target_size)
        self.color_mode, self.class_mode = color_mode, class_mode
        self.data_format = check_data_format(self._who, data_format)
        last = self.data_format == "channels_last"
        self.image_shape = (*self.target_size, channels) if last else (channels, *self.target_size)
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.interpolation, self.keep_aspect_ratio = interpolation, keep_aspect_ratio
        self.dtype = dtype or config.floatx()
        self.subset = subset
        self.split = None
        if subset is not None:
            check_subset(subset)
            part = getattr(image_data_generator, "_validation_split", 0.0)
            self.split = (0, part) if subset == "validation" else (part, 1)
        self._targets = self._sample_weight = None

    def _of_subset(self, items):
        """Those of a list that are in the subset."""
        if self.split is None:
            return items
        return items[int(self.split[0] * len(items)) : int(self.split[1] * len(items))]

    def _start(self, batch_size, shuffle, seed):
        self.samples = len(self.filenames)
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        Iterator.__init__(self, self.samples, batch_size, shuffle, seed)

    @property
    def filepaths(self):
        """The paths of all images."""
        return self._filepaths

    @property
    def labels(self):
        """The class numbers of all images, or their targets."""
        return self.classes if self._targets is None else self._targets

    @property
    def sample_weight(self):
        """The weights of all images, or None."""
        return self._sample_weight

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for k, number in enumerate(index_array):
            batch[k] = self._image(self._filepaths[number])
        self._save(batch, index_array, 10_000_000)
        if self.class_mode is None:
            return batch
        labels = self._batch_labels(batch, index_array)
        if self._sample_weight is None:
            return batch, labels
        return batch, labels, self._sample_weight[index_array]

    def _image(self, path):
        image = load_img(
            path, color_mode=self.color_mode, target_size=self.target_size, interpolation=self.interpolation,
            keep_aspect_ratio=self.keep_aspect_ratio,
        )  # fmt: skip
        x = np.array(img_to_array(image, self.data_format))
        return x if self.image_data_generator is None else self.image_data_generator._changed(x)

    def _batch_labels(self, batch, index_array):
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [target[index_array] for target in self._targets]
        if self.class_mode == "raw":
            return self._targets[index_array]
        numbers = [self.classes[number] for number in index_array]
        if self.class_mode != "categorical":
            return np.array(numbers, dtype=self.dtype)
        rows = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
        for row, number in zip(rows, numbers, strict=True):  # a number, or a list of them
            row[number] = 1
        return rows


class DirectoryIterator(_FileIterator):
    """Batches of images from a folder with a folder for each class; what ImageDataGenerator.flow_from_directory gives.

    Arguments as there.
    Attributes:
        class_indices: {name of the folder: class number}. num_classes. samples: number of images.
        filenames: relative to the folder. classes: int32 (samples,), class numbers.
    """

    allowed_class_modes = frozenset(("categorical", "binary", "sparse", "input", None))

    def __init__(
        self, directory, image_data_generator, target_size=(256, 256), color_mode="rgb", classes=None, class_mode="categorical",
        batch_size=32, shuffle=True, seed=None, data_format=None, save_to_dir=None, save_prefix="", save_format="png",
        follow_links=False, subset=None, interpolation="nearest", keep_aspect_ratio=False, dtype=None,
    ):  # fmt: skip
        self._configure(
            directory, image_data_generator, target_size, color_mode, class_mode, data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, keep_aspect_ratio, dtype,
        )  # fmt: skip
        names = list(classes) if classes else class_folders(directory)
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        self.filenames, numbers = [], []
        for name, number in self.class_indices.items():
            found = self._of_subset(image_files(os.path.join(directory, name), self.white_list_formats, follow_links))
            self.filenames += [os.path.join(name, path) for path in found]
            numbers += [number] * len(found)
        self.classes = np.array(numbers, dtype="int32")
        say(f"Found {len(self.filenames)} images belonging to {self.num_classes} classes.")
        self._start(batch_size, shuffle, seed)


def class_folders(directory):
    """Names of the folders in a folder, sorted."""
    return sorted(name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name)))


def image_files(folder, endings, follow_links):
    """Paths, relative to the folder, of the files in it and below with one of the endings; sorted, folder by folder."""
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"DirectoryIterator: there is no folder {folder!r} for this class.")
    found = []
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links), key=lambda step: step[0]):
        found += [os.path.join(os.path.relpath(root, folder), name) for name in sorted(files)]
    return [os.path.normpath(path) for path in found if path.lower().endswith(tuple(endings))]


class DataFrameIterator(_FileIterator):
    """Batches of images whose names and labels are columns of a data frame; what ImageDataGenerator.flow_from_dataframe gives.

    Arguments as there.
    """

    allowed_class_modes = frozenset(("binary", "categorical", "input", "multi_output", "raw", "sparse", None))

    def __init__(
        self, dataframe, directory=None, image_data_generator=None, x_col="filename", y_col="class", weight_col=None,
        target_size=(256, 256), color_mode="rgb", classes=None, class_mode="categorical", batch_size=32, shuffle=True, seed=None,
        data_format="channels_last", save_to_dir=None, save_prefix="", save_format="png", subset=None, interpolation="nearest",
        keep_aspect_ratio=False, dtype="float32", validate_filenames=True,
    ):  # fmt: skip
        self._configure(
            directory or "", image_data_generator, target_size, color_mode, class_mode, data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, keep_aspect_ratio, dtype,
        )  # fmt: skip
        columns = y_col if isinstance(y_col, (list, tuple)) else [y_col]
        check_columns(dataframe, x_col, columns if class_mode not in ("input", None) else [], weight_col)
        names = list(dataframe[x_col])
        rows = valid_files(names, self.directory, self.white_list_formats) if validate_filenames else range(len(names))
        if class_mode in CLASS_NUMBERS:
            labels = known_labels(list(dataframe[y_col]), classes, class_mode, y_col)
            rows = [row for row in rows if labels[row]]
            found = dict.fromkeys(classes) if classes else sorted({name for row in rows for name in labels[row]})
            self.class_indices = {name: number for number, name in enumerate(found)}
        elif classes:
            warnings.warn(f"DataFrameIterator: `classes` means nothing with class_mode={class_mode!r}.", stacklevel=2)
        rows = list(self._of_subset(rows))
        self.filenames = [names[row] for row in rows]
        if class_mode in CLASS_NUMBERS:
            numbers = [[self.class_indices[name] for name in labels[row]] for row in rows]
            several = [isinstance(label, (list, tuple)) for label in dataframe[y_col]]
            self.classes = [n if several[row] else n[0] for row, n in zip(rows, numbers, strict=True)]
        elif class_mode == "multi_output":
            if not isinstance(y_col, (list, tuple)):
                raise TypeError(
                    f"DataFrameIterator: `y_col` must be a list for 'multi_output'. Received: y_col={y_col!r}."
                )
            self._targets = [np.array(list(dataframe[column]))[rows] for column in y_col]
        elif class_mode == "raw":
            self._targets = np.asarray(dataframe[y_col])[rows]
        if weight_col:
            self._sample_weight = np.asarray(dataframe[weight_col])[rows]
        kind = "validated" if validate_filenames else "non-validated"
        of_classes = f" belonging to {len(self.class_indices)} classes" if class_mode in CLASS_NUMBERS else ""
        say(f"Found {len(rows)} {kind} image filenames{of_classes}.")
        self._start(batch_size, shuffle, seed)


def check_columns(dataframe, x_col, y_columns, weight_col):
    """The columns must be there, names must be texts and weights numbers."""
    for column in [x_col, *y_columns, *([weight_col] if weight_col else [])]:
        if column not in dataframe:
            raise KeyError(f"DataFrameIterator: there is no column {column!r}; the columns are {list(dataframe)}.")
    wrong = [name for name in dataframe[x_col] if not isinstance(name, str)]
    if wrong:
        raise TypeError(f"DataFrameIterator: `x_col` must name a column of texts. Received: {wrong[0]!r} in {x_col!r}.")
    if weight_col and np.asarray(dataframe[weight_col]).dtype.kind not in "biuf":
        raise TypeError(f"DataFrameIterator: `weight_col` must name a column of numbers. Received: {weight_col!r}.")


def valid_files(names, directory, endings):
    """Numbers of the names that are image files; a warning says how many are not."""
    rows = [
        row
        for row, name in enumerate(names)
        if name.lower().endswith(tuple(endings)) and os.path.isfile(os.path.join(directory, name))
    ]
    if len(rows) < len(names):
        warnings.warn(
            f"DataFrameIterator: {len(names) - len(rows)} of {len(names)} names are no image files and are left out.",
            stacklevel=3,
        )
    return rows


def known_labels(labels, classes, class_mode, y_col):
    """For each label the tuple of its names, those only that are in `classes` if that is given."""
    types = (str, list, tuple) if class_mode == "categorical" else str
    wrong = [label for label in labels if not isinstance(label, types)]
    if wrong:
        what = "texts or lists of texts" if class_mode == "categorical" else "texts"
        raise TypeError(
            f"DataFrameIterator: `y_col` must name a column of {what} for class_mode={class_mode!r}. "
            f"Received: {wrong[0]!r} in {y_col!r}."
        )
    names = [(label,) if isinstance(label, str) else tuple(label) for label in labels]
    known = set(classes) if classes else {name for several in names for name in several}
    if class_mode == "binary" and len(known) != 2:
        raise ValueError(
            f"DataFrameIterator: there must be two classes for class_mode='binary'. Received: {sorted(known)}."
        )
    return [tuple(name for name in several if name in known) for several in names]
