# cython: c_api_binop_methods=False
"""Tensors, kernels and how they are run, gradient tapes, variables.

This is the only place that allocates tensors, runs kernels, starts threads and flushes denormals.

    op -> emit -> eager: allocate outputs, fill one Instruction, run its parts   (here)
               -> a trace: the active trace's own emit                           (ShapeTrace, the plan)
    op -> record -> every active tape that follows one of the inputs

What the functions promise to ops stands in README.md beside this file.
"""
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyObject_GetBuffer, PyBuffer_Release
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.buffer cimport PyBUF_READ, PyBUF_WRITE
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from cython.parallel cimport prange, threadid
from instruction cimport (ATTR_MAX, DIM_MAX, F32, F64, I32, IN_MAX, OUT_MAX, Instruction, PartFunction)
from libc.stdint cimport int8_t, int32_t, int64_t, uint64_t, uintptr_t
from libc.string cimport memcpy, memset

import os
import weakref

import numpy as np

from pyseq.core import dtypes
from pyseq.core.dtypes import DTYPES, as_dtype

cdef extern from "memory.h":
    void *new_block(size_t n) noexcept
    void free_block(void *p, size_t n) noexcept
    void release_cached() noexcept
    size_t cached_bytes

cdef extern from "threads.h" nogil:
    void *current_trace
    void *current_tapes
    uint64_t flush_denormals() noexcept
    void restore_denormals(uint64_t) noexcept
    int take_team(int n) noexcept
    void give_team_back() noexcept
    void take_place(int k) noexcept
    int has_openmp() noexcept
    const char *processor_isas() noexcept

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject *)

cdef extern from "shape.h":
    object as_shape(object sizes)
    object new_shape_base()
    void use_shape_type(object type) noexcept

ShapeTuple = new_shape_base()


def set_shape_type(type):
    """Give this subclass of ShapeTuple out as the shape of tensors."""
    use_shape_type(type)


cdef inline tuple as_tuple(x):
    """A tuple or shape as Cython's `tuple`, which is neither a subclass nor another sequence."""
    return <tuple>x if isinstance(x, tuple) else tuple(x)

# ---------------------------------------------------------------------------------------------------------- kernels

cdef class Kernel:
    """A compute routine by name: compiled (`address`) or a Python function over NumPy arrays (`function`)."""
    cdef PartFunction part_function
    cdef readonly str name
    cdef readonly object function

    @property
    def address(self):
        return <uintptr_t>self.part_function

    def __repr__(self):
        return f"<Kernel {self.name}>"

    def __reduce__(self):
        return kernels, (self.name,)


cdef dict handles = {}
cdef dict addresses = {}


def bind(dict table):
    """Make every kernel handle point at the routines of `table` (name -> address)."""
    global bindings
    cdef Kernel k
    missing = [name for name in handles if name not in table]
    if missing:
        raise ImportError(f"kernels: this instruction set lacks {missing}; build pyseq again.")
    addresses.clear()
    addresses.update(table)
    for name, k in handles.items():
        k.part_function = <PartFunction><uintptr_t>addresses[name]
    bindings += 1


def kernels(*names):
    """The handles of compiled kernels, in order; the handle itself for one name."""
    cdef Kernel k
    found = []
    for name in names:
        k = handles.get(name)
        if k is None:
            if name not in addresses:
                import difflib

                close = difflib.get_close_matches(name, addresses, n=3)
                raise KeyError(f"kernels: no kernel {name!r} was built; the closest are {close}.")
            k = Kernel()
            k.name = name
            k.part_function = <PartFunction><uintptr_t>addresses[name]
            handles[name] = k
        found.append(k)
    return found[0] if len(found) == 1 else tuple(found)


def numpy_kernel(str name, function):
    """A kernel for the long tail: `function(inputs, outputs, dims, attrs)` on NumPy arrays, outputs filled in place."""
    cdef Kernel k = Kernel()
    k.name = name
    k.function = function
    return k


def supported_isas():
    """Instruction sets this processor runs, best first."""
    return processor_isas().decode().split()


# ---------------------------------------------------------------------------------------------------------- threads

# Under this many multiply-adds a parallel region costs more than it saves (waking the team takes about 5 us).
cdef int64_t PARALLEL_WORK_DEFAULT = 1 << 20
cdef int64_t PARALLEL_WORK = PARALLEL_WORK_DEFAULT
# Over this many the GIL is released: 20 us of arithmetic, long enough for another Python thread to use.
cdef int64_t RELEASE_WORK = 1 << 18
cdef int max_threads = 1
cdef bint forked = False


def set_max_threads(int n):
    """How many threads one instruction may use; 1 to 1024."""
    global max_threads
    max_threads = n if has_openmp() else 1


def get_max_threads():
    return 1 if forked else max_threads


def set_parallel_work(int64_t work):
    """Set from how many multiply-adds on a kernel is shared among threads; returns the former number. For tests."""
    global PARALLEL_WORK
    cdef int64_t before = PARALLEL_WORK
    PARALLEL_WORK = work
    return before


def openmp():
    """Was this engine built with OpenMP?"""
    return bool(has_openmp())


def _after_fork_in_child():
    # libgomp's team does not survive fork(): a region opened by the old thread would wait for ever.
    global forked
    forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


# A team whose threads come late (their processor is somebody else's, or they sleep) makes small work slower than one thread
# does: 5 times, where other programs are busy. Then work that is over sooner than they came stays alone for a while, the longer
# the more often that happens.
cdef int64_t alone_until = 0, alone_ns = 0              # ns of the monotonic clock; ns it is alone next time
cdef double alone_work = 0                              # work under which it is
cdef int64_t LATE_NS = 50_000, ALONE_MOST_NS = 1_000_000_000


cdef inline int threads_for(int64_t work, int64_t parts) noexcept nogil:
    if work < PARALLEL_WORK or forked or parts < 2:
        return 1
    if alone_until and work < alone_work and PARALLEL_WORK == PARALLEL_WORK_DEFAULT and now_ns() < alone_until:
        return 1
    return max_threads if max_threads < parts else <int>parts


cdef inline void flushed(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    cdef uint64_t mode = flush_denormals()
    i.kernel(i, first, last)
    restore_denormals(mode)


cdef void note_lateness(int64_t work, int64_t mine, int64_t late) noexcept nogil:
    """The others were ready `late` ns after the caller, who took `mine`. Called by who has the team."""
    global alone_until, alone_ns, alone_work
    if late > mine + LATE_NS:
        alone_ns = min(max(2 * alone_ns, 16 * late), min(200 * late, ALONE_MOST_NS))
        alone_work = <double>work * late / max(mine, 1)
        alone_until = now_ns() + alone_ns
    elif 2 * late < mine:
        alone_ns = 0


cdef void in_parts(const Instruction *i, int64_t work) noexcept nogil:
    cdef int64_t p, n = i.n_threads, start, ready = 0
    cdef int64_t *own = &ready
    if n == 1:                                        # a region of one thread still costs 0.6 us
        flushed(i, 0, i.parts)
    elif not take_team(i.n_threads):
        flushed(i, 0, i.parts)
    else:
        start = now_ns()
        for p in prange(n, num_threads=i.n_threads, schedule="static"):
            take_place(threadid())
            flushed(i, i.parts * p // n, i.parts * (p + 1) // n)
            if p == 0:
                own[0] = now_ns()
        if PARALLEL_WORK == PARALLEL_WORK_DEFAULT:      # else a test wants all threads
            note_lateness(work, ready - start, now_ns() - ready)
        give_team_back()


# ---------------------------------------------------------------------------------------------------------- tensors

cdef int64_t last_id = 0
cdef list ITEMSIZE = [d.itemsize for d in DTYPES]
cdef object OPERATORS = {}


def set_operators(dict functions):
    """Ops install what `x + y`, `x[0]`, `-x` and the tape's sums mean (name -> function)."""
    OPERATORS.update(functions)


cdef class Tensor:
    """An array of numbers that nobody writes to once it exists; contiguous, row-major.

    Attributes:
        shape: TensorShape, a tuple of int.
        dtype: a DType.
        keras_logits: the tensor a softmax or sigmoid was applied to, for the losses that prefer logits.
        _keras_mask: which of its steps count, a bool tensor that a layer sets for the losses and metrics; or None.
        symbol: what a trace knows of a symbolic tensor (one without values); None for one with values.
    """
    cdef void *data
    cdef int64_t n_bytes
    cdef tuple sizes                    # what `shape` gives out: a plain tuple until somebody asks
    cdef int code
    cdef readonly int64_t id            # what tapes know it by; snapshots of a variable share the variable's
    cdef bint owns                      # is `data` this tensor's, to be given back?
    cdef object owner                   # who keeps `data` alive if not. (None says nothing: the cycle collector clears it.)
    cdef object variable                # weak reference to the Variable this is a snapshot of
    cdef bint trainable
    cdef public object keras_logits
    cdef public object _keras_mask
    cdef public object symbol
    cdef object picked                  # (weak reference to a variable, key) if this is variable[key], which can be assigned to
    cdef object __weakref__

    def __init__(self, *args, **kwargs):
        raise TypeError("Tensor: is made by ops. Use pyseq.convert_to_tensor(value) (tf.constant).")

    def __dealloc__(self):
        if self.data != NULL and self.owns:
            free_block(self.data, self.n_bytes)

    # -- what it is
    @property
    def shape(self):
        self.sizes = <tuple>as_shape(self.sizes)
        return self.sizes

    @property
    def dtype(self):
        return DTYPES[self.code]

    @property
    def ndim(self):
        return len(self.sizes)

    @property
    def size(self):
        """Number of elements."""
        return size_of(self.sizes)

    @property
    def nbytes(self):
        return self.n_bytes

    @property
    def is_symbolic(self):
        return self.data == NULL

    # -- values out
    def numpy(self):
        """A NumPy array (a scalar for shape ()) with a copy of the values."""
        a = to_array(self)
        return a if self.sizes else a[()]

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("Tensor: cannot share its memory with an array. Use np.asarray(t) or t.numpy().")
        a = to_array(self)
        return a if dtype is None else a.astype(dtype, copy=False)

    def tolist(self):
        return to_array(self).tolist()

    def item(self):
        """The only element as a Python number."""
        return to_array(self).item()

    def ref(self):
        """A hashable reference to this tensor."""
        return Reference(self)

    def __float__(self):
        return float(to_array(self).item())

    def __int__(self):
        return int(to_array(self).item())

    def __index__(self):
        a = to_array(self)
        if a.dtype.kind not in "iu":
            raise TypeError(f"Tensor: only an integer scalar is an index. Received: dtype={self.dtype.name}.")
        return a.item()

    def __bool__(self):
        return bool(to_array(self))

    def __len__(self):
        if not self.sizes:
            raise TypeError("len(): a scalar tensor has no length.")
        return self.sizes[0]

    def __iter__(self):
        if not self.sizes:
            raise TypeError("iter(): a scalar tensor cannot be iterated over.")
        for j in range(self.sizes[0]):
            yield self[j]

    def __format__(self, spec):
        return str(self) if not spec else to_array(self)[()].__format__(spec)

    def __str__(self):
        if self.data == NULL:
            return repr(self)
        text = str(to_array(self)[()])
        return f"tf.Tensor({newline(text)}{text}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self):
        if self.data == NULL:
            return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, symbolic>"
        text = array_text(self)
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={newline(text)}{text}>"

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return as_tensor, (to_array(self),)

    # -- what tf.Tensor has, too
    device = "/job:localhost/replica:0/task:0/device:CPU:0"

    def get_shape(self):
        """The shape."""
        return self.shape

    def set_shape(self, shape):
        """Check that the shape is this one; None stands for any extent."""
        if not self.shape.is_compatible_with(shape):
            raise ValueError(f"Tensor.set_shape: `shape` must fit the tensor's, {self.shape}. Received: shape={shape}.")

    def cpu(self):
        """This tensor."""
        return self

    def __getattr__(self, name):
        if self.picked is not None and name in ("assign", "assign_add", "assign_sub"):
            return PickedAssign(*self.picked, name.partition("_")[2] or "update")
        raise AttributeError(f"'Tensor' object has no attribute {name!r}" + (
            ". Tensors cannot be changed; use a Variable." if name.startswith("assign") else ""))

    def __setitem__(self, key, value):
        raise TypeError("Tensor: values cannot be assigned to. Use a Variable with assign(), or ops.where / scatter.")

    __hash__ = None

    def reshaped(self, shape):
        """The same elements under another shape of the same size; no copy, not recorded on tapes."""
        cdef Tensor y
        if self.variable is not None and self.data != NULL:
            # The variable's memory changes later, and only the snapshot itself is moved out of the way then.
            y = new_tensor(as_tuple(shape), self.code)
            memcpy(y.data, self.data, self.n_bytes)
            return y
        return view(self, as_tuple(shape))

    # -- arithmetic, which ops define
    def __getitem__(self, key): return OPERATORS["getitem"](self, key)
    def __add__(self, other): return binary("add", self, other)
    def __radd__(self, other): return binary("add", other, self)
    def __sub__(self, other): return binary("subtract", self, other)
    def __rsub__(self, other): return binary("subtract", other, self)
    def __mul__(self, other): return binary("multiply", self, other)
    def __rmul__(self, other): return binary("multiply", other, self)
    def __truediv__(self, other): return binary("divide", self, other)
    def __rtruediv__(self, other): return binary("divide", other, self)
    def __floordiv__(self, other): return binary("floor_divide", self, other)
    def __rfloordiv__(self, other): return binary("floor_divide", other, self)
    def __mod__(self, other): return binary("mod", self, other)
    def __rmod__(self, other): return binary("mod", other, self)
    def __pow__(self, other, modulus): return binary("power", self, other)
    def __rpow__(self, other, modulus): return binary("power", other, self)
    def __matmul__(self, other): return binary("matmul", self, other)
    def __rmatmul__(self, other): return binary("matmul", other, self)
    def __and__(self, other): return binary("logical_and", self, other)
    def __rand__(self, other): return binary("logical_and", other, self)
    def __or__(self, other): return binary("logical_or", self, other)
    def __ror__(self, other): return binary("logical_or", other, self)
    def __xor__(self, other): return binary("logical_xor", self, other)
    def __rxor__(self, other): return binary("logical_xor", other, self)
    def __neg__(self): return OPERATORS["negative"](self)
    def __pos__(self): return self
    def __abs__(self): return OPERATORS["absolute"](self)
    def __invert__(self): return OPERATORS["logical_not"](self)
    def __lt__(self, other): return binary("less", self, other)
    def __le__(self, other): return binary("less_equal", self, other)
    def __gt__(self, other): return binary("greater", self, other)
    def __ge__(self, other): return binary("greater_equal", self, other)
    def __eq__(self, other): return equality("equal", self, other)
    def __ne__(self, other): return equality("not_equal", self, other)

    # NumPy arrays leave `array + tensor` to the tensor; `np.exp(tensor)` takes its values and gives an array, as in TensorFlow.
    __array_priority__ = 100


cdef object newline(str text):
    return "\n" if "\n" in text else ""


cdef object array_text(Tensor t):
    a = to_array(t)
    return repr(a) if t.sizes else str(a[()])


cdef object binary(str name, x, y):
    function = OPERATORS[name]
    if not is_operand(x) or not is_operand(y):
        return NotImplemented
    return function(x, y)


cdef object equality(str name, x, y):
    if y is None or not is_operand(y):
        return NotImplemented if hasattr(y, "_keras_history") else name == "not_equal"
    return OPERATORS[name](x, y)


cdef bint is_operand(x):
    return isinstance(x, (Tensor, Variable, int, float, list, tuple, np.ndarray, np.generic)) or (
        hasattr(x, "__array__") and not hasattr(x, "_keras_history"))     # `tensor + x` is left to a KerasTensor


class PickedAssign:
    """variable[key].assign, .assign_add or .assign_sub."""

    def __init__(self, variable, key, how):
        self.variable = variable
        self.key = key
        self.how = how

    def __call__(self, value, use_locking=False, name=None, read_value=True):
        variable = self.variable()
        if variable is None:
            raise ReferenceError("variable[key].assign: the variable is no more.")
        return OPERATORS["assign_item"](variable, self.key, value, self.how)


class Reference:
    """Hashable stand-in for a tensor or variable; equal when it stands for the same object."""

    __slots__ = ("target",)

    def __init__(self, target):
        self.target = target

    def deref(self):
        return self.target

    def __eq__(self, other):
        return isinstance(other, Reference) and other.target is self.target

    def __hash__(self):
        return id(self.target)

    def __repr__(self):
        return f"<Reference wrapping {self.target!r}>"


cdef int64_t size_of(tuple shape) except -1:
    cdef int64_t n = 1, extent
    for extent in shape:
        n *= extent
    return n


cdef Tensor bare_tensor(tuple shape, int code, int64_t n_bytes):
    global last_id
    cdef Tensor t = Tensor.__new__(Tensor)
    last_id += 1
    t.id = last_id
    t.sizes = shape
    t.code = code
    t.n_bytes = n_bytes
    return t


cdef Tensor new_tensor(tuple shape, int code):
    cdef int64_t n_bytes = <int64_t>ITEMSIZE[code], extent
    for extent in shape:
        if extent and n_bytes > (<int64_t>1 << 47) // extent:
            raise MemoryError(f"Tensor: shape={shape} of {DTYPES[code].name} is larger than this machine can address.")
        n_bytes *= extent
    cdef Tensor t = bare_tensor(shape, code, n_bytes)
    t.owns = True
    t.data = new_block(n_bytes)
    if t.data == NULL:
        raise MemoryError(f"Tensor: no memory for shape={shape} of {DTYPES[code].name} ({n_bytes:,} bytes).")
    return t


cdef Tensor view(Tensor x, tuple shape):
    cdef Tensor y = bare_tensor(shape, x.code, x.n_bytes)
    y.data = x.data
    y.symbol = x.symbol
    y.owner = x if x.owner is None else x.owner
    return y


cdef object borrowed_array(Tensor t, bint writable):
    """A NumPy array on the tensor's own memory, for as long as the caller holds the tensor."""
    memory = PyMemoryView_FromMemory(<char *>t.data, t.n_bytes, PyBUF_WRITE if writable else PyBUF_READ)
    return np.ndarray(t.sizes, DTYPES[t.code].numpy, memory)


class SymbolicError(TypeError):
    """Something wants the values of a tensor that has none. The active trace knows of it, even if somebody catches it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        if current_trace != NULL:
            (<object>current_trace).wanted_values(self)


class UnmadeVariable(SymbolicError):
    """A variable wants an initial value that is not known yet."""


cdef object to_array(Tensor t):
    if t.data == NULL:
        raise SymbolicError(
            f"Tensor: a symbolic tensor has no values. Received: {t!r}. It stands for a value that is computed later; use ops "
            "on it instead of NumPy or Python control flow, or run eagerly (compile(..., run_eagerly=True)).")
    a = np.empty(t.sizes, DTYPES[t.code].numpy)
    cdef Py_buffer b
    if t.n_bytes:
        PyObject_GetBuffer(a, &b, PyBUF_WRITABLE)
        memcpy(b.buf, t.data, t.n_bytes)
        PyBuffer_Release(&b)
    return a


def symbolic(shape, dtype, symbol):
    """A tensor without values, for a trace."""
    cdef int code = as_dtype(dtype).code
    cdef tuple sizes = as_tuple(shape)
    cdef Tensor t = bare_tensor(sizes, code, size_of(sizes) * <int64_t>ITEMSIZE[code])
    t.symbol = symbol
    return t


cdef Tensor copy_of_array(a):
    """Tensor with a copy of an array of a known dtype."""
    cdef Py_buffer b
    cdef Tensor t
    t = new_tensor(a.shape, code_of(a))
    if not a.flags.c_contiguous:
        np.copyto(borrowed_array(t, True), a)
    elif t.n_bytes:
        PyObject_GetBuffer(a, &b, PyBUF_SIMPLE)
        memcpy(t.data, b.buf, t.n_bytes)
        PyBuffer_Release(&b)
    return t


cdef int code_of(a) except -1:
    found = dtypes.BY_NUMPY.get(a.dtype)
    if found is None:
        if a.dtype.kind == "O":
            raise ValueError(
                "convert_to_tensor: an array of Python objects has no numeric element type (are the rows of different "
                f"lengths?). Received: shape={a.shape}, dtype=object. Convert it first, e.g. x.astype('float32').")
        found = as_dtype(a.dtype)
    return found.code


def wrap(a):
    """Tensor on the array's own memory (copied only if that is no row of aligned numbers). The array must not be written to."""
    cdef Py_buffer b
    if not a.flags.c_contiguous or not a.flags.aligned or not a.dtype.isnative:
        return copy_of_array(a if a.dtype.isnative else a.astype(a.dtype.newbyteorder("=")))
    cdef Tensor t = bare_tensor(a.shape, code_of(a), a.nbytes)
    if not t.n_bytes:
        return copy_of_array(a)
    PyObject_GetBuffer(a, &b, PyBUF_SIMPLE)
    t.data = b.buf
    PyBuffer_Release(&b)
    t.owner = a
    return t


cdef object floatx_dtype = dtypes.float32


def set_default_float(dtype):
    """What Python floats become (`pyseq.config.set_floatx`)."""
    global floatx_dtype
    floatx_dtype = dtype


cdef first_leaf(x):
    while isinstance(x, (list, tuple)):
        if not x:
            return 0.0
        x = x[0]
    return x


cdef bint holds_tensors(x):
    for item in x:
        if isinstance(item, (Tensor, Variable)):
            return True
        if isinstance(item, (list, tuple)) and holds_tensors(item):
            return True
    return False


cdef object array_of_values(x):
    """NumPy array of a number or nested lists, with TensorFlow's element types for Python numbers."""
    try:
        a = np.asarray(x)
    except ValueError as e:
        raise ValueError(f"convert_to_tensor: rows must all have the same length. {e}") from None
    leaf = first_leaf(x)
    if isinstance(leaf, (bool, int, float)) and not isinstance(leaf, np.generic):
        if a.dtype == np.float64:
            return a.astype(floatx_dtype.numpy)
        if a.dtype == np.int64 and (not a.size or (a.min() >= -2**31 and a.max() < 2**31)):
            return a.astype(np.int32)
    return a


cdef Tensor of_number(x, like):
    """A Python float or int as a scalar tensor, the usual cases without NumPy; None for the others."""
    cdef Tensor t
    cdef int code
    if like is not None:
        code = like.dtype.code
    else:
        code = floatx_dtype.code if type(x) is float else I32
    if code == F32 or code == F64:
        t = new_tensor((), code)
        if code == F32:
            (<float *>t.data)[0] = <double>x
        else:
            (<double *>t.data)[0] = x
        return t
    if code == I32 and type(x) is int and -2147483648 <= x <= 2147483647:
        t = new_tensor((), code)
        (<int32_t *>t.data)[0] = x
        return t
    return None


cpdef Tensor as_tensor(x, dtype=None, like=None):
    """Tensor of a tensor, variable, array, number or nested list; see README.md for the element types.

    Args:
        x: what to convert. Arrays are copied.
        dtype: the element type wanted. Python numbers, lists and arrays are converted to it; a tensor of another one is an error.
        like: a tensor or variable whose dtype a Python number or list takes; arrays and tensors keep their own.
    Raises:
        TypeError: x is no number, or a tensor of another dtype than `dtype`. ValueError: ragged lists, arrays of objects.
    """
    cdef Tensor t
    cdef bint is_array
    if dtype is None and (type(x) is float or type(x) is int):
        t = of_number(x, like)
        if t is not None:
            return t
    if isinstance(x, Tensor):
        t = <Tensor>x
    elif isinstance(x, Variable):
        t = read(<Variable>x)
    else:
        is_array = isinstance(x, (np.ndarray, np.generic))
        if not is_array and hasattr(x, "__array__") and not isinstance(x, (list, tuple)):
            x = np.asarray(x)
            is_array = True
        if is_array:
            x = np.asarray(x)
            if dtype is not None:
                x = x.astype(as_dtype(dtype).numpy, copy=False)
            elif not x.dtype.isnative:
                x = x.astype(x.dtype.newbyteorder("="))
            return copy_of_array(x)
        if isinstance(x, (list, tuple)) and holds_tensors(x):
            return OPERATORS["stack_values"](x, dtype)
        if x is None or isinstance(x, (str, bytes, dict, set)):
            raise TypeError(f"convert_to_tensor: must be a tensor, an array, a number or nested lists of numbers. Received: {x!r}.")
        return copy_of_array(values_as(x, dtype, like))
    if dtype is not None and as_dtype(dtype).code != t.code:
        raise TypeError(
            f"convert_to_tensor: a {t.dtype.name} tensor does not become {as_dtype(dtype).name} by itself. Received: {t!r}. "
            "Use cast(x, dtype).")
    return t


cdef object values_as(x, dtype, like):
    a = array_of_values(x)
    if dtype is None and like is not None:
        dtype = like.dtype
        if a.dtype.kind == "f" and not dtype.is_floating:
            raise TypeError(f"convert_to_tensor: a float does not become {dtype.name} by itself. Received: {x!r}. Use cast().")
    if dtype is None:
        return a
    dtype = as_dtype(dtype)
    if a.dtype.kind == "f" and dtype.is_integer:
        raise TypeError(f"convert_to_tensor: a float does not become {dtype.name} by itself. Received: {x!r}. Use cast().")
    if a.dtype.kind == "O":
        code_of(a)                                    # raises: integers beyond 64 bits
    if a.dtype.kind in "iu" and dtype.is_integer and a.size and not dtype.min <= int(a.min()) <= int(a.max()) <= dtype.max:
        raise ValueError(
            f"convert_to_tensor: {dtype.name} holds integers from {dtype.min} to {dtype.max}. Received: {x!r}. "
            "Use another dtype.")
    return np.asarray(x).astype(dtype.numpy)


# -------------------------------------------------------------------------------------------------------- variables

cdef class Block:
    """Memory of one or several variables, garbage at first; lives as long as somebody uses it."""
    cdef void *data
    cdef int64_t n_bytes
    cdef int64_t runs                   # of programs that are using it now: it must stay what it is
    cdef int64_t writes                 # how often something in it was written, counted when that is done

    def __cinit__(self, int64_t n_bytes):
        self.n_bytes = n_bytes
        self.data = new_block(n_bytes)
        if self.data == NULL:
            raise MemoryError(f"Variable: no memory for {n_bytes:,} bytes.")

    def __dealloc__(self):
        if self.data != NULL:
            free_block(self.data, self.n_bytes)


cdef bint fits(tuple wanted, tuple shape):
    return len(wanted) == len(shape) and all([n is None or n == m for n, m in zip(wanted, shape)])


cdef str full_name(name):
    """The name of a variable as TensorFlow has it: with ":0", and with the open scopes before it, unless it is one already."""
    if name is not None and str(name).rpartition(":")[2].isdigit():
        return str(name)
    return f"{OPERATORS['name_prefix']()}{name or 'Variable'}:0"


cdef class Variable:
    """A tensor whose values can change in place. (Only `lay_out` moves them, when an optimizer takes variables over.)

    Args:
        initial_value: tensor, array, number, nested lists, or a callable that returns one.
        trainable: does `GradientTape` follow it by itself? (Floating point variables only.) None: yes.
        name: for messages and summaries; it gets the names of open scopes before it and ":0" behind it.
        dtype: element type; that of `initial_value` by default.
        constraint: function of the value that optimizers apply after an update.
        shape: if given, `initial_value` must fit it; None stands for any extent.
        caching_device, import_scope, synchronization, aggregation, experimental_enable_variable_lifting: without effect: they are
            about devices and graphs.
    Reading gives a snapshot: a tensor that keeps its values when the variable changes.
    """
    cdef Tensor _value
    cdef bint _trainable
    cdef public object name
    cdef public object constraint
    cdef dict __dict__
    cdef object __weakref__

    def __init__(self, initial_value=None, trainable=None, validate_shape=True, caching_device=None, name=None, variable_def=None,
                 dtype=None, import_scope=None, constraint=None, synchronization=None, aggregation=None, shape=None,
                 experimental_enable_variable_lifting=True):
        cdef Tensor t, own
        if initial_value is None:
            raise ValueError("Variable: `initial_value` must be given. Received: None.")
        if not validate_shape or variable_def is not None:
            raise NotImplementedError("Variable: has one shape for ever, so `validate_shape` must be True; `variable_def` must be None.")
        if callable(initial_value) and not isinstance(initial_value, (Tensor, Variable)):
            with tracing(None), stop_recording():
                initial_value = initial_value()
        t = as_tensor(initial_value, dtype=dtype)
        if t.data == NULL:
            raise UnmadeVariable(
                "Variable: cannot be created inside a traced function from a value that is not known yet. "
                "Create variables once, outside (for a layer: in `build`).")
        if shape is not None and not fits(tuple(shape), t.sizes):
            raise ValueError(f"Variable: `initial_value` must have the shape {tuple(shape)}. Received: shape={t.shape}.")
        own = bare_tensor(t.sizes, t.code, t.n_bytes)
        place_in(own, Block(padded(t.n_bytes)), 0)
        fill(own, t)
        self.begin(own, full_name(name), constraint, trainable is None or trainable)
        if current_trace != NULL:
            (<object>current_trace).made_variable()

    cdef int begin(self, Tensor own, name, constraint, trainable) except -1:
        """Take a tensor with the first values, in a Block, for one's own."""
        own.variable = weakref.ref(self)
        self._value = own
        self.name = name
        self.constraint = constraint
        self.trainable = trainable
        return 0

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        self._value.trainable = self._trainable and self._value.dtype.is_floating

    @property
    def id(self):
        """What tapes know it by."""
        return self._value.id

    @property
    def shape(self):
        return self._value.shape

    @property
    def dtype(self):
        return self._value.dtype

    @property
    def ndim(self):
        return len(self._value.sizes)

    @property
    def size(self):
        return self._value.size

    @property
    def nbytes(self):
        return self._value.n_bytes

    @property
    def address(self):
        """Where its values are."""
        return <uintptr_t>self._value.data

    def value(self):
        """A snapshot of the values."""
        return read(self)

    read_value = value

    def numpy(self):
        return read(self).numpy()                     # in a trace of a plan there is no value yet: an error

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Set the values; `value` has this variable's shape. Returns the variable."""
        cdef Tensor t
        if isinstance(value, (Tensor, Variable)):
            t = as_tensor(value)
            if t.code != self._value.code:
                raise TypeError(f"{self.name}.assign: `value` must be {self.dtype.name}. Received: {t.dtype.name}. Use cast().")
        else:
            t = as_tensor(value, dtype=self.dtype)
        if t.sizes != self._value.sizes:
            raise ValueError(f"{self.name}.assign: `value` must have the shape {self.shape}. Received: shape={t.shape}.")
        emit(COPY, (t,), (), (t.size * <int64_t>ITEMSIZE[t.code],), (), chunks(t.size * <int64_t>ITEMSIZE[t.code]),
             t.size, None, (self,))
        return self

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Add to the values. Returns the variable."""
        return self.assign(OPERATORS["add"](self, as_tensor(delta, like=self)))

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtract from the values. Returns the variable."""
        return self.assign(OPERATORS["subtract"](self, as_tensor(delta, like=self)))

    # -- parts of it, by number
    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Replace rows: `sparse_delta` is a tf.IndexedSlices. Returns the variable."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "update")

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Add to rows."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "add")

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """Subtract from rows."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "sub")

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiply rows."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "mul")

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divide rows."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "div")

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """The larger of rows and others."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "max")

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """The smaller of rows and others."""
        return OPERATORS["scatter"](self, sparse_delta.indices, sparse_delta.values, "min")

    def scatter_nd_update(self, indices, updates, name=None):
        """Replace what the numbers along the last axis of `indices` name. Returns the variable."""
        return OPERATORS["scatter_nd"](self, indices, updates, "update")

    def scatter_nd_add(self, indices, updates, name=None):
        """Add to what the numbers along the last axis of `indices` name."""
        return OPERATORS["scatter_nd"](self, indices, updates, "add")

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtract from what the numbers along the last axis of `indices` name."""
        return OPERATORS["scatter_nd"](self, indices, updates, "sub")

    def sparse_read(self, indices, name=None):
        """Rows by number."""
        return OPERATORS["gather"](self, indices)

    def gather_nd(self, indices, name=None):
        """Slices by the numbers along the last axis of `indices`."""
        return OPERATORS["gather_nd"](self, indices)

    device = Tensor.device

    def get_shape(self):
        """The shape."""
        return self.shape

    def initialized_value(self):
        """The value: variables here always have one."""
        return read(self)

    def ref(self):
        return Reference(self)

    def __repr__(self):
        text = array_text(self._value)
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={newline(text)}{text}>"

    def __array__(self, dtype=None, copy=None):
        return read(self).__array__(dtype, copy)

    def __deepcopy__(self, memo):
        copied = type(self)(self._value, self._trainable, name=self.name, constraint=self.constraint)
        vars(copied).update(vars(self))
        return copied

    def __reduce__(self):
        made = to_array(self._value), self._trainable, True, None, self.name, None, None, None, self.constraint
        return type(self), made, vars(self) or None

    def __float__(self): return float(read(self))
    def __int__(self): return int(read(self))
    def __index__(self): return read(self).__index__()
    def __bool__(self): return bool(read(self))
    def __len__(self): return len(self._value)
    def __iter__(self): return iter(read(self))
    def __format__(self, spec): return str(self) if not spec else self._value.__format__(spec)
    __hash__ = None

    def __getitem__(self, key):
        y = OPERATORS["getitem"](self, key)
        if isinstance(y, Tensor):
            (<Tensor>y).picked = (weakref.ref(self), key)
        return y

    def __add__(self, other): return binary("add", self, other)
    def __radd__(self, other): return binary("add", other, self)
    def __sub__(self, other): return binary("subtract", self, other)
    def __rsub__(self, other): return binary("subtract", other, self)
    def __mul__(self, other): return binary("multiply", self, other)
    def __rmul__(self, other): return binary("multiply", other, self)
    def __truediv__(self, other): return binary("divide", self, other)
    def __rtruediv__(self, other): return binary("divide", other, self)
    def __floordiv__(self, other): return binary("floor_divide", self, other)
    def __rfloordiv__(self, other): return binary("floor_divide", other, self)
    def __mod__(self, other): return binary("mod", self, other)
    def __rmod__(self, other): return binary("mod", other, self)
    def __pow__(self, other, modulus): return binary("power", self, other)
    def __rpow__(self, other, modulus): return binary("power", other, self)
    def __matmul__(self, other): return binary("matmul", self, other)
    def __rmatmul__(self, other): return binary("matmul", other, self)
    def __neg__(self): return OPERATORS["negative"](self)
    def __pos__(self): return read(self)
    def __abs__(self): return OPERATORS["absolute"](self)
    def __invert__(self): return OPERATORS["logical_not"](self)
    def __lt__(self, other): return binary("less", self, other)
    def __le__(self, other): return binary("less_equal", self, other)
    def __gt__(self, other): return binary("greater", self, other)
    def __ge__(self, other): return binary("greater_equal", self, other)
    def __eq__(self, other): return equality("equal", self, other)
    def __ne__(self, other): return equality("not_equal", self, other)

    __array_priority__ = 100


cdef void place_in(Tensor t, Block block, int64_t offset):
    t.data = <char *>block.data + offset
    t.owner = block


cdef int64_t padded(int64_t n_bytes) noexcept:
    return (n_bytes + 63) // 64 * 64


cdef void fill(Tensor own, Tensor t) noexcept:
    """The values of t for a variable's own tensor, and zeros behind them."""
    memcpy(own.data, t.data, t.n_bytes)
    end(own)


cdef void end(Tensor own) noexcept:
    """Zeros behind the values."""
    memset(<char *>own.data + own.n_bytes, 0, padded(own.n_bytes) - own.n_bytes)


cdef int64_t layouts = 0                             # how often variables were moved


def layout_count():
    """How often variables were moved: a plan made before holds addresses that are no more."""
    return layouts


def follows(Variable a not None, Variable b not None):
    """Does b stand behind a in one block, on the next multiple of 64 bytes?"""
    cdef Tensor x = a._value, y = b._value
    return x.owner is y.owner and <char *>y.data == <char *>x.data + padded(x.n_bytes)


def side_by_side(list arrays, list names):
    """Variables that are not trainable, in memory as `lay_out` would put them, their first values written where they stay.

    Args:
        arrays: of one dtype; what is repeated (np.broadcast_to) takes no memory besides. names: of the variables, with ":0".
    """
    cdef Block block = Block(sum([padded(a.nbytes) for a in arrays]))
    cdef Variable v
    cdef Tensor own
    cdef int64_t offset = 0
    made = []
    for a, name in zip(arrays, names):
        own = bare_tensor(a.shape, code_of(a), a.nbytes)
        place_in(own, block, offset)
        np.copyto(borrowed_array(own, True), a)
        end(own)
        v = Variable.__new__(Variable)
        v.begin(own, name, None, False)
        made.append(v)
        offset += padded(own.n_bytes)
    return made


def lay_out(list variables):
    """Put variables side by side in one block, each on 64 bytes with zeros behind it, so that one kernel can update them all.

    They must be of one dtype. Snapshots that somebody holds keep the memory they have. Where a program is running on the
    variables, in another thread or around the caller, they stay where they are: what it writes would be lost.
    """
    global layouts
    cdef Variable v
    cdef Tensor held, fresh
    cdef Block block
    cdef int64_t offset = 0
    if all([follows(a, b) for a, b in zip(variables, variables[1:])]):
        return
    for v in variables:
        if (<Block>v._value.owner).runs:
            return
    block = Block(sum([padded((<Variable>v)._value.n_bytes) for v in variables]))
    for v in variables:
        held = v._value
        fresh = bare_tensor(held.sizes, held.code, held.n_bytes)
        place_in(fresh, block, offset)
        fill(fresh, held)
        fresh.id = held.id
        fresh.variable = held.variable
        fresh.trainable = held.trainable
        held.variable = None
        v._value = fresh
        offset += padded(held.n_bytes)
    layouts += 1


cdef Kernel COPY
cdef int64_t COPY_CHUNK = 65536                      # bytes, as in csrc/memory.pyx


cdef int64_t chunks(int64_t n_bytes) noexcept:
    return (n_bytes + COPY_CHUNK - 1) // COPY_CHUNK


def _bind_own_kernels():
    global COPY
    COPY = kernels("copy")


cdef Tensor read(Variable v):
    """The variable's value now: its snapshot, or what the active trace says it is."""
    if current_trace != NULL:
        return (<object>current_trace).read(v)
    return v._value


def snapshot(Variable v):
    """The variable's value in memory, whatever trace is active."""
    return v._value


cdef int before_writing(Variable v) except -1:
    """If somebody holds the variable's snapshot, move the snapshot to a copy of its own: it keeps the old values."""
    cdef Tensor held = v._value, fresh
    # Two references are ours: v._value and the local name.
    if Py_REFCNT(<PyObject *>held) <= 2:
        return 0
    fresh = bare_tensor(held.sizes, held.code, held.n_bytes)
    fresh.data = held.data
    fresh.owner = held.owner
    fresh.owns = held.owns
    fresh.variable = held.variable
    fresh.trainable = held.trainable
    fresh.id = held.id
    held.data = NULL
    held.owner = None
    held.owns = True
    held.variable = None
    v._value = fresh
    held.data = new_block(held.n_bytes)
    if held.data == NULL:
        raise MemoryError(f"Variable: no memory to keep the old values of {v.name} ({held.n_bytes:,} bytes).")
    memcpy(held.data, fresh.data, held.n_bytes)
    return 1


cdef void after_writing(tuple updates):
    """Let programs know that the variables have other values; what they read meanwhile was neither old nor new."""
    cdef Variable v
    for v in updates:
        (<Block>v._value.owner).writes += 1


# ------------------------------------------------------------------------------------------------------------- emit

cdef inline Tensor operand(x):
    if isinstance(x, Tensor):
        return <Tensor>x
    if isinstance(x, Variable):
        return (<Variable>x)._value
    raise TypeError(f"emit: inputs must be tensors, variables or None. Received: {type(x).__name__}.")


def emit(Kernel kernel not None, tuple inputs, tuple outputs, dims=(), tuple attrs=(), int64_t parts=1,
         int64_t work=0, dtype=None, tuple updates=()):
    """Run one kernel, or hand it to the active trace. README.md says what each argument is.

    Returns:
        The output tensor; a tuple of them when there are several; None when there are none.
    """
    if current_trace != NULL:
        return (<object>current_trace).emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)
    cdef Instruction i
    cdef Py_ssize_t j, n_in = len(inputs), n_out = len(outputs)
    cdef Tensor t, y = None
    cdef tuple ys = None, spec, sizes = as_tuple(dims)       # often a shape
    if n_in > IN_MAX or n_out + len(updates) > OUT_MAX or len(sizes) > DIM_MAX or len(attrs) > ATTR_MAX:
        raise ValueError(f"emit: {kernel.name} has too many inputs, outputs, dims or attrs for one instruction.")
    for j in range(len(updates)):
        before_writing(<Variable?>updates[j])
    i.dtype = -1 if dtype is None else <int>(dtype.code)
    for j in range(n_in):
        x = inputs[j]
        if x is None:
            i.in_[j] = NULL
            continue
        t = operand(x)
        if t.data == NULL:
            to_array(t)                               # raises: symbolic
        i.in_[j] = t.data
        if i.dtype < 0:
            i.dtype = t.code
    for j in range(n_in, IN_MAX):
        i.in_[j] = NULL
    if n_out == 1:
        spec = <tuple>outputs[0]
        y = new_tensor(<tuple>spec[0], <int>(spec[1].code))
        i.out[0] = y.data
    else:
        ys = tuple([new_tensor(<tuple>s[0], <int>(s[1].code)) for s in outputs])
        for j in range(n_out):
            i.out[j] = (<Tensor>ys[j]).data
    for j in range(len(updates)):
        i.out[n_out + j] = (<Variable>updates[j])._value.data
    if i.dtype < 0:
        i.dtype = y.code if y is not None else (<Tensor>ys[0]).code if n_out else (<Variable>updates[0])._value.code
    for j in range(len(sizes)):
        i.dim[j] = sizes[j]
    for j in range(len(attrs)):
        i.attr[j] = attrs[j]
    i.kernel = kernel.part_function
    i.parts = parts
    if kernel.function is None and work < RELEASE_WORK:
        i.n_threads = threads_for(work, parts)
        in_parts(&i, work)
        after_writing(updates)
        return y if n_out == 1 else ys if n_out else None
    # Other threads, and Python kernels, may assign to variables and move them meanwhile.
    cdef list blocks = blocks_of(inputs, updates)
    cdef Block block
    for block in blocks:
        block.runs += 1
    try:
        if kernel.function is not None:
            run_on_arrays(kernel, inputs, (y,) if y is not None else ys, updates, sizes, attrs)
        else:
            i.n_threads = threads_for(work, parts)
            with nogil:
                in_parts(&i, work)
    finally:
        after_writing(updates)
        for block in blocks:
            block.runs -= 1
    return y if n_out == 1 else ys if n_out else None


cdef list blocks_of(tuple inputs, tuple updates):
    """The memory of the variables among what a kernel reads and writes."""
    cdef list found = []
    for x in inputs + updates:
        if x is not None and isinstance(operand(x).owner, Block):
            found.append(operand(x).owner)
    return found


cdef int run_on_arrays(Kernel kernel, tuple inputs, tuple ys, tuple updates, tuple dims, tuple attrs) except -1:
    arrays = [None if x is None else borrowed_array(operand(x), False) for x in inputs]
    results = [borrowed_array(y, True) for y in ys] + [borrowed_array((<Variable>v)._value, True) for v in updates]
    kernel.function(arrays, results, dims, attrs)
    return 0


def run_parts(Kernel kernel, tuple inputs, tuple outputs, dims, tuple attrs, int64_t parts, list cuts, dtype=None):
    """Run one compiled kernel piece by piece, for tests: `cuts` is a list of (first, last). Returns the output tensors."""
    cdef Instruction i
    cdef Py_ssize_t j
    cdef int64_t first, last
    cdef Tensor t
    ys = [new_tensor(<tuple>s[0], <int>(s[1].code)) for s in outputs]
    for j in range(len(inputs)):
        t = None if inputs[j] is None else operand(inputs[j])
        i.in_[j] = NULL if t is None else t.data
    for j in range(len(inputs), IN_MAX):
        i.in_[j] = NULL
    for j in range(len(ys)):
        t = ys[j]
        i.out[j] = t.data
    for j in range(len(dims)):
        i.dim[j] = dims[j]
    for j in range(len(attrs)):
        i.attr[j] = attrs[j]
    i.dtype = as_dtype(dtype).code if dtype is not None else operand(inputs[0]).code
    i.parts = parts
    i.n_threads = 1
    i.kernel = kernel.part_function
    for first, last in cuts:
        flushed(&i, first, last)
    return ys


class tracing:
    """Context in which `emit` of this thread goes to `trace` (None: eager)."""

    def __init__(self, trace):
        self.trace = trace

    def __enter__(self):
        global current_trace
        self.outer = None if current_trace == NULL else <object>current_trace
        current_trace = NULL if self.trace is None else <PyObject *>self.trace
        return self.trace

    def __exit__(self, *exc):
        global current_trace
        current_trace = NULL if self.outer is None else <PyObject *>self.outer


def active_trace():
    """The trace of this thread, or None."""
    return None if current_trace == NULL else <object>current_trace


def release_memory():
    """Give memory that is kept for reuse back to the system."""
    release_cached()


def address_of(Tensor t not None):
    """Where a tensor's values are."""
    return <uintptr_t>t.data


def kept_memory():
    """Bytes kept for reuse."""
    return cached_bytes


# --------------------------------------------------------------------------------------------------- tapes, programs

include "tape.pxi"
include "executor.pxi"
