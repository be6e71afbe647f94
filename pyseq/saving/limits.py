"""How much of a file is believed: everything that is read from a model file goes through here.

Files come from strangers. Groups and data sets must lie in the file itself, be of numbers, and be as large as they say.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from contextlib import contextmanager

import numpy as np

CONFIG_BYTES = 2**28  # of config.json
DEPTH = 200  # of nested objects in a configuration
EXPANSION = 1000  # compressed data may become so many times larger ...
UNSUSPICIOUS = 2**26  # ... and data of up to so many bytes is not looked at


class Damaged(OSError):
    """A file ends too early, or its bytes are not what it says they are."""


@contextmanager
def reading():
    """Context in which what zipfile and h5py say of a damaged file becomes `Damaged`."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as e:  # both raise what their parts do: struct.error, zlib.error, KeyError, RuntimeError, ...
        raise Damaged(f"{type(e).__name__}: {e}") from e


@contextmanager
def open_archive(path: str):
    """A zip archive, open."""
    with reading():
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


@contextmanager
def open_hdf5(h5py, file):
    """An HDF5 file, open; `file` is a path or an open binary file."""
    with reading():
        f = h5py.File(file, "r")
    with f:
        yield f


def _info(archive, name):
    try:
        return archive.getinfo(name)
    except KeyError:
        raise ValueError(f"The archive has no {name!r}. It holds {archive.namelist()[:8]}.") from None


def read_member(archive, name: str) -> bytes:
    """The bytes of a member of a zip archive.

    Raises:
        ValueError: there is no such member, or it is larger than CONFIG_BYTES.
    """
    info = _info(archive, name)
    if info.file_size > CONFIG_BYTES:
        raise ValueError(f"{name!r} must have at most {CONFIG_BYTES} bytes. Received: {info.file_size} bytes.")
    with reading(), archive.open(info) as f:
        return f.read()


@contextmanager
def copied_member(archive, name: str):
    """A member of a zip archive as an open file of its own: copied from first to last byte, so that its checksum is checked.

    Raises:
        ValueError: there is no such member, or it is suspiciously much larger than what the archive holds of it.
    """
    info = _info(archive, name)
    if info.file_size > UNSUSPICIOUS and info.file_size > EXPANSION * info.compress_size:
        raise ValueError(f"{name!r} says it has {info.file_size} bytes, but the archive holds {info.compress_size}.")
    with tempfile.TemporaryFile() as copy:
        with reading(), archive.open(info) as member:
            shutil.copyfileobj(member, copy, 2**20)
        yield copy


def parse_json(text, what: str) -> dict:
    """The object that a JSON text describes.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    if len(text) > CONFIG_BYTES:
        raise ValueError(f"The {what} must have at most {CONFIG_BYTES} characters. Received: {len(text)}.")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise ValueError(f"The {what} is no JSON: {e}.") from None
    if not isinstance(parsed, dict):
        raise ValueError(f"The {what} must be a JSON object. Received: {type(parsed).__name__}.")
    level, depth = [parsed], 0
    while level:
        depth += 1
        if depth > DEPTH:
            raise ValueError(f"The {what} must be nested at most {DEPTH} deep.")
        inner = [v for x in level for v in (x.values() if isinstance(x, dict) else x)]
        level = [v for v in inner if isinstance(v, (dict, list))]
    return parsed


def find(group, path: str, kind):
    """The group or data set at a path in a group, or None; only what lies in this file, not where links lead.

    Args:
        kind: h5py.Group or h5py.Dataset.
    """
    import h5py

    with reading():
        for part in [p for p in path.split("/") if p]:
            if part == "." or not isinstance(group, h5py.Group):
                return None
            if not isinstance(group.get(part, getlink=True), h5py.HardLink):
                return None
            group = group[part]
    return group if isinstance(group, kind) else None


def names_in(group) -> list[str]:
    """Names of what a group holds; none for None."""
    with reading():
        return [] if group is None else list(group)


def find_group(group, path: str):
    import h5py

    return find(group, path, h5py.Group)


def groups_in(group):
    """(path, group) of a group and all groups in it, each once however many links lead to it."""
    seen, todo = set(), [("", group)]
    while todo:
        path, group = todo.pop()
        if group in seen:
            continue
        seen.add(group)
        yield path, group
        inner = ((name, find_group(group, name)) for name in names_in(group))
        todo += [(f"{path}/{name}".lstrip("/"), g) for name, g in inner if g is not None]


def find_dataset(group, path: str):
    """The data set at a path, or None, checked: see the head of this module.

    Raises:
        ValueError: it is of a kind that no model file has.
    """
    import h5py

    data = find(group, path, h5py.Dataset)
    if data is None:
        return None
    with reading():
        elsewhere, stored = data.external or data.is_virtual, data.id.get_storage_size()
        dtype, shape = data.dtype, data.shape
    if elsewhere:
        raise ValueError(f"The data set {data.name!r} lies in another file. Model files hold all their data.")
    if dtype.kind not in "fiub" or shape is None:
        raise ValueError(f"The data set {data.name!r} must hold numbers. Received: dtype={dtype}, shape={shape}.")
    if data.nbytes > UNSUSPICIOUS and data.nbytes > EXPANSION * stored:
        raise ValueError(f"The data set {data.name!r} says it has {data.nbytes} bytes, but the file holds {stored}.")
    return data


def require_dataset(group, path: str):
    """The data set at a path in a group, as `find_dataset`.

    Raises:
        ValueError: there is none, or none that is believed.
    """
    data = find_dataset(group, path)
    if data is None:
        raise ValueError(f"The file has no data set {path!r} in {group.name!r}.")
    return data


def values(data) -> np.ndarray:
    """The array in a data set."""
    with reading():
        return np.asarray(data[()])


def has_names(group, attribute: str) -> bool:
    """Is there a list of names, as `read_names` reads it?"""
    with reading():
        return attribute in group.attrs or f"{attribute}0" in group.attrs


def read_names(group, attribute: str) -> list[str]:
    """A list of names kept as an attribute; long lists are cut into attributes `name0`, `name1`, ..."""
    parts = []
    with reading():
        if attribute in group.attrs:
            parts.append(group.attrs[attribute])
        else:
            while f"{attribute}{len(parts)}" in group.attrs:
                parts.append(group.attrs[f"{attribute}{len(parts)}"])
        return [n.decode("utf8") if isinstance(n, bytes) else str(n) for part in parts for n in np.atleast_1d(part)]


def read_text(group, attribute: str):
    """A text kept as an attribute, or None."""
    with reading():
        text = group.attrs.get(attribute)
        return text.decode("utf8") if isinstance(text, bytes) else None if text is None else str(text)
