"""Compiled programs called through the runtime's C ABI (include/runmat/Runtime/Runtime.h) from Python: what any
host would do, with arrays that are in memory already. Needs the shared objects and NumPy, nothing else."""
import ctypes
import json

import numpy as np

MAX_RANK = 16
NUMPY = {0: np.float64, 1: np.float32, 2: np.float16, 4: np.bool_, 5: np.int8, 6: np.int16, 7: np.int32, 8: np.int64}


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("sizes", ctypes.c_int64 * MAX_RANK), ("strides", ctypes.c_int64 * MAX_RANK),
                ("place", ctypes.c_int32), ("reserved", ctypes.c_int32), ("owner", ctypes.c_void_p)]


class Entry(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("program", ctypes.c_void_p), ("function", ctypes.c_void_p),
                ("args", ctypes.c_void_p), ("results", ctypes.c_void_p), ("num_args", ctypes.c_int32),
                ("num_results", ctypes.c_int32)]


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_int32), ("num_threads", ctypes.c_int32), ("device", ctypes.c_char_p),
                ("cache_dir", ctypes.c_char_p), ("validation", ctypes.c_int32),
                ("results_on_device", ctypes.c_int32), ("timeout_ms", ctypes.c_int32), ("reserved", ctypes.c_int32),
                ("host_cache_bytes", ctypes.c_int64)]


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("text", ctypes.c_char_p), ("location", ctypes.c_char_p)]


class Runtime:
    """The library, one context and what a call needs. A failure is a RuntimeError with the library's text."""

    def __init__(self, library, device="cpu", threads=0, results_on_device=False):
        self.lib = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        for name, restype, argtypes in (
                ("rm_context_options_init", None, [ctypes.c_void_p]),
                ("rm_context_create", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
                ("rm_context_error", Error, [ctypes.c_void_p]),
                ("rm_context_device", ctypes.c_char_p, [ctypes.c_void_p]),
                ("rm_program_check", ctypes.c_int32, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
                ("rm_program_find", ctypes.POINTER(Entry), [ctypes.c_void_p, ctypes.c_char_p]),
                ("rm_tensor_init", None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int32,
                                          ctypes.c_void_p]),
                ("rm_tensor_release", None, [ctypes.c_void_p]),
                ("rm_tensor_to_device", ctypes.c_int32, [ctypes.c_void_p] * 3),
                ("rm_tensor_to_host", ctypes.c_int32, [ctypes.c_void_p] * 3),
                ("rm_telemetry_json", ctypes.c_void_p, [ctypes.c_void_p]),
                ("rm_telemetry_reset", None, [ctypes.c_void_p]),
                ("rm_string_free", None, [ctypes.c_void_p]),
                ("rm_last_device_time_ns", ctypes.c_int64, [ctypes.c_void_p, ctypes.c_void_p])):
            function = getattr(self.lib, name)
            function.restype, function.argtypes = restype, argtypes
        options, text = Options(), ctypes.create_string_buffer(512)
        self.lib.rm_context_options_init(ctypes.byref(options))
        options.device = device.encode()
        options.num_threads, options.results_on_device = threads, results_on_device
        self.context = self.lib.rm_context_create(ctypes.byref(options), text, len(text))
        if not self.context:
            raise RuntimeError(text.value.decode())

    def check(self, status):
        if status:
            error = self.lib.rm_context_error(self.context)
            raise RuntimeError(f"{error.text.decode()} {error.location.decode()}".strip())

    def device(self):
        return self.lib.rm_context_device(self.context).decode()

    def device_ms(self):
        return self.lib.rm_last_device_time_ns(self.context, None) * 1e-6

    def telemetry(self):
        text = self.lib.rm_telemetry_json(self.context)
        try:
            return json.loads(ctypes.string_at(text))
        finally:
            self.lib.rm_string_free(text)


class Call:
    """One entry with its arguments, on the host or (`resident`) copied to the device once. Calling it releases the
    results at once; `results()` calls too, and copies them to NumPy."""

    def __init__(self, runtime, shared_object, arrays, resident=False):
        self.runtime, self.arrays = runtime, arrays
        self.program = ctypes.CDLL(shared_object)
        info = ctypes.addressof(ctypes.c_char.in_dll(self.program, "rm_program_info"))
        text = ctypes.create_string_buffer(512)
        if runtime.lib.rm_program_check(info, text, len(text)):
            raise RuntimeError(f"{shared_object}: {text.value.decode()}")
        entry = runtime.lib.rm_program_find(info, None)
        if not entry:
            raise RuntimeError(f"{shared_object} has no entry @main")
        self.args = (Tensor * len(arrays))()
        names = {np.dtype(t): code for code, t in NUMPY.items()}
        for tensor, array in zip(self.args, arrays):
            assert array.flags.c_contiguous
            sizes = (ctypes.c_int64 * MAX_RANK)(*array.shape)
            runtime.lib.rm_tensor_init(ctypes.byref(tensor), array.ctypes.data, names[array.dtype], array.ndim, sizes)
            if resident:
                copy = Tensor()
                runtime.check(runtime.lib.rm_tensor_to_device(runtime.context, ctypes.byref(tensor),
                                                              ctypes.byref(copy)))
                ctypes.memmove(ctypes.addressof(tensor), ctypes.addressof(copy), ctypes.sizeof(Tensor))
        self.outs = (Tensor * entry.contents.num_results)()
        self.function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32,
                                         ctypes.c_void_p, ctypes.c_int32)(entry.contents.function)
        # Everything that a call hands over is made once.
        self.handed = (runtime.context, ctypes.addressof(self.args), len(arrays), ctypes.addressof(self.outs),
                       len(self.outs))
        self.addresses = [ctypes.addressof(out) for out in self.outs]

    def __call__(self):
        status = self.function(*self.handed)
        if status:
            self.runtime.check(status)
        for address in self.addresses:
            self.runtime.lib.rm_tensor_release(address)

    def results(self):
        """Runs once more and copies what comes."""
        self.runtime.check(self.function(*self.handed))
        copies = []
        for out in self.outs:
            host = Tensor()
            self.runtime.check(self.runtime.lib.rm_tensor_to_host(self.runtime.context, ctypes.byref(out),
                                                                  ctypes.byref(host)))
            element = np.dtype(NUMPY[host.dtype])
            count = int(np.prod(host.sizes[:host.rank], dtype=np.int64))
            raw = ctypes.string_at(host.data, count * element.itemsize) if count else b""
            copies.append(np.frombuffer(raw, element).reshape(host.sizes[:host.rank]))
            self.runtime.lib.rm_tensor_release(ctypes.byref(host))
            self.runtime.lib.rm_tensor_release(ctypes.byref(out))
        return copies
