"""How much of a file is believed: everything that is read from a model file goes through here.

Files come from strangers. Groups and data sets must lie in the file itself, be of numbers, and be as large as they say.
"""

from __future__ import annotations

import json

import numpy as np

CONFIG_BYTES = 2**28  # of config.json
DEPTH = 200  # of nested objects in a configuration
LAYER_NAMES = 10**6
EXPANSION = 1000  # compressed data may become so many times larger ...
UNSUSPICIOUS = 2**26  # ... and data of up to so many bytes is not looked at


def read_member(archive, name: str, most: int = CONFIG_BYTES) -> bytes:
    """The bytes of a member of a zip archive.

    Raises:
        ValueError: there is no such member, or it is larger than `most`.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"load_model: the archive has no {name!r}. It holds {archive.namelist()[:8]}.") from None
    if info.file_size > most:
        raise ValueError(f"load_model: {name!r} must have at most {most} bytes. Received: {info.file_size} bytes.")
    with archive.open(info) as f:
        return f.read(most)


def parse_json(text, what: str) -> dict:
    """The object that a JSON text describes.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise ValueError(f"load_model: the {what} is no JSON: {e}.") from None
    if not isinstance(parsed, dict):
        raise ValueError(f"load_model: the {what} must be a JSON object. Received: {type(parsed).__name__}.")
    level, depth = [parsed], 0
    while level:
        depth += 1
        if depth > DEPTH:
            raise ValueError(f"load_model: the {what} must be nested at most {DEPTH} deep.")
        inner = [v for x in level for v in (x.values() if isinstance(x, dict) else x)]
        level = [v for v in inner if isinstance(v, (dict, list))]
    return parsed


def find(group, path: str, kind):
    """The group or data set at a path in a group, or None; only what lies in this file, not where links lead.

    Args:
        kind: h5py.Group or h5py.Dataset.
    """
    import h5py

    for part in [p for p in path.split("/") if p]:
        if not isinstance(group, h5py.Group) or not isinstance(group.get(part, getlink=True), h5py.HardLink):
            return None
        group = group[part]
    return group if isinstance(group, kind) else None


def find_group(group, path: str):
    import h5py

    return find(group, path, h5py.Group)


def find_dataset(group, path: str):
    """The data set at a path, or None, checked: see the head of this module.

    Raises:
        ValueError: it is of a kind that no model file has.
    """
    import h5py

    data = find(group, path, h5py.Dataset)
    if data is None:
        return None
    if data.external or data.is_virtual:
        raise ValueError(f"The data set {data.name!r} lies in another file. Model files hold all their data.")
    if data.dtype.kind not in "fiub" or data.shape is None:
        raise ValueError(
            f"The data set {data.name!r} must hold numbers. Received: dtype={data.dtype}, shape={data.shape}."
        )
    if data.nbytes > UNSUSPICIOUS and data.nbytes > EXPANSION * data.id.get_storage_size():
        raise ValueError(
            f"The data set {data.name!r} says it has {data.nbytes} bytes, but the file holds {data.id.get_storage_size()}."
        )
    return data


def read_array(group, path: str) -> np.ndarray:
    """The array of the data set at a path in a group.

    Raises:
        ValueError: there is none, or none that is believed.
    """
    data = find_dataset(group, path)
    if data is None:
        raise ValueError(f"The file has no data set {path!r} in {group.name!r}.")
    return np.asarray(data[()])


def read_names(group, attribute: str) -> list[str]:
    """A list of names kept as an attribute; long lists are cut into attributes `name0`, `name1`, ..."""
    if attribute in group.attrs:
        parts = [group.attrs[attribute]]
    else:
        parts, k = [], 0
        while f"{attribute}{k}" in group.attrs and k < LAYER_NAMES:
            parts.append(group.attrs[f"{attribute}{k}"])
            k += 1
    return [n.decode("utf8") if isinstance(n, bytes) else str(n) for part in parts for n in np.atleast_1d(part)]


def read_text(group, attribute: str):
    """A text kept as an attribute, or None."""
    text = group.attrs.get(attribute)
    return text.decode("utf8") if isinstance(text, bytes) else None if text is None else str(text)
