"""Makes .npy and picture files byte by byte, good and damaged ones, for the tests of what reads them."""

import struct
import zlib

import numpy as np


def npy_bytes(descr, fortran_order, shape, data, version=1, header=None):
    """A .npy file; `header` replaces the dict's text."""
    text = header if header is not None else repr(
        {"descr": descr, "fortran_order": fortran_order, "shape": shape})
    text = text.encode("latin1") + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bytes(samples, colour_type, palette=None):
    """A PNG of samples [h, w, channels], uint8 or uint16."""
    height, width, _ = samples.shape
    depth = 8 * samples.dtype.itemsize
    rows = b"".join(b"\0" + row.astype(samples.dtype.newbyteorder(">")).tobytes() for row in samples)
    chunks = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))
    if palette is not None:
        chunks += png_chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    chunks += png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def with_checksums(png):
    """The same chunks with their checksums made right, so that damage gets past them."""
    result, at = png[:8], 8
    while len(png) - at >= 12:
        length = min(struct.unpack(">I", png[at:at + 4])[0], len(png) - at - 12)
        body = png[at + 4:at + 8 + length]
        result += png[at:at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return result + png[at:]


def grey_png(height, width):
    return png_bytes((np.arange(height * width) % 256).astype(np.uint8).reshape(height, width, 1), 0)


def damaged_npy_files():
    """(name, bytes, text that the error must contain): one for each way a .npy file can be wrong."""
    data = np.arange(6, dtype="<f4").tobytes()
    good = npy_bytes("<f4", False, (2, 3), data)
    far = 2 ** 62
    return [
        ("empty.npy", b"", "the file is empty"),
        ("magic.npy", b"PK\x03\x04" + good[4:], "not a .npy file"),
        ("text.npy", b"1 2 3\n", "not a .npy file"),
        ("short-magic.npy", good[:4], "header is truncated"),
        ("version.npy", good[:6] + b"\x04\x00" + good[8:], "format version 4.0"),
        ("minor.npy", good[:6] + b"\x01\x01" + good[8:], "format version 1.1"),
        ("no-length.npy", good[:9], "header is truncated"),
        ("header.npy", good[:30], "header is truncated"),
        ("long-length.npy", good[:8] + b"\xff\xff" + good[10:], "header is truncated"),
        ("dtype.npy", npy_bytes("<x4", False, (2, 3), data), "expected one of f2 f4 f8"),
        ("unsigned.npy", npy_bytes("<u2", False, (2, 3), data), "convert to int32"),
        ("complex.npy", npy_bytes("<c8", False, (3,), data), "complex numbers"),
        ("object.npy", npy_bytes("|O", False, (3,), data), "Python objects"),
        ("string.npy", npy_bytes("<U1", False, (6,), data), "expected one of f2 f4 f8"),
        ("void.npy", npy_bytes("|V2", False, (12,), data), "only where bf16 is expected"),
        ("structured.npy", npy_bytes([("x", "<f4")], False, (6,), data), "structured dtype"),
        ("negative.npy", npy_bytes("<f4", False, (-2, 3), data), "negative size"),
        ("overflow.npy", npy_bytes("<f4", False, (far, 4), data), "do not fit"),
        ("zero-overflow.npy", npy_bytes("<f4", False, (0, far, far), b""), "do not fit"),
        ("huge-size.npy", npy_bytes("<f4", False, (10 ** 30,), data), "does not fit in 64 bits"),
        ("terabytes.npy", npy_bytes("<f4", False, (10 ** 12,), data), "data is truncated"),
        ("rank.npy", npy_bytes("<f4", False, (1,) * 32, data[:4]), "32 dimensions, expected at most 16"),
        ("float-size.npy", npy_bytes("<f4", False, (2.0, 3), data), "expected ',' or ')' in 'shape'"),
        ("no-descr.npy", npy_bytes(0, 0, 0, data, header="{'fortran_order': False, 'shape': (6,)}"),
         "'descr' is missing"),
        ("no-order.npy", npy_bytes(0, 0, 0, data, header="{'descr': '<f4', 'shape': (6,)}"),
         "'fortran_order' is missing"),
        ("no-shape.npy", npy_bytes(0, 0, 0, data, header="{'descr': '<f4', 'fortran_order': False}"),
         "'shape' is missing"),
        ("unknown-key.npy", npy_bytes(0, 0, 0, data, header="{'order': 'C'}"), "unknown key 'order'"),
        ("order.npy", npy_bytes("<f4", 0, (6,), data), "expected True or False"),
        ("not-a-dict.npy", npy_bytes(0, 0, 0, data, header="[1, 2]"), "expected '{'"),
        ("evil.npy", npy_bytes(0, 0, 0, data, header="__import__('os').system('false')"), "expected '{'"),
        ("zeros.npy", npy_bytes(0, 0, 0, data, header="\0" * 50), "found byte 0x00"),
        ("truncated.npy", good[:-1], "data is truncated: 23 bytes, expected 24"),
        ("no-data.npy", good[:-24], "data is truncated: 0 bytes"),
        ("trailing.npy", good + b"\0", "more after the data: 25 bytes, expected 24"),
    ]
