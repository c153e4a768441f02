"""usage: long_chain.py COUNT   an ImageNormalize whose mean and deviation pass through COUNT reshapes and means
over a dim of size 1, and whose epsilon is negated COUNT times"""
import sys

count = int(sys.argv[1])
batch, plane = "tensor<2x1x3xf32>", "tensor<2x1x1xf32>"


def chain(name, start):
    """The plane `start` in another name, unchanged."""
    last = start
    for i in range(count):
        print(f"  %{name}r{i} = array.reshape {last} : {plane} to {plane}")
        print(f"  %{name}m{i} = array.mean %{name}r{i} dims [1] keep : {plane}")
        last = f"%{name}m{i}"
    return last


print(f"func.func @main(%x: {batch}, %e: tensor<f32>) -> {batch} {{")
print("  %e0 = array.reshape %e : tensor<f32> to tensor<f32>")
for i in range(count):
    print(f"  %e{i + 1} = array.neg %e{i} : tensor<f32>")
print(f"  %m = array.mean %x dims [1, 2] keep : {batch}")
print(f"  %d = array.sub %x, {chain('a', '%m')} : {batch}, {plane}")
print(f"  %s = array.mul %d, %d : {batch}, {batch}")
print(f"  %v = array.mean %s dims [1, 2] keep : {batch}")
print(f"  %a = array.add {chain('b', '%v')}, %e{count} : {plane}, tensor<f32>")
print(f"  %r = array.sqrt %a : {plane}")
print(f"  %n = array.div %d, %r : {batch}, {plane}")
print(f"  return %n : {batch}\n}}")
