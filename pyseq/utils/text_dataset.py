"""Data sets of the texts in a folder."""

from __future__ import annotations

import numpy as np

from pyseq.utils.directory import datasets_from_directory

WHO = "text_dataset_from_directory"


def text_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, batch_size=32, max_length=None, shuffle=True, seed=None,
    validation_split=None, subset=None, follow_links=False,
):  # fmt: skip
    """A Dataset of texts, or of texts and labels, of the .txt files in a folder.

    Args:
        max_length: bytes of a text that are kept; None: all.
        The rest as of `image_dataset_from_directory`.
    Returns:
        Dataset of texts (bytes); attributes `class_names`, `file_paths`.
    """
    if max_length is not None and max_length < 0:
        raise ValueError(f"{WHO}: `max_length` must be at least 0, or None. Received: max_length={max_length}.")

    def load(path):
        with open(path.numpy(), "rb") as f:
            text = f.read() if max_length is None else f.read(max_length)
        made = np.empty((), dtype=object)
        made[()] = text
        return made

    return datasets_from_directory(
        WHO, directory, labels, label_mode, (".txt",), load, batch_size, class_names=class_names, shuffle=shuffle, seed=seed,
        validation_split=validation_split, subset=subset, follow_links=follow_links,
    )  # fmt: skip
