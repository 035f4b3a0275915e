"""Data sets as others publish them, written to a folder of the test."""

import numpy as np

KERAS = ("x_train", "y_train", "x_test", "y_test")


def same(dataset, arrays):
    """It was read as Keras's arrays, and nothing is noted."""
    for part in ("train", "test"):
        images = getattr(dataset, f"{part}_images")
        assert (images.dtype, images.shape[1:]) == (np.uint8, (784,))
        np.testing.assert_array_equal(images, arrays[f"x_{part}"].reshape(-1, 784))
        labels = getattr(dataset, f"{part}_labels")
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels, arrays[f"y_{part}"])
    assert dataset.notes == ()


def idx(array):
    """The bytes of an IDX file."""
    header = np.array([0x800 + array.ndim, *array.shape], ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def write_idx(folder, arrays, pack=lambda content: content, ending="", prefix=""):
    """Keras's arrays -> the folder of their four files"""
    folder.mkdir(exist_ok=True)
    test = "test" if prefix else "t10k"
    for key in KERAS:
        part = key.replace("x_", "").replace("y_", "").replace("test", test)
        kind = "images-idx3" if key[0] == "x" else "labels-idx1"
        path = folder / f"{prefix}{part}-{kind}-ubyte{ending}"
        path.write_bytes(pack(idx(arrays[key])))
    return folder


def write_amat(folder, parts, prefix="binarized_mnist_"):
    """{"train": (N, 784) of 0 and 1, ...} -> the folder of their files"""
    folder.mkdir(exist_ok=True)
    for part, bits in parts.items():
        np.savetxt(folder / f"{prefix}{part}.amat", bits, "%d")
    return folder


def table(images, labels, header=(), label=0, cell="{}".format):
    """The text of a table whose column `label` holds the labels."""
    rows = np.insert(images.reshape(-1, 784).astype(object), label, labels, axis=1)
    lines = [header] if header else []
    lines += [map(cell, row) for row in rows.tolist()]
    return "\n".join(",".join(line) for line in lines) + "\n"
