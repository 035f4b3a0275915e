"""What a page says of the VAE's functions: formulas, inputs to try them on."""

import numpy as np

from common.models.vae import Settings
from tools import lessons

PIXELS, BATCH = 196, 8  # the fewer, the smaller what their sums are rounded to
DRAWS = 3  # of z for each image
STRUCTURES = (  # what the drawn networks have; their numbers are new each time
    {"hidden": (40,), "latent_dim": 5, "activation": "relu"},
    {
        "hidden": (30, 20),
        "latent_dim": 2,
        "activation": "tanh",
        "importance_samples": DRAWS,
    },
)

NETWORKS = {  # that the explorer computes: their layers, the last one, its activation
    "decode": ("decoder", "W_logits", "sigmoid"),
    "encode": ("encoder", "W_mu", "none"),
    "logvar": ("encoder", "W_logvar", "none"),
}
FORMULAS = {  # of the functions in model.py and bound.py, and of the Network's methods
    "hidden_layers": r"h_{k} = a(h_{k-1} W_{k} + b_{k}), \quad a = "
    r"\text{relu or tanh}",
    "encode": r"\mu = h W_\mu + b_\mu, \quad \log\,\sigma^2 = h W_\sigma + b_\sigma",
    "reparameterize": r"z = \mu + \sigma \odot \varepsilon, \quad "
    r"\varepsilon \sim \mathcal{N}(0, I)",
    "decode": r"\ell = h W_\ell + b_\ell",
    "log_likelihood": r"\log\,p(x|z) = "
    r"\sum_{i} \big(x_i \ell_i - \log(1 + e^{\ell_i})\big)",
    "kl_divergence": r"\text{KL} = \frac{1}{2} \sum_{j} "
    r"\big(\sigma_j^2 + \mu_j^2 - 1 - \log\,\sigma_j^2\big)",
    "elbo_parts": r"\log\,p(x|z), \quad \text{KL}(q(z|x) \,\|\, p(z))",
    "elbo": r"\text{ELBO} = \log\,p(x|z) - \text{KL}(q(z|x) \,\|\, p(z))",
    "log_weight": r"\log\,w = \log\,p(x|z) + \log\,p(z) - \log\,q(z|x), \quad "
    r"\log\,p(z) - \log\,q(z|x) = \frac{1}{2} "
    r"\sum_{j} \big(\varepsilon_j^2 + \log\,\sigma_j^2 - z_j^2\big)",
    "importance_weighted_bound": r"\log\,\frac{1}{K} \sum_{k} w_k \;\leq\; "
    r"\log\,p(x) \text{ on average}",
    "path_bound": r"\nabla_\phi \log\,w \;\to\; \frac{\partial \log\,w}{\partial z} \, "
    r"\nabla_\phi z",
    "doubly_reparameterized_bound": r"\nabla_\phi \;\to\; \sum_{k} \bar{w}_k^2 \, "
    r"\frac{\partial \log\,w_k}{\partial z_k} \, \nabla_\phi z_k, \quad "
    r"\bar{w}_k = w_k / \sum_{j} w_j",
    "Network._train": r"\theta \leftarrow \text{Adam}(\theta, \, "
    r"\nabla_\theta (-\text{bound}))",
}


def arguments(structure, rng):
    """Drawn values of everything that a function of model.py takes, by its name."""
    settings = Settings(**structure)
    parameters = lessons.drawn(settings, (BATCH, PIXELS), rng)
    code = BATCH, settings.latent_dim
    x = (rng.random((BATCH, PIXELS)) < 0.2).astype(np.float32)
    return {
        "settings": settings,  # of a network that is trained with them
        "parameters": parameters,
        "prefix": "encoder",
        "activation": settings.activation,
        "x": x,
        "h": x,
        "eps": rng.standard_normal((DRAWS, *code), np.float32),
        "share": np.full((DRAWS, *code), 1 / DRAWS, np.float32),
        "z": rng.standard_normal(code, np.float32),
        "mu": rng.standard_normal(code, np.float32),
        "logvar": rng.normal(-1, 1, code).astype(np.float32),
        "logits": 3 * rng.standard_normal(x.shape, np.float32),
    }
