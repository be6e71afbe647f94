"""The models in eager PyTorch."""

from __future__ import annotations

import rows
import torch
from peer import Peer
from torch import nn
from torch.nn import functional

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "selu": nn.SELU}


class Torch(Peer):
    """A loop over zero_grad, forward, backward and the optimizer's fused step."""

    version = torch.__version__

    def __init__(self, n_threads):
        torch.set_num_threads(n_threads)

    def build(self):
        modules, n, self.penalized = [], self.row.features, []
        for layer in self.row.layers:
            if isinstance(layer, rows.Dense):
                modules.append(nn.Linear(n, layer.units))
                if layer.l2:
                    self.penalized.append((layer.l2, modules[-1].weight))
                if layer.activation in ACTIVATIONS:  # a softmax is in the loss
                    modules.append(ACTIVATIONS[layer.activation]())
                n = layer.units
            elif isinstance(layer, rows.AlphaDropout):
                modules.append(nn.AlphaDropout(layer.rate))
            else:
                modules.append(nn.BatchNorm1d(n, layer.epsilon, 1 - layer.momentum))
        self.model = nn.Sequential(*modules)
        self.restart(rows.weights(self.row))
        self.tensors = torch.from_numpy(self.x), torch.from_numpy(self.y).long()

    def restart(self, weights):
        arrays = map(torch.from_numpy, weights)
        for module in self.model:
            if isinstance(module, nn.Linear):
                module.weight.data.copy_(next(arrays).T)
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
            xb, yb = x[at], y[at]
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
            return functional.softmax(model(torch.from_numpy(x[:1])), dim=1).numpy()

        @torch.inference_mode()
        def call():
            return functional.softmax(model(tensor[:1]), dim=1)

        return {"predict(x[:1])": predict, "model(x[:1])": call}
