"""Reading a data set from a path, whose layout is told by the content: see LAYOUTS."""

import math
import zipfile

import numpy as np

from common import files
from common.images import content
from common.images.arrays import understood

LAYOUTS = """\
an .npz of x_train, y_train, x_test, y_test (Keras) or of train_images, train_labels,
test_images, test_labels (MedMNIST);
a folder of the four IDX files of MNIST or EMNIST, gzipped or not;
a folder of the three .amat files of binarized MNIST, gzipped or not;
a .csv, .csv.gz or .zip with 784 pixels and a label in each row: the column called
label, class, y or target, or the first where no column has a name"""
KERAS = ("x_train", "y_train", "x_test", "y_test")
FIELDS = ("train_images", "train_labels", "test_images", "test_labels")
LABEL = ("label", "class", "y", "target")


def read(path):
    """The fields of a Dataset but for its name and source.  Raises UserError."""
    with content.named(path):
        kind = _kind(path)
        if kind not in READERS:
            raise ValueError(f"{kind}; expected one of these: {LAYOUTS}")
        return understood(READERS[kind](path))


def _kind(path):
    """What there is at a path, in a few words."""
    if not path.exists():
        raise ValueError("no such file or folder")
    if path.is_file():
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if any(name.endswith(".npy") for name in archive.namelist()):
                    return "arrays"
        return content.kind(content.unpacked(path))
    if not path.is_dir():
        raise ValueError("Not a directory, nor a file that can be read")
    names = [child.name.removesuffix(".gz") for child in path.iterdir()]
    ends = {"IDX files": "-ubyte", ".amat files": ".amat"}
    kinds = [k for k, end in ends.items() if any(n.endswith(end) for n in names)]
    return " and ".join(kinds) or "none of the files"


def _npz(path):
    """Four arrays, of Keras's or MedMNIST's names.  Path -> fields of a Dataset"""
    with files.opened(path) as file, files.arrays(file) as arrays:
        names = FIELDS if set(FIELDS) <= set(arrays) else KERAS
        missing = [name for name in names if name not in arrays]
        if missing:
            raise ValueError(f"no {', '.join(missing)}; expected {', '.join(names)}")
        values = [np.asarray(arrays[name]) for name in names]  # bytes if no array
    return dict(zip(FIELDS, values, strict=True))


def _idx(folder):
    """Four files.  Path -> fields of a Dataset"""
    return {field: _array(folder, field) for field in FIELDS}


def _array(folder, field):
    """One file: a magic number, the shape (both big-endian), and the bytes."""
    dimensions = 3 if "images" in field else 1
    parts = [field.replace("test", name).replace("_", "-") for name in ("t10k", "test")]
    ends = [f"{part}{dot}idx{dimensions}-ubyte" for part in parts for dot in "-."]
    path = _one(folder, *ends)
    with content.named(path):
        file = content.unpacked(path)
        header = file[: 4 + 4 * dimensions].ljust(4 + 4 * dimensions)
        magic, *shape = np.frombuffer(header, ">u4").tolist()
        if magic != 0x800 + dimensions:
            raise ValueError(f"{content.kind(file)}; expected IDX, {dimensions}d bytes")
        values = np.frombuffer(file, np.uint8, offset=len(header))
        if len(values) != math.prod(shape):
            promised = " x ".join(map(str, shape))
            raise ValueError(f"not the {promised} bytes that its header promises")
    array = values.reshape(shape)
    on_its_side = path.name.startswith("emnist-") and dimensions == 3
    return array.swapaxes(1, 2) if on_its_side else array


def _one(folder, *ends):
    """The file that has one of these names, after any prefix, gzipped or not."""
    names = {path.name for path in folder.iterdir() if path.is_file()}
    names = {n for n in names if n.removesuffix(".gz").endswith(ends) and n[0] != "."}
    names -= {f"{name}.gz" for name in names}  # which somebody unpacked
    if len(names) != 1:
        raise ValueError(f"{len(names)} files of {ends[0]} (or .gz); expected one")
    return folder / names.pop()


def _amat(folder):
    """Three files, two of them to train on.  Path -> fields of a Dataset"""
    parts = [_bits(_one(folder, f"{name}.amat")) for name in ("train", "valid", "test")]
    train, valid, test = parts
    note = (
        f"binarized once and for all (static): {len(train):,} training and "
        f"{len(valid):,} validation images are joined to train on"
    )
    images = {"train_images": np.concatenate([train, valid]), "test_images": test}
    return images | {"binarized": True, "notes": (note,)}


def _bits(path):
    with content.named(path):
        bits = content.numbers(content.unpacked(path))
        if bits.shape[1] != 784 or bits.max() > 1 or bits.dtype != np.uint8:
            raise ValueError("expected lines of 784 numbers, each 0 or 1")
    return bits


def _csv(path):
    """One table, of which one row in seven is a test.  Path -> fields of a Dataset"""
    text = content.unpacked(path)
    first = text.partition(b"\n")[0].decode("utf-8-sig").lower()
    names = [name.strip(' "\r') for name in first.split(",")]
    columns = [number for number, name in enumerate(names) if name in LABEL]
    if len(names) != 785 or len(columns) > 1:
        count = f"{len(names)} columns, {len(columns)} of them called a label"
        raise ValueError(f"{count}; expected 785, one of them the label")
    [label] = columns or [0]
    options = {"skiprows": len(columns), "delimiter": ",", "quotechar": '"'}
    labels = content.numbers(text, "U32", usecols=label, **options)
    table = content.numbers(text, converters={label: lambda _: 0}, **options)
    images = np.delete(table, label, axis=1) if len(table) else table
    if path.name.startswith("emnist-"):  # on its side, too
        images = images.reshape(-1, 28, 28).swapaxes(1, 2)
    order = np.random.default_rng(0).permutation(len(images))
    test, train = np.split(order, [max(1, len(images) // 7)])
    arrays = images[train], labels[train], images[test], labels[test]
    return dict(zip(FIELDS, arrays, strict=True))


READERS = {"arrays": _npz, "IDX files": _idx, ".amat files": _amat, "text": _csv}
