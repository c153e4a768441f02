"""A small host for what `runmat-translate --array-to-spirv` writes: launches a unit from k.spv and k.json
through the runtime library's C interface. It knows nothing of the compiler but docs/kernels-json.md."""
import ctypes as c
import json
import os
import re
import struct
import subprocess

import numpy as np

BUILD = os.environ["RUNMAT_BUILD_DIR"]
DTYPES = {"f64": 0, "f32": 1}
ACCESS = {"read": 1, "write": 2, "read_write": 3}
FLAGS = {"vec4": 1, "float64": 1 << 1, "int64": 1 << 2, "float16": 1 << 3, "int16": 1 << 4, "int8": 1 << 5,
         "storage16": 1 << 6, "storage8": 1 << 7, "subgroup_arithmetic": 1 << 8, "preserve_nan": 1 << 9}
LIMITS = ["storage_range", "grid_x", "subgroup", "shared_bytes", "bindings", "workgroup",
          "offset_alignment", "heap_bytes"]
MAX_RANK = 16


class Tensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("dtype", c.c_int32), ("rank", c.c_int32), ("sizes", c.c_int64 * MAX_RANK),
                ("strides", c.c_int64 * MAX_RANK), ("place", c.c_int32), ("reserved", c.c_int32),
                ("owner", c.c_void_p)]


class ValueType(c.Structure):
    _fields_ = [("name", c.c_char_p), ("dtype", c.c_int32), ("rank", c.c_int32), ("sizes", c.c_int64 * MAX_RANK)]


class Entry(c.Structure):
    _fields_ = [("name", c.c_char_p), ("program", c.c_void_p), ("function", c.c_void_p), ("args", c.c_void_p),
                ("results", c.c_void_p), ("num_args", c.c_int32), ("num_results", c.c_int32)]


class Unit(c.Structure):
    _fields_ = [("name", c.c_char_p), ("location", c.c_char_p)]


class Kernel(c.Structure):
    _fields_ = [("entry_point", c.c_char_p), ("unit", c.c_int32), ("num_bindings", c.c_int32),
                ("access", c.c_void_p), ("push_bytes", c.c_int32), ("workgroup", c.c_int32 * 3),
                ("subgroup_size", c.c_int32), ("shared_bytes", c.c_int32), ("flags", c.c_int32),
                ("reserved", c.c_int32), ("spirv", c.c_void_p), ("spirv_bytes", c.c_int64)]


class Program(c.Structure):
    _fields_ = [("abi_version", c.c_int32), ("num_entries", c.c_int32), ("name", c.c_char_p),
                ("entries", c.c_void_p), ("kernels", c.c_void_p), ("units", c.c_void_p), ("num_kernels", c.c_int32), ("num_units", c.c_int32),
                ("target", c.c_char_p), ("cpu_features", c.c_char_p)]


class Options(c.Structure):
    _fields_ = [("struct_size", c.c_int32), ("num_threads", c.c_int32), ("device", c.c_char_p),
                ("cache_dir", c.c_char_p), ("validation", c.c_int32), ("results_on_device", c.c_int32),
                ("timeout_ms", c.c_int32), ("reserved", c.c_int32), ("host_cache_bytes", c.c_int64)]


class RmError(c.Structure):
    _fields_ = [("code", c.c_int32), ("text", c.c_char_p), ("location", c.c_char_p)]


class Binding(c.Structure):
    _fields_ = [("handle", c.c_int64), ("offset", c.c_int64), ("bytes", c.c_int64)]


BODY = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)


def translate(source, folder, *options):
    """Writes source to folder/k.mlir and returns the paths of k.spv and k.json."""
    path = os.path.join(folder, "k.mlir")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    out = os.path.join(folder, "k.spv")
    subprocess.run([os.path.join(BUILD, "bin", "runmat-translate"), "--array-to-spirv", path, "-o", out, *options],
                   check=True)
    return out, os.path.join(folder, "k.json")


class Sizes:
    """Evaluates the expressions of the JSON description."""

    def __init__(self, shapes, limit):
        self.names = {"ceildiv": lambda a, b: -(-a // b), "floordiv": lambda a, b: a // b,
                      "mod": lambda a, b: a % b, "min": min, "max": max}
        for i, shape in enumerate(shapes):
            for d, size in enumerate(shape):
                self.names[f"arg{i}_size{d}"] = size
        for i, name in enumerate(LIMITS):
            self.names["limit_" + name] = limit(i)

    def __call__(self, text):
        text = re.sub(r"(arg\d+|limit)\.(\w+)", r"\1_\2", text)
        return eval(text, {"__builtins__": {}}, self.names)  # our own generated text


class Host:
    """A device and one program on it. `device`: as rm_context_options.device."""

    def __init__(self, spirv, description, device="gpu=lavapipe", validation=False, storage_range=None):
        self.lib = c.CDLL(os.path.join(BUILD, "lib", "libRunMatRuntime.so"))
        self.lib.rm_context_create.restype = c.c_void_p
        self.lib.rm_context_error.restype = RmError
        self.lib.rm_gpu_alloc.restype = c.c_int64
        self.lib.rm_gpu_limit.restype = c.c_int64
        self.lib.rm_last_device_time_ns.restype = c.c_int64
        self.lib.rm_validation_messages.restype = c.c_int64
        self.storage_range = storage_range
        with open(spirv, "rb") as file:
            self.words = file.read()
        with open(description, encoding="utf-8") as file:
            self.json = json.load(file)
        options = Options()
        self.lib.rm_context_options_init(c.byref(options))
        options.device, options.cache_dir, options.validation = device.encode(), b"", int(validation)
        error = c.create_string_buffer(1024)
        self.context = self.lib.rm_context_create(c.byref(options), error, 1024)
        if not self.context:
            raise RuntimeError(error.value.decode())
        self.kernels = {k["entry"]: i for i, k in enumerate(self.json["kernels"])}
        self._tables()

    def _tables(self):
        kernels = (Kernel * len(self.json["kernels"]))()
        self.keep = [kernels]
        for made, k in zip(kernels, self.json["kernels"]):
            access = (c.c_uint8 * max(len(k["bindings"]), 1))(*[ACCESS[b["access"]] for b in k["bindings"]])
            self.keep.append(access)
            made.entry_point, made.unit = k["entry"].encode(), 0
            made.num_bindings, made.access = len(k["bindings"]), c.cast(access, c.c_void_p)
            made.push_bytes = k["push_constants"]["bytes"]
            made.workgroup[:] = k["workgroup"]
            made.subgroup_size, made.shared_bytes = k["subgroup_size"], k["shared_bytes"]
            made.flags = sum(FLAGS[f] for f in k["flags"])
        units = (Unit * 1)(Unit(b"unit", b""))
        words = c.create_string_buffer(self.words, len(self.words))
        for made in kernels:
            made.spirv, made.spirv_bytes = c.cast(words, c.c_void_p), len(self.words)
        self.keep += [units, words]
        self.entry = Entry(name=b"main")
        entries = (Entry * 1)(self.entry)
        self.program = Program(2, 1, b"test", c.cast(entries, c.c_void_p), c.cast(kernels, c.c_void_p),
                               c.cast(units, c.c_void_p), len(kernels), 1, b"", b"")
        self.keep.append(entries)
        entries[0].program = c.addressof(self.program)
        self.entries = entries

    def close(self):
        self.lib.rm_context_destroy(c.c_void_p(self.context))

    def limit(self, which):
        if which == 0 and self.storage_range:
            return self.storage_range
        return self.lib.rm_gpu_limit(which)

    def run(self, arrays, unit=0):
        """Runs a unit on f32 arrays (one an operand) and returns its results."""
        state = {}

        def body(_args, _results):
            try:
                state["results"] = self._launch(self.json["units"][unit], arrays)
            except Exception as problem:  # an exception cannot cross C
                state["problem"] = problem

        callback = BODY(body)
        status = self.lib.rm_invoke(c.c_void_p(self.context), c.byref(self.entries[0]), callback, None, 0, None, 0)
        if "problem" in state:
            raise state["problem"]
        if status:
            raise RuntimeError(self.lib.rm_context_error(c.c_void_p(self.context)).text.decode())
        return state["results"]

    def _alloc(self, size):
        return self.lib.rm_gpu_alloc(c.c_int64(size))

    def _launch(self, unit, arrays):
        lib = self.lib
        arrays = [np.ascontiguousarray(a, dtype=np.float32) for a in arrays]
        sizes = Sizes([a.shape for a in arrays], self.limit)
        for value in unit["values"]:
            sizes.names[value["name"]] = sizes(value["expr"])
        results = [np.empty([sizes(size) for size in result["shape"]], np.float32) for result in unit["results"]]
        buffers = {"operand": [], "result": [self._alloc(r.nbytes) for r in results], "workspace": []}
        for array in arrays:
            handle = self._alloc(array.nbytes)
            lib.rm_gpu_upload(c.c_int64(handle), array.ctypes.data_as(c.c_void_p), c.c_int64(array.nbytes))
            buffers["operand"].append(handle)
        buffers["workspace"] = [self._alloc(sizes(w["bytes"])) for w in unit["workspaces"]]
        for variant in unit["variants"]:
            if all(sizes(condition) for condition in variant["conditions"]):
                break
        else:
            raise RuntimeError("no variant fits these sizes")
        self.variant = variant["name"]
        self.windows = max(sizes(step["windows"]) for step in variant["steps"])
        for step in variant["steps"]:
            for window in range(sizes(step["windows"])):
                sizes.names["window"] = window
                for launch in step["launches"]:
                    self._dispatch(launch, sizes, buffers)
        for handle, result in zip(buffers["result"], results):
            lib.rm_gpu_download(c.c_int64(handle), result.ctypes.data_as(c.c_void_p), c.c_int64(result.nbytes))
        return results

    def _dispatch(self, launch, sizes, buffers):
        number = self.kernels[launch["entry"]]
        kernel = self.json["kernels"][number]
        if launch["parameters"]:
            words = np.array([sizes(text) for text in launch["parameters"]], np.uint32)
            buffers["parameters"] = [self._alloc(words.nbytes)]
            self.lib.rm_gpu_upload(c.c_int64(buffers["parameters"][0]), words.ctypes.data_as(c.c_void_p),
                                   c.c_int64(words.nbytes))
        bindings = (Binding * len(launch["buffers"]))(
            *[Binding(buffers[b["kind"]][b["index"]], sizes(b["offset"]), sizes(b["bytes"]))
              for b in launch["buffers"]])
        push = b"".join(struct.pack("<f" if field["type"] == "f32" else "<I", sizes(text))
                        for field, text in zip(kernel["push_constants"]["fields"], launch["push"]))
        grid = (c.c_uint32 * 3)(*[sizes(text) for text in launch["grid"]])
        assert max(grid) <= 65535, "a grid axis beyond what every device has"
        self.lib.rm_gpu_dispatch(c.byref(self.program), number, bindings, len(bindings), push, len(push), grid, b"")
