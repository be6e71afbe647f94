"""tf.errors: the classes that programs catch. Ops of pyseq raise Python's own ValueError, TypeError and IndexError instead;
`tf.debugging` raises these."""

from __future__ import annotations

from pyseq._faces import missing as _missing


class OpError(Exception):
    """Something went wrong while an op ran.

    Args:
        node_def, op: TensorFlow's; None here. message: what went wrong. error_code: its number.
    """

    code = 2

    def __init__(self, node_def=None, op=None, message="", error_code=None, *args):
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message
        self.error_code = self.code if error_code is None else error_code
        self.experimental_payloads = {}

    def __str__(self):
        return self.message


def _kind(name, code):
    doc = name.removesuffix("Error") + "."
    return type(name, (OpError,), {"code": code, "__doc__": doc, "__module__": __name__, "__qualname__": name})


OK = 0
CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED = range(1, 8)
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = range(8, 15)
DATA_LOSS, UNAUTHENTICATED = 15, 16

CancelledError = _kind("CancelledError", CANCELLED)
UnknownError = _kind("UnknownError", UNKNOWN)
InvalidArgumentError = _kind("InvalidArgumentError", INVALID_ARGUMENT)
DeadlineExceededError = _kind("DeadlineExceededError", DEADLINE_EXCEEDED)
NotFoundError = _kind("NotFoundError", NOT_FOUND)
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

__all__ = [n for n, c in list(globals().items()) if n.isupper() or isinstance(c, type) and issubclass(c, OpError)]
__getattr__ = _missing(__name__, lambda: __all__)
