"""A device that computes as the CPU does and, like CUDA, refuses tensors of another device and products of integers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAME = "lazy"
"""The device by whose name torch knows it; there is none of that name in a usual build, so that it cannot help out."""
PRODUCTS = frozenset({"mm", "bmm", "addmm", "baddbmm", "mv", "addmv", "dot"})
"""Operations that CUDA has for floating-point numbers only."""


@contextmanager
def switched_on() -> Iterator[None]:
    """Tensors that ask for the device go there. Inference mode, which knows no stand-ins, only leaves gradients out."""
    with mock.patch.object(torch, "inference_mode", torch.no_grad), Device():
        yield


class Away(torch.Tensor):
    """A tensor on the device; `held` is where its numbers are."""

    @staticmethod
    def __new__(cls, held):
        layout = {"strides": held.stride(), "storage_offset": held.storage_offset(), "dtype": held.dtype}
        made = torch.Tensor._make_wrapper_subclass(cls, held.shape, device=NAME, **layout)
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        raise AssertionError(f"{operation} before the device was switched on")


class Device(TorchDispatchMode):
    """While it is on, tensors that ask for the device are `Away`."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        kwargs = {key: value for key, value in (kwargs or {}).items() if key != "pin_memory"}
        name = operation.overloadpacket.__name__
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)]
        away, target = [one for one in given if isinstance(one, Away)], kwargs.get("device")
        if target is not None:
            kwargs["device"] = torch.device("cpu")
        elif away and name != "copy_" and any(one.dim() and not isinstance(one, Away) for one in given):
            raise RuntimeError(f"{operation} mixes the device with the CPU")
        if away and name in PRODUCTS and not given[0].is_floating_point():
            raise RuntimeError(f"{operation} of integers")
        found = operation(*tree_map(_held, args), **tree_map(_held, kwargs))
        for one in given if target is None else ():
            if found is _held(one):
                return one
        stays = bool(away) if target is None else str(target) == NAME
        return tree_map(_away, found) if stays else found


def _held(value):
    return value.held if isinstance(value, Away) else value


def _away(value):
    return Away(value) if isinstance(value, torch.Tensor) else value
