"""Files of a folder and their labels: what the data sets made from directories have in common."""

from __future__ import annotations

import os

import numpy as np

from pyseq.messages import say

LABEL_MODES = ("int", "categorical", "binary", None)


def checked_labels(who, labels, label_mode, class_names):
    """`labels` and `label_mode`, both None if one of them is.

    Raises:
        ValueError: they, or `class_names`, are not what they may be.
    """
    inferred = isinstance(labels, str) and labels == "inferred"
    if not inferred and labels is not None:
        if not isinstance(labels, (list, tuple)):
            raise ValueError(
                f"{who}: `labels` must be 'inferred' (from the names of folders), None, or a list of integers, one for each file. "
                f"Received: labels={labels!r}."
            )
        if class_names:
            raise ValueError(
                f"{who}: `class_names` may only be given with labels='inferred'. Received: class_names={class_names}."
            )
    if label_mode not in LABEL_MODES:
        raise ValueError(f"{who}: `label_mode` must be one of {LABEL_MODES}. Received: label_mode={label_mode!r}.")
    return (None, None) if labels is None or label_mode is None else (labels, label_mode)


def check_split(who, validation_split, subset, shuffle, seed):
    """Both of `validation_split` and `subset`, or neither; and a seed if the files are shuffled."""
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"{who}: `validation_split` must be between 0 and 1. Received: validation_split={validation_split}."
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            f"{who}: `validation_split` and `subset` must be given together. "
            f"Received: validation_split={validation_split}, subset={subset!r}."
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f"{who}: `subset` must be 'training', 'validation' or 'both'. Received: subset={subset!r}.")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            f"{who}: `seed` must be given with `validation_split` and shuffle=True, so that no file is in both subsets."
        )


def index_directory(who, directory, labels, formats, class_names=None, shuffle=True, seed=None, follow_links=False):
    """Files of a folder, folder by folder, and what class each is of.

    Args:
        labels: "inferred": each folder in `directory` is a class; a list: of all files; None: all 0.
        formats: tuple of endings. class_names: all the folders, in the order that numbers them.
        shuffle, seed: in an order that NumPy's RandomState(seed) decides?
    Returns:
        paths (list), labels (int32 array, or the list), class_names.
    """
    if labels == "inferred":
        folders = sorted(
            name for name in os.listdir(directory)
            if not name.startswith(".") and os.path.isdir(os.path.join(directory, name))
        )  # fmt: skip
        if class_names and set(class_names) != set(folders):
            raise ValueError(
                f"{who}: `class_names` must be the names of the folders in {directory}: {folders}. "
                f"Received: class_names={class_names}."
            )
        class_names = list(class_names) if class_names else folders
        found = [(name, _files(os.path.join(directory, name), formats, follow_links)) for name in folders]
    else:
        if not os.path.isdir(directory):
            raise FileNotFoundError(f"{who}: there is no folder {directory!r}.")
        class_names = [""]
        found = [("", _files(directory, formats, follow_links))]
    paths = [path for _, files in found for path in files]
    if isinstance(labels, (list, tuple)):
        if len(labels) != len(paths):
            raise ValueError(
                f"{who}: `labels` must be as many as there are files in {directory}. "
                f"Received: {len(labels)} labels; there are {len(paths)} files."
            )
        labels, class_names = list(labels), sorted(set(labels))
    else:
        numbers = [class_names.index(name) for name, files in found for _ in files]
        labels = np.array(numbers, dtype="int32")
    say(f"Found {len(paths)} files belonging to {len(class_names)} classes.")
    if shuffle:
        for items in (paths, labels):
            np.random.RandomState(seed).shuffle(items)
    return paths, labels, class_names


def _files(folder, formats, follow_links):
    found = []
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links), key=lambda step: step[0]):
        found += [os.path.join(root, name) for name in sorted(files) if name.lower().endswith(formats)]
    return found


def subset_of(paths, labels, validation_split, subset):
    """The paths and labels of a subset: the last files are for validation."""
    if not validation_split:
        return paths, labels
    n = len(paths) - int(validation_split * len(paths))
    if subset == "training":
        say(f"Using {n} files for training.")
        return paths[:n], labels[:n]
    say(f"Using {len(paths) - n} files for validation.")
    return paths[n:], labels[n:]


def datasets_from_directory(who, directory, labels, label_mode, formats, element, batch_size, *, class_names, shuffle, seed,
                            validation_split, subset, follow_links):  # fmt: skip
    """The data set of the files in a folder, or the two of subset="both".

    Args:
        element: function from a path, a bytes scalar, to an array or text.
    The rest as of `image_dataset_from_directory`.
    """
    labels, label_mode = checked_labels(who, labels, label_mode, class_names)
    check_split(who, validation_split, subset, shuffle, seed)
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"{who}: `batch_size` must be at least 1, or None. Received: batch_size={batch_size}.")
    seed = np.random.randint(1_000_000) if seed is None else seed
    paths, labels, names = index_directory(who, directory, labels, formats, class_names, shuffle, seed, follow_links)
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f"{who}: there must be two classes for label_mode='binary'. Received: class_names={names}.")
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        some, some_labels = subset_of(paths, labels, validation_split, part)
        if not some:
            raise ValueError(
                f"{who}: there are no {part + ' ' if part else ''}files in {directory}. Formats: {formats}."
            )
        shuffled = shuffle and not (subset == "both" and part == "validation")
        made.append(_dataset(some, some_labels, label_mode, names, element, batch_size, seed if shuffled else None))
    return made if subset == "both" else made[0]


def _dataset(paths, labels, label_mode, class_names, element, batch_size, seed):
    from pyseq.data import AUTOTUNE, Dataset

    dataset = Dataset.from_tensor_slices(np.array(paths, dtype=object))
    if label_mode:
        dataset = Dataset.zip((dataset, Dataset.from_tensor_slices(_labels(labels, label_mode, len(class_names)))))
    if seed is not None:  # before files are read, so that the buffer holds names, not images
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    load = (lambda path, label: (element(path), label)) if label_mode else element
    dataset = dataset.map(load, num_parallel_calls=AUTOTUNE)
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    dataset = dataset.prefetch(AUTOTUNE)
    dataset.class_names, dataset.file_paths = class_names, paths
    return dataset


def _labels(labels, label_mode, n_classes):
    labels = np.asarray(labels)
    if label_mode == "binary":
        return labels.astype("float32")[:, None]
    if label_mode == "categorical":
        return (labels[:, None] == np.arange(n_classes)).astype("float32")  # as tf.one_hot: zeros, if out of range
    return labels.astype({"i": "int32", "u": "int32", "f": "float32"}.get(labels.dtype.kind, labels.dtype))
