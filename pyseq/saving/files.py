"""Files: written beside the old one and put in its place in one step, so that whoever looks finds one of them, whole."""

from __future__ import annotations

import os
import platform
import re
import secrets
import stat
import time
import zlib
from contextlib import contextmanager, suppress

ABANDONED = 3600  # seconds without a write after which a file that another machine's process began is removed
KERAS, HDF5 = "keras", "h5"
_MAGIC = {b"PK\x03\x04": KERAS, b"PK\x05\x06": KERAS, b"\x89HDF": HDF5}
NO_TENSORFLOW_FORMAT = (
    "{who}: TensorFlow's {what} format holds TensorFlow graphs and is neither written nor read here. Use a path that ends in "
    "{instead}. Received: {received}."
)
WEIGHTS_INSTEAD = "'.weights.h5' (Keras 3's layout, with the optimizer's state) or '.h5' (Keras 2's)"
MODEL_INSTEAD = "'.keras' (whole model) or '.h5' (Keras 2's whole model)"


def import_h5py(who: str):
    """The module h5py.

    Raises:
        ImportError: it is not installed; the message says how to install it.
    """
    try:
        import h5py
    except ImportError as e:
        raise ImportError(
            f"{who}: model files hold their weights as HDF5, which needs the package h5py. Install it: pip install h5py"
        ) from e
    return h5py


@contextmanager
def replacing(path: str):
    """Context in which a new file is written; on leaving it takes the place of `path`, unless there was an exception.

    Directories on the way are made. The new file is on the disk before the old name points to it: a process that is
    killed, or a machine that stops, leaves the old file or the new one.
    Yields:
        The path to write to, in the directory of `path`; an empty file.
    """
    path = os.path.realpath(path)  # a link stays, what it points to is replaced
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    if os.path.isdir(path):
        raise IsADirectoryError(f"Cannot save to {path}: it is a directory. Remove it, or save under another name.")
    _remove_abandoned(folder, name)
    new = os.path.join(folder, f".{name}.{_machine()}-{os.getpid():x}-{secrets.token_hex(4)}.part")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        with suppress(OSError):  # a new file has the mode the umask gives it, a replaced one keeps its own
            os.chmod(new, stat.S_IMODE(os.stat(path).st_mode))
        yield new
        _to_disk(new, os.O_RDWR)
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            os.remove(new)
        raise
    if os.name == "posix":
        with suppress(OSError):  # not every file system can
            _to_disk(folder, os.O_RDONLY)


def _to_disk(path, flags):
    fd = os.open(path, flags)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _machine():
    """Eight hexadecimal digits that stand for this machine: process numbers mean something there only."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _remove_abandoned(folder, name):
    """Remove what killed processes left of files of this name."""
    pattern = re.compile(rf"\.{re.escape(name)}\.([0-9a-f]{{8}})-([0-9a-f]+)-[0-9a-f]{{8}}\.part")
    for entry in os.scandir(folder):
        match = pattern.fullmatch(entry.name)
        with suppress(OSError):
            if match and _is_abandoned(entry, match[1], int(match[2], 16)):
                os.remove(entry)


def _is_abandoned(entry, machine, process):
    if time.time() - entry.stat().st_mtime > ABANDONED:
        return True
    if machine != _machine() or os.name != "posix":
        return False
    try:
        os.kill(process, 0)  # no signal is sent: is there such a process?
    except ProcessLookupError:
        return True
    return False


def may_write(path: str, overwrite: bool) -> bool:
    """May the file be written? Asks at the terminal if there is one already and `overwrite` is false, as tf.keras does.

    Raises:
        FileExistsError: there is nobody to ask.
    """
    if overwrite or not os.path.exists(path):
        return True
    try:
        answer = input(f"[WARNING] {path} already exists - overwrite? [y/n]").strip().lower()
        while answer not in ("y", "n"):
            answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    except EOFError:
        raise FileExistsError(
            f"{path} exists already and `overwrite` is False. Pass overwrite=True to replace it."
        ) from None
    if answer == "n":
        return False
    print("[TIP] Next time specify overwrite=True!")
    return True


def layout_of(path: str, who: str, weights: bool = False) -> str:
    """ "keras" or "h5", by the first bytes of a file.

    Raises:
        FileNotFoundError: there is no file. NotImplementedError: it is a format of TensorFlow's. OSError: it is nothing known.
    """
    instead = WEIGHTS_INSTEAD if weights else MODEL_INSTEAD
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "saved_model.pb")):
            raise NotImplementedError(
                NO_TENSORFLOW_FORMAT.format(who=who, what="SavedModel", instead=instead, received=f"filepath={path!r}")
            )
        raise IsADirectoryError(f"{who}: {path} is a directory; a file was expected, a path that ends in {instead}.")
    if not os.path.exists(path):
        if os.path.exists(path + ".index"):
            raise NotImplementedError(
                NO_TENSORFLOW_FORMAT.format(who=who, what="checkpoint", instead=instead, received=f"filepath={path!r}")
            )
        raise FileNotFoundError(f"No file or directory found at {path}")
    with open(path, "rb") as f:
        head = f.read(4)
    if head not in _MAGIC:
        kind = "is empty" if not head else "is neither a .keras archive nor an HDF5 file"
        raise OSError(f"{who}: {path} {kind}, so there is no model in it. It begins with the bytes {head!r}.")
    return _MAGIC[head]
