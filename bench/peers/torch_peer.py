"""The models in eager PyTorch; images in the channels_last memory format."""

from __future__ import annotations

import rows
import torch
from peer import Peer
from torch import nn
from torch.nn import functional

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "selu": nn.SELU}


class Flatten(nn.Module):
    """tf.keras's order: rows, columns, channels, as they lie in memory."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def channels_second(x):
    """Images as torch has them; they stay where they are in memory."""
    return x.permute(0, 3, 1, 2) if x.ndim == 4 else x


def module_of(layer, n):
    """The layer's modules for n channels; its activation is the second."""
    if isinstance(layer, rows.Dense):
        return [
            nn.Linear(n, layer.units),
            *([ACTIVATIONS[layer.activation]()] if layer.activation in ACTIVATIONS else []),
        ]
    if isinstance(layer, rows.Conv2D):
        return [nn.Conv2d(n, layer.filters, 3, padding=layer.padding), nn.ReLU(inplace=True)]
    if isinstance(layer, rows.BatchNormalization):
        return [nn.BatchNorm1d(n, layer.epsilon, 1 - layer.momentum)]
    if isinstance(layer, rows.AlphaDropout | rows.Dropout):
        return [getattr(nn, type(layer).__name__)(layer.rate)]
    return [nn.MaxPool2d(2) if isinstance(layer, rows.MaxPooling2D) else Flatten()]


class Torch(Peer):
    """A loop over zero_grad, forward, backward and the optimizer's fused step."""

    version = torch.__version__

    def __init__(self, n_threads):
        torch.set_num_threads(n_threads)

    def build(self):
        modules, self.penalized = [], []
        for layer, shape in zip(self.row.layers, rows.shapes(self.row), strict=False):
            made = module_of(layer, shape[-1])
            if getattr(layer, "l2", 0):
                self.penalized.append((layer.l2, made[0].weight))
            modules += made  # a softmax is in the loss
        self.model = nn.Sequential(*modules).to(memory_format=torch.channels_last)
        self.restart(rows.weights(self.row))
        self.tensors = torch.from_numpy(self.x), torch.from_numpy(self.y).long()

    def restart(self, weights):
        arrays = map(torch.from_numpy, weights)
        for module in self.model:
            if isinstance(module, nn.Linear | nn.Conv2d):
                kernel = next(arrays)
                module.weight.data.copy_(kernel.T if kernel.ndim == 2 else kernel.permute(3, 2, 0, 1))
                module.bias.data.copy_(next(arrays))
            elif isinstance(module, nn.BatchNorm1d):
                for target in (module.weight.data, module.bias.data, module.running_mean, module.running_var):
                    target.copy_(next(arrays))
        if self.row.optimizer == "adam":
            self.optimizer = torch.optim.Adam(self.model.parameters(), 0.001, eps=1e-7, fused=True)
        else:
            self.optimizer = torch.optim.SGD(self.model.parameters(), 0.01, fused=True)

    def epoch(self, x, y, order):
        """Mean loss and accuracy."""
        self.model.train()
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for at in order.split(self.row.batch):
            xb, yb = channels_second(x[at]), y[at]
            self.optimizer.zero_grad()
            logits = self.model(xb)
            loss = functional.cross_entropy(logits, yb)
            for factor, kernel in self.penalized:
                loss = loss + factor * kernel.square().sum()
            loss.backward()
            self.optimizer.step()
            with torch.no_grad():
                total += loss * len(at)
                right += (logits.argmax(dim=1) == yb).sum()
        return total.item() / len(order), right.item() / len(order)

    def unshuffled(self, x, y):
        return self.epoch(torch.from_numpy(x), torch.from_numpy(y).long(), torch.arange(len(x)))

    def epochs(self, n):
        seconds = []
        for _ in range(n):
            start = self.clock()
            self.epoch(*self.tensors, torch.randperm(len(self.x)))
            seconds.append(self.clock() - start)
        return seconds

    def one_row(self):
        model, x, tensor = self.model.eval(), self.x, self.tensors[0]  # `epoch` sets it to training again

        @torch.inference_mode()
        def predict():
            return functional.softmax(model(channels_second(torch.from_numpy(x[:1]))), dim=1).numpy()

        @torch.inference_mode()
        def call():
            return functional.softmax(model(channels_second(tensor[:1])), dim=1)

        return {"predict(x[:1])": predict, "model(x[:1])": call}
