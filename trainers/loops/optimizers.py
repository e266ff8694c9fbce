"""Optimizers by name, and their state as plain tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer, RMSprop

from gan_audit.errors import InputError
from trainers.presets import Preset

Build = Callable[[Iterable[nn.Parameter], float, tuple[float, float]], Optimizer]
OPTIMIZERS: Mapping[str, Build] = {
    "adam": lambda parameters, rate, betas: Adam(parameters, lr=rate, betas=betas, eps=1e-8),
    "rmsprop": lambda parameters, rate, betas: RMSprop(parameters, lr=rate, alpha=betas[1]),
}
"""Name to (parameters, learning rate, decays of the two moments) -> optimizer."""


def optimizer_for(module: nn.Module, preset: Preset, rate: float) -> Optimizer:
    """The preset's optimizer over the module's parameters that are trained."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return OPTIMIZERS[preset.optimizer](parameters, rate, preset.betas)


def tensors_of(optimizers: Mapping[str, Optimizer]) -> dict[str, Tensor]:
    """`optimizer/parameter number/name` to tensor; learning rates and the like are in the configuration."""
    return {
        f"{name}/{number}/{key}": value
        for name, optimizer in optimizers.items()
        for number, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore(optimizers: Mapping[str, Optimizer], tensors: Mapping[str, Tensor]) -> None:
    """The inverse of tensors_of; InputError where the tensors are of other optimizers."""
    states: dict[str, dict[int, dict[str, Tensor]]] = {name: {} for name in optimizers}
    for place, value in tensors.items():
        name, number, key = place.split("/")
        if name not in states:
            raise InputError(f"The checkpoint holds an optimizer {name!r} that this run has not. Train again.")
        states[name].setdefault(int(number), {})[key] = value
    for name, optimizer in optimizers.items():
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": states[name], "param_groups": groups})


def step(optimizer: Optimizer, loss: Tensor) -> None:
    """One step down the gradient of `loss`, for this optimizer's parameters alone."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
