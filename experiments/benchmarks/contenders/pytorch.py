"""The same job in PyTorch: a Python loop; CONTENDER=compile compiles the loss."""

import os

import torch
from torch.nn import functional as F

from experiments.benchmarks.contenders import job

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


class VAE(torch.nn.Module):
    """The network, with weights (inputs, outputs) as everywhere here."""

    def __init__(self, initial, activation):
        super().__init__()
        tensors = {n: torch.nn.Parameter(torch.tensor(a)) for n, a in initial.items()}
        self.p = torch.nn.ParameterDict(tensors)
        self.activation = ACTIVATIONS[activation]

    def hidden_layers(self, prefix, h):
        layer = 1
        while f"{prefix}_W{layer}" in self.p:
            W, b = self.p[f"{prefix}_W{layer}"], self.p[f"{prefix}_b{layer}"]
            h = self.activation(torch.addmm(b, h, W))
            layer += 1
        return h

    def encode(self, x):
        h = self.hidden_layers("encoder", x)
        mu = torch.addmm(self.p["b_mu"], h, self.p["W_mu"])
        return mu, torch.addmm(self.p["b_logvar"], h, self.p["W_logvar"])

    def decode(self, z):
        h = self.hidden_layers("decoder", z)
        return torch.addmm(self.p["b_logits"], h, self.p["W_logits"])

    def forward(self, x):
        """Minus the mean ELBO."""
        mu, logvar = self.encode(x)
        logits = self.decode(mu + torch.exp(0.5 * logvar) * torch.randn_like(mu))
        log_px_z = torch.sum(x * logits - F.softplus(logits), dim=1)
        kl = 0.5 * torch.sum(torch.exp(logvar) + mu**2 - 1 - logvar, dim=1)
        return torch.mean(kl - log_px_z)


class Trainer:
    """The module, PyTorch's fused Adam, and a loop over batches."""

    def __init__(self, s, pixels):
        torch.manual_seed(s.random_state)
        torch.set_flush_denormal(True)  # as XLA does; moments fall for ever
        self.s, self.pixels = s, pixels
        self.network = VAE(s.initial(pixels), s.activation)
        self.loss = self.network
        if os.environ.get("CONTENDER") == "compile":
            self.loss = torch.compile(self.network)
        betas, epsilon = (job.ADAM["beta_1"], job.ADAM["beta_2"]), job.ADAM["epsilon"]
        parameters = self.network.parameters()
        self.adam = torch.optim.Adam(parameters, 1e-3, betas, epsilon, fused=True)

    def epoch(self, number):
        x, rates = job.epoch_of(self.s, self.pixels, number)
        x = torch.from_numpy(x)
        for batch, rate in zip(x, rates.tolist(), strict=True):
            self.adam.param_groups[0]["lr"] = rate
            self.adam.zero_grad(set_to_none=True)
            self.loss(batch.float()).backward()
            self.adam.step()

    @torch.no_grad()
    def test_elbo(self, x):
        return -self.network(torch.from_numpy(x))

    @torch.no_grad()
    def encode(self, x):
        return self.network.encode(torch.from_numpy(x))[0].numpy()

    @torch.no_grad()
    def decode(self, z):
        return torch.sigmoid(self.network.decode(torch.from_numpy(z))).numpy()


if __name__ == "__main__":
    job.do(Trainer)
