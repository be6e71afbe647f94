"""The errors of ops: TensorFlow's classes, which Python's own `except` clauses catch, too.

An op that refuses a value, a shape or an element type raises an InvalidArgumentError, as TensorFlow's do. It is a ValueError as well,
and an IndexError or a TypeError where that is what Python would say.
"""

from __future__ import annotations

OK = 0
CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED = range(1, 8)
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = range(8, 15)
DATA_LOSS, UNAUTHENTICATED = 15, 16
FACE = "pyseq.tf.errors"  # where users know them from


class OpError(Exception):
    """Something went wrong while an op ran.

    Args:
        node_def, op: TensorFlow's; None here. message: what went wrong. error_code: its number.
    """

    code = UNKNOWN
    __module__ = FACE

    def __init__(self, node_def=None, op=None, message="", error_code=None, *args):
        super().__init__(message)
        self.node_def, self.op = node_def, op
        self.error_code = self.code if error_code is None else error_code
        self.experimental_payloads = {}

    @property
    def message(self):
        return self.args[0]

    def __reduce__(self):
        return type(self), (self.node_def, self.op, self.message, self.error_code)


class InvalidArgumentError(OpError, ValueError):
    """An argument has a value, a shape or an element type that the op does not take."""

    code = INVALID_ARGUMENT
    __module__ = FACE


class InvalidIndexError(InvalidArgumentError, IndexError):
    """An index is outside of the tensor."""


class InvalidTypeError(InvalidArgumentError, TypeError):
    """A tensor has an element type that the op does not take."""


def _kind(name, code, *more):
    doc = name.removesuffix("Error") + "."
    return type(name, (OpError, *more), {"code": code, "__doc__": doc, "__module__": FACE, "__qualname__": name})


CancelledError = _kind("CancelledError", CANCELLED)
UnknownError = _kind("UnknownError", UNKNOWN)
DeadlineExceededError = _kind("DeadlineExceededError", DEADLINE_EXCEEDED)
NotFoundError = _kind("NotFoundError", NOT_FOUND, FileNotFoundError)
AlreadyExistsError = _kind("AlreadyExistsError", ALREADY_EXISTS)
PermissionDeniedError = _kind("PermissionDeniedError", PERMISSION_DENIED)
ResourceExhaustedError = _kind("ResourceExhaustedError", RESOURCE_EXHAUSTED)
FailedPreconditionError = _kind("FailedPreconditionError", FAILED_PRECONDITION)
AbortedError = _kind("AbortedError", ABORTED)
OutOfRangeError = _kind("OutOfRangeError", OUT_OF_RANGE)
UnimplementedError = _kind("UnimplementedError", UNIMPLEMENTED)
InternalError = _kind("InternalError", INTERNAL)
UnavailableError = _kind("UnavailableError", UNAVAILABLE)
DataLossError = _kind("DataLossError", DATA_LOSS)
UnauthenticatedError = _kind("UnauthenticatedError", UNAUTHENTICATED)


def invalid(message):
    """An InvalidArgumentError, which is a ValueError, too."""
    return InvalidArgumentError(None, None, message)


def invalid_index(message):
    """An InvalidArgumentError, which is an IndexError, too."""
    return InvalidIndexError(None, None, message)


def invalid_type(message):
    """An InvalidArgumentError, which is a TypeError, too."""
    return InvalidTypeError(None, None, message)
