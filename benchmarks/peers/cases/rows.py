"""Row nests: statistics of a row, then elementwise work with them."""
import os

from .case import Arg, Case, normal

SHAPE = dict(args=(Arg(("m", "n"), normal),), sizes={"m": 16384, "n": 1024}, tiny={"m": 7, "n": 45},
             gpu={"m": 65536, "n": 4096})


def softmax(np, x, sizes):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


SOFTMAX = Case(
    "softmax", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
func.func @main(%x: !x) -> !x {
  %max = array.reduce_max %x dims [1] keep : !x
  %d = array.sub %x, %max : !x, !r
  %e = array.exp %d : !x
  %sum = array.sum %e dims [1] keep : !x
  %y = array.div %e, %sum : !x, !r
  return %y : !x
}
""", numpy=softmax, jax=lambda jax, x, sizes: jax.nn.softmax(x, axis=1),
    torch=lambda torch, x, sizes: torch.softmax(x, 1), **SHAPE)


def log_sum_exp(np, x, sizes):
    top = x.max(axis=1, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=1)) + top[:, 0]


LOG_SUM_EXP = Case(
    "log_sum_exp", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
!y = tensor<${m}x$t>
func.func @main(%x: !x) -> !y {
  %max = array.reduce_max %x dims [1] keep : !x
  %d = array.sub %x, %max : !x, !r
  %e = array.exp %d : !x
  %sum = array.sum %e dims [1] keep : !x
  %log = array.log %sum : !r
  %both = array.add %log, %max : !r, !r
  %y = array.reshape %both : !r to !y
  return %y : !y
}
""", numpy=log_sum_exp, jax=lambda jax, x, sizes: jax.nn.logsumexp(x, axis=1),
    torch=lambda torch, x, sizes: torch.logsumexp(x, 1), **{**SHAPE, "gpu": None})


def layer_norm(np, x, gain, bias, sizes):
    d = x - x.mean(axis=1, keepdims=True)
    return d / np.sqrt((d * d).mean(axis=1, keepdims=True) + 1e-5) * gain + bias


LAYER_NORM = Case(
    "layer_norm", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
!w = tensor<${n}x$t>
func.func @main(%x: !x, %gain: !w, %bias: !w) -> !x {
  %eps = array.constant dense<1.0e-5> : tensor<$t>
  %mean = array.mean %x dims [1] keep : !x
  %d = array.sub %x, %mean : !x, !r
  %square = array.mul %d, %d : !x, !x
  %var = array.mean %square dims [1] keep : !x
  %safe = array.add %var, %eps : !r, tensor<$t>
  %sigma = array.sqrt %safe : !r
  %n = array.div %d, %sigma : !x, !r
  %scaled = array.mul %n, %gain : !x, !w
  %y = array.add %scaled, %bias : !x, !w
  return %y : !x
}
""", numpy=layer_norm, torch=lambda torch, x, gain, bias, sizes: torch.nn.functional.layer_norm(
        x, gain.shape, gain, bias, 1e-5),
    **{**SHAPE, "args": (Arg(("m", "n"), normal), Arg(("n",)), Arg(("n",)))})


def rms_norm(np, x, gain, sizes):
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-6) * gain


RMS_NORM = Case(
    "rms_norm", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
!w = tensor<${n}x$t>
func.func @main(%x: !x, %gain: !w) -> !x {
  %eps = array.constant dense<1.0e-6> : tensor<$t>
  %square = array.mul %x, %x : !x, !x
  %mean = array.mean %square dims [1] keep : !x
  %safe = array.add %mean, %eps : !r, tensor<$t>
  %root = array.sqrt %safe : !r
  %n = array.div %x, %root : !x, !r
  %y = array.mul %n, %gain : !x, !w
  return %y : !x
}
""", numpy=rms_norm, torch=lambda torch, x, gain, sizes: torch.nn.functional.rms_norm(x, gain.shape, gain, 1e-6),
    **{**SHAPE, "args": (Arg(("m", "n"), normal), Arg(("n",))), "gpu": None})


def standardise(np, x, sizes):
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


def torch_standardise(torch, x, sizes):
    std, mean = torch.std_mean(x, 1, correction=0, keepdim=True)
    return (x - mean) / std


STANDARDISE = Case(
    "standardise", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
func.func @main(%x: !x) -> !x {
  %mean = array.mean %x dims [1] keep : !x
  %std = array.std %x dims [1] keep : !x
  %d = array.sub %x, %mean : !x, !r
  %y = array.div %d, %std : !x, !r
  return %y : !x
}
""", numpy=standardise, torch=torch_standardise, **{**SHAPE, "gpu": None})


def min_max(np, x, sizes):
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    return (x - low) / (high - low)


def torch_min_max(torch, x, sizes):
    low, high = torch.aminmax(x, dim=1, keepdim=True)
    return (x - low) / (high - low)


MIN_MAX = Case(
    "min_max_scale", "memory", """
!x = tensor<${m}x${n}x$t>
!r = tensor<${m}x1x$t>
func.func @main(%x: !x) -> !x {
  %low = array.reduce_min %x dims [1] keep : !x
  %high = array.reduce_max %x dims [1] keep : !x
  %d = array.sub %x, %low : !x, !r
  %range = array.sub %high, %low : !r, !r
  %y = array.div %d, %range : !x, !r
  return %y : !x
}
""", numpy=min_max, torch=torch_min_max, **{**SHAPE, "gpu": None})


def image_normalize(np, x, sizes):
    d = x - x.mean(axis=(1, 2), keepdims=True)
    sigma = np.sqrt((d * d).mean(axis=(1, 2), keepdims=True) + 1e-6)
    y = d / sigma * 1.0123 - 0.02
    return np.maximum(y, 0)**1.8


def torch_image_normalize(torch, x, sizes):
    d = x - x.mean(dim=(1, 2), keepdim=True)
    sigma = torch.sqrt((d * d).mean(dim=(1, 2), keepdim=True) + 1e-6)
    return torch.clamp(d / sigma * 1.0123 - 0.02, min=0.0)**1.8


def stored(name):
    """The program of benchmarks/programs, its open sizes closed: the peers know theirs too."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "programs", name + ".mlir")
    with open(path) as file:
        text = file.read()
    return text.replace("@" + name, "@main").replace("?x?x?x", "${b}x${h}x${w}x").replace("?x1x1x", "${b}x1x1x")


IMAGE = Case("image_normalize", "memory", stored("image_normalize"), (Arg(("b", "h", "w")),),
             {"b": 4, "h": 2160, "w": 3840}, {"b": 2, "h": 9, "w": 31}, image_normalize,
             torch=torch_image_normalize,
             gpu={"b": 64, "h": 2160, "w": 3840})

# Its planes are beyond every cache and are read twice: for their statistics, and for the differences.
IMAGE_MSE = Case("image_normalize_mse", "memory", stored("image_normalize_mse"), IMAGE.args, IMAGE.sizes, IMAGE.tiny,
                 lambda np, x, sizes: ((image_normalize(np, x, sizes) - x)**2).mean(),
                 torch=lambda torch, x, sizes: ((torch_image_normalize(torch, x, sizes) - x)**2).mean(), gpu=IMAGE.gpu,
                 traffic=lambda sizes: 2 * sizes["b"] * sizes["h"] * sizes["w"])


CASES = [
    SOFTMAX, SOFTMAX.variant("f64", "f64", sizes={"m": 8192, "n": 1024}, gpu=None), SOFTMAX.variant("f16", "f16"),
    LOG_SUM_EXP, LAYER_NORM, LAYER_NORM.variant("f16", "f16"), RMS_NORM, STANDARDISE, MIN_MAX, IMAGE, IMAGE_MSE,
]
