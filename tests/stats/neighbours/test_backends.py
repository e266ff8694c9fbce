"""Which library searches on which machine, and that the GPU agrees with the CPU where there is one."""

import numpy as np
import pytest

from gan_audit.errors import UsageError
from gan_audit.stats.neighbours.backends import BACKENDS, Backend, choose
from gan_audit.stats.neighbours.search import nearest

GPU = BACKENDS["faiss-gpu"].usable() or BACKENDS["torch-cuda"].usable()


@pytest.mark.parametrize(
    ("device", "there", "expected"),
    [
        ("auto", {"faiss-gpu", "torch-cuda"}, "faiss-gpu"),
        ("auto", {"torch-cuda"}, "torch-cuda"),
        ("auto", set(), "faiss-cpu"),
        ("cuda", {"torch-cuda"}, "torch-cuda"),
        ("cuda", {"faiss-gpu", "torch-cuda"}, "faiss-gpu"),
        ("cpu", {"faiss-gpu", "torch-cuda"}, "faiss-cpu"),
    ],
)
def test_a_gpu_is_taken_where_asked_for_and_faiss_before_torch(device, there, expected, monkeypatch):
    for name in ("faiss-gpu", "torch-cuda"):
        monkeypatch.setitem(BACKENDS, name, Backend(BACKENDS[name].index, lambda name=name: name in there))
    assert choose(device) == expected


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_a_device_that_is_not_there_is_refused(device, monkeypatch):
    for name in ("faiss-gpu", "torch-cuda"):
        monkeypatch.setitem(BACKENDS, name, Backend(BACKENDS[name].index, lambda: False))
    with pytest.raises(UsageError, match=f"got {device}. Use auto or cpu"):
        nearest(np.ones((2, 2)), np.ones((2, 2)), device=device)


@pytest.mark.parametrize("name", [name for name in BACKENDS if BACKENDS[name].usable()])
def test_every_backend_of_this_machine_returns_the_nearest_in_order(name):
    rng = np.random.default_rng(0)
    base, queries = rng.normal(size=(500, 40)).astype(np.float32), rng.normal(size=(60, 40)).astype(np.float32)
    found = BACKENDS[name].index(base)(queries, 20)
    exact = np.square(queries[:, None].astype(float) - base[None]).sum(axis=2)
    assert (found.row == np.argsort(exact, axis=1)[:, :20]).all()
    np.testing.assert_allclose(found.squared, np.sort(exact, axis=1)[:, :20], rtol=1e-4)


@pytest.mark.skipif(not GPU, reason="no GPU that faiss or torch can use")
@pytest.mark.parametrize("k", [5, 3000])
def test_the_gpu_gives_the_same_as_the_cpu(k):
    rng = np.random.default_rng(1)
    base = np.round(rng.normal(10, 1, size=(5000, 64)), 2)
    queries = np.concatenate([base[:200], base[200:400] + 1e-6])
    cpu, gpu = (nearest(queries, base, k, device=device) for device in ("cpu", "cuda"))
    np.testing.assert_array_equal(gpu.index, cpu.index)
    np.testing.assert_array_equal(gpu.distance, cpu.distance)
