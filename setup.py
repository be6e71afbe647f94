"""Build: Cython translates each kernel family once; the C compiler builds it once per instruction set.

`csrc/<family>.pyx` becomes `pyseq/_kernels/<isa>/<family>`, one extension per family and instruction set; the engine is
built once.  Environment: PYSEQ_NO_OPENMP=1 builds a single-threaded engine, PYSEQ_DEBUG=1 a slow one with bounds checks,
C asserts and sanitizers, PYSEQ_ISAS=base,avx2 a choice of instruction sets.

Compilers: GCC and Clang. The kernels need their vector extensions, so Windows is built with clang-cl, which setuptools
runs in the place of cl.exe. Tried are GCC and Clang on Linux x86-64 (all instruction sets; GCC with and without OpenMP), and
GCC for Linux on ARM (cross-built, half of the kernels' tests run in an emulator). The rest has been written from documentation
and not been run: macOS (threads need libomp, of Homebrew say), Windows (there without OpenMP: its runtime would have to be
shipped).
"""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).parent.resolve()
BUILD = Path("build", "cython")  # relative: a distribution must not hold the path of the machine it was built on
WINDOWS, MAC = sys.platform == "win32", sys.platform == "darwin"
DEBUG = os.environ.get("PYSEQ_DEBUG") == "1"

OPTIMIZE = "-O3 -g0 -std=gnu11 -fno-math-errno -fno-trapping-math -fvisibility=hidden -Wno-unused-function".split()
SANITIZE = "-fsanitize=address,undefined"
COMPILE_ARGS = f"-O1 -g -std=gnu11 {SANITIZE} -fno-omit-frame-pointer -UNDEBUG".split() if DEBUG else OPTIMIZE
STRIP = [] if WINDOWS else ["-Wl,-x"] if MAC else ["-Wl,-s"]  # a wheel needs no symbol but the one Python looks up
LINK_ARGS = [SANITIZE] if DEBUG else STRIP

AVX2 = "-mavx2 -mfma -mf16c -mbmi -mbmi2".split()
AVX512 = [*AVX2, *"-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512".split()]
ISA_ARGS = {
    "x86_64": {"base": [], "avx2": AVX2, "avx512": AVX512},
    "aarch64": {"neon": []},
}
DIRECTIVES = {
    "language_level": "3",
    "boundscheck": DEBUG,
    "cdivision": True,
    "initializedcheck": False,
    "binding": True,
}


def machine():
    """The processor family the wheel is built for: x86_64, aarch64, or what the platform calls it."""
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def isas():
    """Instruction set -> compiler arguments, for this machine or as PYSEQ_ISAS says."""
    known = ISA_ARGS.get(machine(), {"base": []})
    wanted = os.environ.get("PYSEQ_ISAS")
    if not wanted:
        return known
    unknown = set(wanted.split(",")) - set(known)
    if unknown:
        raise SystemExit(f"PYSEQ_ISAS: unknown instruction set {sorted(unknown)}; this machine knows {list(known)}.")
    return {isa: known[isa] for isa in wanted.split(",")}


def c_file(source):
    """Where the translation of a .pyx goes."""
    return (BUILD / source).with_suffix(".c")


def stub(source, isa):
    """The file that is compiled for one instruction set; its own name keeps parallel builds apart."""
    return BUILD / "stubs" / isa / f"{source.stem}_{isa}.c"


def extension(name, c, include_dirs, depends, args):
    return Extension(
        name,
        [c.as_posix()],
        include_dirs=include_dirs,
        depends=[p.as_posix() for p in depends],
        extra_compile_args=COMPILE_ARGS + args,
        extra_link_args=list(LINK_ARGS),
    )


def kernel_extensions():
    """One extension per family and instruction set, each a one-line stub that includes the family's C file."""
    headers = sorted(Path().glob("csrc/*.h"))
    return [
        extension(
            f"pyseq._kernels.{isa}.{source.stem}",
            stub(source, isa),
            ["csrc", "."],
            [c_file(source), *headers],
            args,
        )
        for source in sorted(Path().glob("csrc/*.pyx"))
        for isa, args in isas().items()
    ]


def engine_extension():
    source = Path("pyseq/core/engine.pyx")
    headers = [*sorted(Path().glob("csrc/*.h")), *sorted(Path().glob("pyseq/core/*.h"))]
    return extension("pyseq.core.engine", c_file(source), ["csrc", "pyseq/core"], headers, [])


def write_if_changed(path, text):
    """Keep time stamps still when nothing changed, so that a rebuild compiles only what did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def translate():
    """Run Cython on the engine and on every family, and write the stubs."""
    from Cython.Build import cythonize

    def run(modules, directives):
        cythonize(
            modules,
            build_dir=str(BUILD),
            include_path=["csrc"],
            compiler_directives=directives,
            nthreads=0 if WINDOWS else os.cpu_count(),  # in processes; Windows would start each with setup.py again
            quiet=True,
        )

    families = sorted(Path().glob("csrc/*.pyx"))
    run([Extension("pyseq.core.engine", ["pyseq/core/engine.pyx"])], DIRECTIVES)
    kernels = [Extension(f"pyseq._kernels.{source.stem}", [source.as_posix()]) for source in families]
    run(kernels, {**DIRECTIVES, "wraparound": False})
    for source in families:
        for isa in isas():
            write_if_changed(stub(source, isa), f'#include "{c_file(source).as_posix()}"\n')


OPENMP_PROGRAM = """
#include <omp.h>
int main(void) { int n = 0;
#pragma omp parallel reduction(+:n)
n += omp_get_num_threads();
return n < 1; }
"""


def openmp_args(compiler):
    """(compile, link) arguments that turn OpenMP on with this compiler, or None."""
    if os.environ.get("PYSEQ_NO_OPENMP") == "1" or WINDOWS:
        return None
    candidates = [(["-fopenmp"], ["-fopenmp"])]
    if MAC:  # Apple's Clang knows OpenMP but comes without its library
        for prefix in ("/opt/homebrew/opt/libomp", "/usr/local/opt/libomp", "/opt/local"):
            flags = ["-Xpreprocessor", "-fopenmp", f"-I{prefix}/include"]
            candidates.append((flags, [f"-L{prefix}/lib", "-lomp"]))
    for compile_args, link_args in candidates:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "probe.c"
            source.write_text(OPENMP_PROGRAM)
            try:
                objects = compiler.compile([str(source)], output_dir=folder, extra_postargs=compile_args)
                compiler.link_executable(objects, str(Path(folder) / "probe"), extra_postargs=link_args)
            except Exception:  # the compiler classes have no common error
                continue
            return compile_args, link_args
    return None


def use_clang_cl(compiler):
    """Make setuptools' compiler class for MSVC run clang-cl, which takes most of its arguments and GCC's after /clang:."""
    clang = shutil.which("clang-cl")
    if clang is None:
        raise SystemExit("pyseq's kernels need GCC's vector extensions: put clang-cl (LLVM for Windows) on the PATH.")
    if not compiler.initialized:
        compiler.initialize()
    compiler.cc = clang
    compiler.compile_options = [o for o in compiler.compile_options if o != "/GL"]  # link-time code of cl.exe only


class BuildExt(build_ext):
    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self):
        translate()
        super().run()

    def build_extensions(self):
        if WINDOWS:
            use_clang_cl(self.compiler)
        openmp = openmp_args(self.compiler)
        if openmp is None:
            self.warn("OpenMP is off or not found: this build of pyseq runs on a single thread.")
        for ext in self.extensions:
            if openmp is not None and ext.name == "pyseq.core.engine":
                ext.extra_compile_args += openmp[0]
                ext.extra_link_args += openmp[1]
            if WINDOWS:
                ext.extra_compile_args = [a if a.startswith("-m") else f"/clang:{a}" for a in ext.extra_compile_args]
            flags = Path(self.build_temp) / f"{ext.name}.flags"  # other flags: compile anew
            write_if_changed(flags, " ".join([*ext.extra_compile_args, "|", *ext.extra_link_args]))
            ext.depends.append(str(flags))
        super().build_extensions()

    def copy_extensions_to_source(self):
        for ext in self.extensions:
            Path(ext.name.replace(".", "/")).parent.mkdir(parents=True, exist_ok=True)
        super().copy_extensions_to_source()


if __name__ == "__main__":
    os.chdir(HERE)
    setup(ext_modules=[engine_extension(), *kernel_extensions()], cmdclass={"build_ext": BuildExt})
