# Programs: plans bound to memory, and their runs (executor.h). Part of engine.pyx, which includes this file.

cdef extern from "executor.h" nogil:
    enum:
        MEETS
        CALLS
        CHECKS
    ctypedef struct Mover:
        char **place
        int64_t stride
    ctypedef struct Run:
        Instruction *code
        const int8_t *flags
        int64_t n
        const Mover *movers
        int64_t n_movers
        int64_t steps, done, until, failed
        int (*call)(void *, int64_t) noexcept nogil
        void *owner
        int64_t *times
    int64_t now_ns() noexcept
    void run_steps(Run *, int threads) noexcept

ctypedef struct Site:
    char **place                         # the pointer in an instruction
    int external                         # which of the caller's arrays it points into

cdef int64_t bindings = 0                # how often kernels were bound anew; see `bind`


class VariablesMoved(RuntimeError):
    """A program holds addresses that are no more; nothing was run. (Another thread may move variables at any time.)"""


cdef int call_python(void *owner, int64_t j) noexcept nogil:
    with gil:
        return (<Program>owner).call(j)


cdef class Program:
    """A plan's instructions bound to memory of its own. One thread at a time runs it.

    Args:
        instructions: list of (kernel, inputs, outputs, dims, attrs, parts, threaded, dtype code, meets, error). Each input or
            output is None; a Tensor or Variable, whose memory is used in place; ("arena", offset, shape, dtype); or
            ("external", k, shape, dtype), given with each run. `error`: for a check, whose output is int64[2],
            (where the first offence is or -1, what is there): a function of the latter that gives the exception; else None.
        arena_bytes: memory for what lives within a step. zeros: [(offset, bytes)] in it that are zero and stay so.
        n_externals: how many arrays each run gives.
        updated: Variables that the instructions write.
        n_kept: of how many instructions, the first, the results stay until a variable that they read is written by others.
    """
    cdef Instruction *code
    cdef int8_t *flags
    cdef int64_t *times
    cdef int64_t n, n_sites, bound, layout, n_kept, kept_at
    cdef Site *sites
    cdef Mover *movers
    cdef void *arena
    cdef readonly int64_t arena_bytes
    cdef readonly int n_externals
    cdef list kernels, operands, errors, blocks, kept_blocks
    cdef tuple updated
    cdef object raised

    def __cinit__(self, list instructions, int64_t arena_bytes, list zeros, int n_externals, tuple updated,
                  int64_t n_kept=0):
        cdef int64_t j, at, n_bytes
        self.n = len(instructions)
        self.arena_bytes = arena_bytes
        self.n_externals = n_externals
        self.updated = updated
        self.n_kept, self.kept_at = n_kept, -1
        self.kernels, self.operands, self.errors, self.blocks = [], [], [], []
        self.code = <Instruction *>new_block(max(1, self.n) * sizeof(Instruction))
        self.flags = <int8_t *>new_block(max(1, self.n))
        self.times = <int64_t *>new_block(max(1, self.n) * sizeof(int64_t))
        self.arena = new_block(max(1, arena_bytes))
        self.layout = layouts
        if self.code == NULL or self.flags == NULL or self.times == NULL or self.arena == NULL:
            raise MemoryError(f"plan: no memory for the {arena_bytes:,} bytes that a step needs.")
        for at, n_bytes in zeros:
            memset(<char *>self.arena + at, 0, n_bytes)
        sites = []
        for j in range(self.n):
            self.times[j] = 0
            self.fill(j, instructions[j], sites)
            if j == n_kept - 1:
                self.kept_blocks = list(self.blocks)
        self.n_sites = len(sites)
        self.sites = <Site *>new_block(max(1, self.n_sites) * sizeof(Site))
        self.movers = <Mover *>new_block(max(1, self.n_sites) * sizeof(Mover))
        if self.sites == NULL or self.movers == NULL:
            raise MemoryError("plan: no memory.")
        for j in range(self.n_sites):
            self.sites[j].place = <char **><uintptr_t>(sites[j][0])
            self.sites[j].external = sites[j][1]
        self.bind()

    def __dealloc__(self):
        if self.code != NULL: free_block(self.code, max(1, self.n) * sizeof(Instruction))
        if self.flags != NULL: free_block(self.flags, max(1, self.n))
        if self.times != NULL: free_block(self.times, max(1, self.n) * sizeof(int64_t))
        if self.arena != NULL: free_block(self.arena, max(1, self.arena_bytes))
        if self.sites != NULL: free_block(self.sites, max(1, self.n_sites) * sizeof(Site))
        if self.movers != NULL: free_block(self.movers, max(1, self.n_sites) * sizeof(Mover))

    cdef int fill(self, int64_t j, tuple described, list sites) except -1:
        cdef Instruction *i = &self.code[j]
        cdef Py_ssize_t k
        kernel, inputs, outputs, dims, attrs, parts, threaded, code, meets, error = described
        for k in range(IN_MAX):
            i.in_[k] = self.place(inputs[k], <uintptr_t>&i.in_[k], sites) if k < len(inputs) else NULL
        for k in range(OUT_MAX):
            i.out[k] = self.place(outputs[k], <uintptr_t>&i.out[k], sites) if k < len(outputs) else NULL
        for k in range(len(dims)):
            i.dim[k] = dims[k]
        for k in range(len(attrs)):
            i.attr[k] = attrs[k]
        i.parts = parts
        i.n_threads = 2 if threaded else 1
        i.dtype = code
        self.flags[j] = (MEETS if meets else 0) | (CHECKS if error is not None else 0)
        self.flags[j] |= CALLS if (<Kernel>kernel).function is not None else 0
        self.kernels.append(kernel)
        self.operands.append((inputs, outputs, dims, attrs))
        self.errors.append(error)
        return 0

    cdef void *place(self, where, uintptr_t pointer, list sites) except? NULL:
        if where is None:
            return NULL
        if isinstance(where, Tensor):
            return (<Tensor>where).data
        if isinstance(where, Variable):
            owner = (<Variable>where)._value.owner
            if not any([b is owner for b in self.blocks]):
                self.blocks.append(owner)
            return (<Variable>where)._value.data
        if where[0] == "arena":
            return <char *>self.arena + <int64_t>where[1]
        sites.append((pointer, where[1]))
        return NULL

    cdef void bind(self) noexcept:
        """The kernels' addresses, which follow the instruction set."""
        cdef int64_t j
        for j in range(self.n):
            self.code[j].kernel = (<Kernel>self.kernels[j]).part_function
        self.bound = bindings
        self.kept_at = -1                             # what is kept is in the order that the kernels like

    @property
    def is_stale(self):
        """Have variables been moved since? Then the addresses in the instructions are not theirs any more."""
        return self.layout != layouts

    def run(self, tuple addresses, tuple strides=None, int64_t steps=1, double seconds=0.0, int threads=1, bint timed=False):
        """Run steps; returns how many were made.

        Args:
            addresses: where each external array is. strides: bytes by which each moves on after a step; None: none does.
            steps: how many are wanted. seconds: after which no further one is begun; 0: no limit.
            threads: how many may work together. timed: add up the time of each instruction (one thread).
        Raises:
            What a check or a Python instruction raises; the step is then left where it was.
        """
        cdef Run r
        cdef Py_ssize_t j
        cdef int64_t n_movers = 0, stride, written = 0
        cdef Variable v
        cdef Block block
        if self.layout != layouts:
            raise VariablesMoved("plan: variables were moved since this program was made. Take a new one.")
        if self.bound != bindings:
            self.bind()
        for v in self.updated:
            before_writing(v)
        for j in range(self.n_sites):
            self.sites[j].place[0] = <char *><uintptr_t>(addresses[self.sites[j].external])
        if strides is not None:
            for j in range(self.n_sites):
                stride = strides[self.sites[j].external]
                if stride:
                    self.movers[n_movers].place = self.sites[j].place
                    self.movers[n_movers].stride = stride
                    n_movers += 1
        r.call, r.owner = call_python, <void *>self
        if forked or timed:
            threads = 1
        for block in self.blocks:
            block.runs += 1
        if self.n_kept:
            for block in self.kept_blocks:
                written += block.writes
            if written != self.kept_at:
                r.code, r.flags, r.n = self.code, self.flags, self.n_kept
                r.n_movers, r.steps, r.until = 0, 1, 0
                r.times = self.times if timed else NULL
                with nogil:
                    run_steps(&r, threads)
                self.kept_at = written
        r.code, r.flags, r.n = self.code + self.n_kept, self.flags + self.n_kept, self.n - self.n_kept
        r.movers, r.n_movers = self.movers, n_movers
        r.steps = steps
        r.until = now_ns() + <int64_t>(seconds * 1e9) if seconds > 0 else 0
        r.times = self.times + self.n_kept if timed else NULL
        with nogil:
            run_steps(&r, threads)
        after_writing(self.updated)
        for block in self.blocks:
            block.runs -= 1
        if r.failed >= 0:
            self.fail(self.n_kept + r.failed)
        return r.done

    def on_tensors(self, tuple inputs, list outputs, int threads=1):
        """Run one step on tensors; returns a tuple of new tensors of the shapes and dtypes in `outputs`."""
        cdef list addresses = []
        cdef Tensor t
        cdef Variable v
        for v in self.updated:
            before_writing(v)                         # an input may be its snapshot, which moves
        for t in inputs:
            if t.data == NULL:
                to_array(t)                           # raises: symbolic
            addresses.append(<uintptr_t>t.data)
        made = tuple([new_tensor(<tuple>spec[0], <int>(spec[1].code)) for spec in outputs])
        for t in made:
            addresses.append(<uintptr_t>t.data)
        self.run(tuple(addresses), None, 1, 0.0, threads)
        return made

    cdef int fail(self, int64_t j) except -1:
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised
        raise self.errors[j]((<int64_t *>self.code[j].out[0])[1])

    cdef int call(self, int64_t j) noexcept:
        """Run a Python instruction, counted behind those that are kept; not 0: it raised, and `raised` says what."""
        j += self.n_kept
        cdef Instruction *i = &self.code[j]
        inputs, outputs, dims, attrs = self.operands[j]
        try:
            arrays = [array_at(<void *>i.in_[k], inputs[k], False) for k in range(len(inputs))]
            results = [array_at(i.out[k], outputs[k], True) for k in range(len(outputs))]
            (<Kernel>self.kernels[j]).function(arrays, results, dims, attrs)
        except BaseException as e:
            self.raised = e
            return 1
        return 0

    def times_ns(self):
        """Nanoseconds of each instruction, added up over timed runs; set to zero."""
        cdef int64_t j
        found = [self.times[j] for j in range(self.n)]
        for j in range(self.n):
            self.times[j] = 0
        return found


cdef object array_at(void *data, where, bint writable):
    """A NumPy array on an operand of an instruction."""
    if where is None:
        return None
    shape, dtype = (where.shape, where.dtype) if isinstance(where, (Tensor, Variable)) else where[2:]
    cdef int64_t n_bytes = dtype.itemsize
    for extent in shape:
        n_bytes *= extent
    memory = PyMemoryView_FromMemory(<char *>data, n_bytes, PyBUF_WRITE if writable else PyBUF_READ)
    return np.ndarray(shape, dtype.numpy, memory)


def traced_value(shape, dtype, symbol, Variable variable=None):
    """A tensor without values for a plan's trace; of a variable: tapes know it as that variable."""
    cdef Tensor t = symbolic(shape, dtype, symbol)
    if variable is not None:
        t.id = variable._value.id
        t.variable = variable._value.variable
        t.trainable = variable._value.trainable
    return t


def is_snapshot(Tensor t not None):
    """Is this tensor the value of a variable, in the variable's memory?"""
    return t.variable is not None
