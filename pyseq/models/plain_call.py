"""Does a user's `call` nothing but compute its outputs? Then `model(x)` can be a plan, which does not run it again.

Asked of its bytecode: it may call the object's layers and pyseq's functions of tensors, take pieces of tensors and combine
them, and branch. Whatever else it does, from printing to remembering something in an attribute, it is run every time.
"""

from __future__ import annotations

import dis
from types import FunctionType, ModuleType

from pyseq.core import DType
from pyseq.layers.base import Layer

_MAY_DEFINE = {
    "__init__", "__module__", "__qualname__", "__doc__", "__firstlineno__", "__static_attributes__", "__annotations__",
    "__annotations_cache__", "__annotate__", "__annotate_func__", "__classcell__", "__dict__", "__weakref__",
    "build", "call", "get_config", "from_config", "train_step", "test_step", "predict_step",
}  # fmt: skip
_OF_TENSORS = {"shape", "dtype", "ndim"}  # attributes of what is not known
_HARMLESS = (
    "LOAD_CONST", "LOAD_SMALL_INT", "STORE_FAST", "CALL", "PRECALL", "KW_NAMES", "PUSH_NULL", "RETURN_", "RESUME", "NOP",
    "EXTENDED_ARG", "COPY_FREE_VARS", "BINARY_", "INPLACE_", "UNARY_", "COMPARE_OP", "IS_OP", "CONTAINS_OP", "POP_TOP",
    "DUP_TOP", "COPY", "SWAP", "ROT_", "BUILD_TUPLE", "BUILD_LIST", "BUILD_SLICE", "UNPACK_SEQUENCE", "JUMP_FORWARD",
    "POP_JUMP_", "JUMP_IF_", "TO_BOOL", "NOT_TAKEN",
)  # fmt: skip
_REFUSED = ("CALL_INTRINSIC", "CALL_FUNCTION_EX", "COPY_DICT")
_SELF, _OTHER = object(), object()


def is_plain_call(layer) -> bool:
    """Is it sure that calling this object of a user's class computes the outputs and does nothing beside?"""
    cls = type(layer)
    users = [c for c in cls.__mro__ if issubclass(c, Layer) and not c.__module__.startswith("pyseq.")]
    users_others = [c for c in cls.__mro__ if not issubclass(c, Layer) and _is_mixed_in(c)]
    if users_others or any(vars(c).keys() - _MAY_DEFINE for c in users):
        return False
    function = cls.call
    if "call" in vars(layer) or type(function) is not FunctionType:
        return False
    if function.__module__.startswith("pyseq."):
        return True
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return all(_is_number(v) for v in defaults) and _is_plain_code(function, layer)


def _is_mixed_in(cls):
    return cls is not object and not cls.__module__.startswith("pyseq.")


def _is_plain_code(function, layer):
    code = function.__code__
    if not code.co_argcount or code.co_cellvars:
        return False
    name_of_self, on_top = code.co_varnames[0], _OTHER
    for instruction in dis.get_instructions(code):
        op, name = instruction.opname, instruction.argval
        if op in ("LOAD_ATTR", "LOAD_METHOD"):
            on_top = _attribute(on_top, name, layer)
            if on_top is None:
                return False
            continue
        if on_top is _SELF or isinstance(on_top, ModuleType):
            return False  # the object or a module itself is given to something
        on_top = _OTHER
        if op.startswith("LOAD_FAST"):
            names = name if isinstance(name, tuple) else (name,)
            if name_of_self in names[:-1]:
                return False
            on_top = _SELF if names[-1] == name_of_self else _OTHER
        elif op in ("LOAD_GLOBAL", "LOAD_DEREF"):
            on_top = _function_or_module(_named(function, op, name))
            if on_top is None:
                return False
        elif not op.startswith(_HARMLESS) or op.startswith(_REFUSED):
            return False
        elif op.startswith("STORE_FAST") and name_of_self in (name if isinstance(name, tuple) else (name,)):
            return False
    return True


def _attribute(on_top, name, layer):
    """What is on the stack after an attribute was taken; None if it may be anything."""
    if on_top is _SELF:
        value = vars(layer).get(name)
        return _OTHER if isinstance(value, (Layer, DType)) or value is not None and _is_number(value) else None
    if isinstance(on_top, ModuleType):
        return _function_or_module(getattr(on_top, name, None))
    return _OTHER if on_top is _OTHER and name in _OF_TENSORS else None


def _function_or_module(value):
    """A module of pyseq; _OTHER for one of its functions of tensors or an element type; else None."""
    if isinstance(value, ModuleType):
        return value if value.__name__.partition(".")[0] == "pyseq" else None
    return _OTHER if hasattr(value, "_symbolic_name") or isinstance(value, DType) else None


def _named(function, op, name):
    if op == "LOAD_GLOBAL":
        return function.__globals__.get(name)
    free = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    try:
        return free[name].cell_contents
    except (KeyError, ValueError):
        return None


def _is_number(value):
    return value is None or type(value) in (bool, int, float, str)
