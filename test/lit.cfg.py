# lit's configuration: which files are tests, which tools they find, which features this machine has.
# Tools are found through PATH (this build first, then LLVM's), so RUN lines name them plainly.
import glob
import os

import lit.formats

config.name = "RunMat"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Unit", "Python", "Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.runmat_source_dir, "test")
config.test_exec_root = os.path.join(config.runmat_build_dir, "test")

build = config.runmat_build_dir
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(build, "bin"), config.llvm_bindir, os.environ.get("PATH", "/usr/bin:/bin")]
)
# The caches of a test run are its own, never the user's.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
for name in os.environ:
    if name.startswith(("VK_", "RUNMAT_", "ASAN_", "UBSAN_", "LSAN_", "HOME", "LD_LIBRARY_PATH")):
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%python", config.python),
    ("%clang", os.path.join(config.llvm_bindir, "clang")),
    ("%runmat_plugin", os.path.join(build, "lib", "RunMatPlugin.so")),
    ("%runmat_lib", os.path.join(build, "lib")),
    ("%runmat_include", os.path.join(config.runmat_source_dir, "include")),
    ("%source", config.runmat_source_dir),
    ("%programs", os.path.join(config.runmat_source_dir, "benchmarks", "programs")),
]

# Features of the machine and of the build.
icds = glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json") + glob.glob("/etc/vulkan/icd.d/lvp_icd*.json")
if icds:
    config.available_features.add("lavapipe")
if glob.glob("/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json"):
    config.available_features.add("validation-layers")
if os.path.isdir("/usr/share/backgrounds/mate"):
    config.available_features.add("mate-backgrounds")
if config.build_type in ("Dev", "Debug", "Asan"):
    config.available_features.add("asserts")
if config.build_type == "Asan":
    config.available_features.add("asan")
for tool in os.listdir(os.path.join(build, "bin")) if os.path.isdir(os.path.join(build, "bin")) else []:
    config.available_features.add(tool)  # REQUIRES: runmat-translate
