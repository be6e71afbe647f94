"""tf.io.gfile: files of this machine's own file system."""

from __future__ import annotations

import glob as python_glob
import os
import shutil

from pyseq._faces import missing as _missing
from pyseq.tf.errors import AlreadyExistsError, NotFoundError

__all__ = [
    "GFile", "copy", "exists", "get_registered_schemes", "glob", "isdir", "join", "listdir", "makedirs", "mkdir", "remove",
    "rename", "rmtree", "stat", "walk",
]  # fmt: skip


def GFile(name, mode="r"):  # noqa: N802
    """An open file. Text is UTF-8; "rb", "wb" for bytes."""
    try:
        return open(_local(name), mode, encoding=None if "b" in mode else "utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(None, None, str(error)) from error


def _local(path):
    path = os.fspath(path)
    path = path.decode() if isinstance(path, bytes) else path
    scheme, mark, rest = path.partition("://")
    if mark and scheme != "file":
        raise NotImplementedError(f"tf.io.gfile: only files of this machine. Received: {path!r}.")
    return rest if mark else path


def exists(path):
    """Is there such a file or folder?"""
    return os.path.exists(_local(path))


def isdir(path):
    """Is it a folder?"""
    return os.path.isdir(_local(path))


def join(path, *paths):
    """Paths joined by the separator."""
    return os.path.join(path, *paths)


def glob(pattern):
    """Paths that match a pattern, or one of a list of them, sorted."""
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return sorted(found for p in patterns for found in python_glob.glob(_local(p)))


def listdir(path):
    """Names in a folder."""
    if not isdir(path):
        raise NotFoundError(None, None, f"Could not find directory {path}")
    return os.listdir(_local(path))


def mkdir(path):
    """Make a folder; its parent is there."""
    try:
        os.mkdir(_local(path))
    except FileExistsError as error:
        raise AlreadyExistsError(None, None, str(error)) from error
    except FileNotFoundError as error:
        raise NotFoundError(None, None, str(error)) from error


def makedirs(path):
    """Make a folder and those around it; nothing to do if it is there."""
    os.makedirs(_local(path), exist_ok=True)


def remove(path):
    """Delete a file."""
    try:
        os.remove(_local(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, str(error)) from error


def rmtree(path):
    """Delete a folder and all in it."""
    try:
        shutil.rmtree(_local(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, str(error)) from error


def rename(src, dst, overwrite=False):
    """Give a file or folder another name."""
    _refuse_existing(dst, overwrite)
    os.replace(_local(src), _local(dst))


def copy(src, dst, overwrite=False):
    """Copy a file."""
    _refuse_existing(dst, overwrite)
    shutil.copyfile(_local(src), _local(dst))


def _refuse_existing(dst, overwrite):
    if not overwrite and exists(dst):
        raise AlreadyExistsError(None, None, f"{dst} exists. Use overwrite=True.")


def stat(path):
    """os.stat of the file; its length is `st_size` (TensorFlow's: `length`)."""
    try:
        return os.stat(_local(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, str(error)) from error


def walk(top, topdown=True, onerror=None):
    """(folder, names of folders, names of files) of a folder and those in it."""
    return os.walk(_local(top), topdown, onerror)


def get_registered_schemes():
    """["", "file"]."""
    return ["", "file"]


__getattr__ = _missing(__name__, lambda: __all__)
