"""Exhaustive search in single precision by the fastest library of a device; candidates only, to be ranked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from gan_audit.errors import UsageError
from gan_audit.types import IntArray, Single

TILE = 1 << 24
"""Distances that torch holds at once on the CPU; sixteen times as many on a GPU."""
VISITED = 16
"""Cells of an approximate index that a query looks into where nothing else is said."""
FAISS_GPU_K = 2048
"""Most neighbours that faiss' GPU code returns."""


class NearestRows(NamedTuple):
    """The rows of a base that seem nearest to each query, nearest first."""

    row: IntArray
    """(q, k) row numbers; −1 where the library found none."""
    squared: Single
    """(q, k) squared distances as the library computed them, off by rounding."""


Index = Callable[[Single, int], NearestRows]
"""Searches what it was made of: queries (q, d), how many of its rows to return for each."""


@dataclass(frozen=True)
class Backend:
    """One way to search exhaustively."""

    index: Callable[[Single], Index]
    """Makes rows (n, d) searchable. A row not returned is, by its arithmetic, no nearer than the last one returned."""
    usable: Callable[[], bool]
    """Whether this machine has what it takes."""


def choose(device: str) -> str:
    """Name in `BACKENDS` for device `cpu`, `cuda`, or `auto` (a GPU where there is one).

    UsageError where CUDA is asked for and neither faiss nor torch can use it, and for any other name.
    """
    for name in DEVICES.get(device, ()):
        if BACKENDS[name].usable():
            return name
    raise UsageError(
        f"Expected auto, cpu or, where faiss or torch finds a GPU, cuda; got {device}. Use auto or cpu on this machine."
    )


def inverted_lists(base: Single, visited: int = VISITED) -> Index:
    """An approximate index over base (n, d): √n cells by a short k-means, of which a query visits so many.

    Without faiss the search is exhaustive.
    """
    if not _installed():
        return _torch("cpu")(base)
    faiss = _faiss()
    cells = max(1, round(len(base) ** 0.5))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(base.shape[1]), base.shape[1], cells)
    index.cp.niter, index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 10, 1, 64
    index.train(base)
    index.add(base)
    index.nprobe = min(cells, visited)
    return _from_faiss(index)


def _from_faiss(index: Any) -> Index:
    def search(queries: Single, k: int) -> NearestRows:
        squared, found = index.search(queries, min(k, index.ntotal))
        return NearestRows(found, squared)

    return search


def _faiss() -> Any:
    import SimpleITK  # noqa: F401  (loaded after faiss it would break faiss' SWIG types)
    import faiss  # isort: skip

    return faiss


def _faiss_cpu(base: Single) -> Index:
    def search(queries: Single, k: int) -> NearestRows:
        squared, index = _faiss().knn(queries, base, min(k, len(base)))
        return NearestRows(index, squared)

    return search


def _faiss_gpu(base: Single) -> Index:
    index = _faiss().GpuIndexFlatL2(_gpu_resources(), base.shape[1])
    index.add(base)
    few, many = _from_faiss(index), _faiss_cpu(base)
    return lambda queries, k: (few if k <= FAISS_GPU_K else many)(queries, k)


@cache
def _gpu_resources() -> Any:
    return _faiss().StandardGpuResources()


def _torch(device: str) -> Callable[[Single], Index]:
    def index(base: Single) -> Index:
        import torch

        rows = torch.from_numpy(base).to(device)
        norms = rows.square().sum(dim=1)

        def search(queries: Single, k: int) -> NearestRows:
            precision = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision("highest")
            try:
                with torch.inference_mode():
                    return _tiles(torch, queries, rows, norms, min(k, len(rows)))
            finally:
                torch.set_float32_matmul_precision(precision)

        return search

    return index


def _tiles(torch: Any, queries: Single, base: Any, norms: Any, k: int) -> NearestRows:
    """|y|² − 2 x·y, one matrix product to a tile; |x|² changes no order and is added last."""
    width = min(len(base), 1 << 16)
    height = max(1, TILE * (1 if base.device.type == "cpu" else 16) // width)
    parts = []
    for block in torch.from_numpy(queries).split(height):
        block = block.to(base.device)
        best, found = norms.new_empty(len(block), 0), norms.new_empty(len(block), 0, dtype=torch.int64)
        for left in range(0, len(base), width):
            tile = torch.addmm(norms[left : left + width], block, base[left : left + width].T, alpha=-2)
            near, column = tile.topk(min(k, tile.shape[1]), largest=False)
            best, found = torch.cat([best, near], dim=1), torch.cat([found, column + left], dim=1)
            best, order = best.topk(min(k, best.shape[1]), largest=False)
            found = found.gather(1, order)
        best += block.square().sum(dim=1, keepdim=True)
        parts.append((found.cpu(), best.cpu()))
    return NearestRows(*(torch.cat(part).numpy() for part in zip(*parts, strict=True)))


@cache
def _installed() -> bool:
    return find_spec("faiss") is not None


def _faiss_has_gpu() -> bool:
    if not _installed():
        return False
    faiss = _faiss()
    return hasattr(faiss, "GpuIndexFlatL2") and faiss.get_num_gpus() > 0


def _torch_has_cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


BACKENDS: Mapping[str, Backend] = {
    "faiss-gpu": Backend(_faiss_gpu, _faiss_has_gpu),
    "torch-cuda": Backend(_torch("cuda"), _torch_has_cuda),
    "faiss-cpu": Backend(_faiss_cpu, lambda: _installed()),
    "torch-cpu": Backend(_torch("cpu"), lambda: True),
}
"""By name; `torch-cpu` takes the place of faiss where that is not installed, and gives the same neighbours."""
DEVICES: Mapping[str, tuple[str, ...]] = {
    "auto": ("faiss-gpu", "torch-cuda", "faiss-cpu", "torch-cpu"),
    "cpu": ("faiss-cpu", "torch-cpu"),
    "cuda": ("faiss-gpu", "torch-cuda"),
    "torch-cpu": ("torch-cpu",),
}
"""By device, the backends in order of preference."""
