"""tf.nest: functions of nested lists, tuples, named tuples and dicts. All else is a leaf; dicts go by their sorted keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, MappingView, Sequence

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


def is_nested(structure) -> bool:
    """Does it hold others: is it a list, tuple, dict or the like, and no leaf?"""
    if isinstance(structure, (str, bytes, bytearray)):
        return False
    return isinstance(structure, (Sequence, Mapping, MappingView))


def flatten(structure, expand_composites=False) -> list:
    """The leaves in order.

    Args:
        expand_composites: of TensorFlow's ragged and sparse tensors, which are not here; without effect.
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for item in _items(structure) for leaf in flatten(item)]


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """The structure with other leaves, given in the order of `flatten`.

    Raises:
        TypeError: `flat_sequence` is no sequence. ValueError: it has another number of items than the structure has leaves.
    """
    if not is_nested(flat_sequence):
        raise TypeError(
            f"Attempted to pack value:\n  {flat_sequence}\ninto a structure, but found incompatible type "
            f"`{type(flat_sequence)}` instead."
        )
    leaves, count = list(flat_sequence), len(flatten(structure))
    if len(leaves) != count:
        raise ValueError(
            f"Could not pack sequence. Structure had {count} atoms, but flat_sequence had {len(leaves)} items. "
            f"Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _packed(structure, iter(leaves))


def map_structure(func, *structure, **kwargs):
    """The structure of what func(leaf of the first structure, leaf of the second, ...) gives.

    Args:
        check_types: must lists be where lists are, tuples where tuples are? True by default; else only numbers and keys count.
        expand_composites: of TensorFlow's ragged and sparse tensors, which are not here; without effect.
    Raises:
        TypeError, ValueError: the structures differ.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    if kwargs:
        raise ValueError(
            f"Only valid keyword arguments are `check_types` and `expand_composites`, not: `{'`, `'.join(kwargs)}`"
        )
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    made = [func(*leaves) for leaves in zip(*map(flatten, structure), strict=True)]
    return _packed(structure[0], iter(made))


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raise unless the two are nested in the same way.

    Args:
        check_types: see `map_structure`.
    Raises:
        ValueError: other numbers of items, or other keys. TypeError: a list where a tuple is, and the like.
    """
    found = _difference(nest1, nest2, check_types)
    if found:
        kind, reason = found
        raise kind(
            f"The two structures don't have the same nested structure.\n\nFirst structure: {_shown(nest1)}\n\n"
            f"Second structure: {_shown(nest2)}\n\nMore specifically: {reason}"
        )


def _difference(a, b, check_types):
    """(class of the error, reason), or None."""
    if is_nested(a) != is_nested(b):
        first, second = (a, b) if is_nested(a) else (b, a)
        return ValueError, f'Substructure "{_shown(first)}" is a sequence, while substructure "{_shown(second)}" is not'
    if not is_nested(a):
        return None
    both_dicts = isinstance(a, Mapping) and isinstance(b, Mapping)
    if check_types and type(a) is not type(b) and not both_dicts:
        return (
            TypeError,
            f"First structure {_shown(a)} has type {type(a).__name__}, while second structure {_shown(b)} has not",
        )
    if len(a) != len(b):
        return ValueError, (
            f"The two structures don't have the same number of elements. First structure: {_shown(a)}. Second structure: "
            f"{_shown(b)}"
        )
    if both_dicts and set(a) != set(b):
        return ValueError, (
            f"The two dictionaries don't have the same set of keys. First structure has keys {list(a)}, while second "
            f"structure has keys {list(b)}"
        )
    found = (_difference(x, y, check_types) for x, y in zip(_items(a), _items(b), strict=True))
    return next((f for f in found if f), None)


def _items(structure):
    return [structure[k] for k in sorted(structure)] if isinstance(structure, Mapping) else list(structure)


def _packed(structure, leaves):
    if not is_nested(structure):
        return next(leaves)
    items = [_packed(item, leaves) for item in _items(structure)]
    if isinstance(structure, Mapping):
        done = dict(zip(sorted(structure), items, strict=True))
        pairs = {k: done[k] for k in structure}
        return (
            defaultdict(structure.default_factory, pairs)
            if isinstance(structure, defaultdict)
            else _like(structure, pairs)
        )
    return type(structure)(*items) if hasattr(structure, "_fields") else _like(structure, items)


def _like(structure, made):
    """`made` as what the structure is; a range or a view of a dict becomes a list."""
    return made if isinstance(structure, (MappingView, range)) else type(structure)(made)


def _shown(x):
    return f"type={type(x).__name__} str={x}"
