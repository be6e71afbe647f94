"""tf.io: whole files."""

from __future__ import annotations

import glob
import os

import numpy as np

from pyseq.data.spec import Texts
from pyseq.tf.image_files import content_of, text_of
from pyseq.tf.io import gfile

__all__ = ["matching_files", "read_file", "write_file"]


def _path(who, filename):
    found = filename if isinstance(filename, os.PathLike) else content_of(who, filename)
    return os.fsdecode(found)


def read_file(filename, name=None):
    """The bytes of a file, as a scalar text."""
    with gfile.GFile(_path("read_file", filename), "rb") as f:
        return text_of(f.read())


def write_file(filename, contents, name=None):
    """Write bytes to a file; folders on the way are made."""
    path = _path("write_file", filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with gfile.GFile(path, "wb") as f:
        f.write(content_of("write_file", contents))


def matching_files(pattern, name=None):
    """Names of the files that match a pattern, or one of several, sorted: texts."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    if isinstance(pattern, Texts) and pattern.shape:
        patterns = list(pattern)
    found = sorted({name for p in patterns for name in glob.glob(_path("matching_files", p))})
    return Texts(np.array([os.fsencode(name) for name in found], dtype=object))
