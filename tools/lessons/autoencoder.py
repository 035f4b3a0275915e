"""What a page says of the autoencoder's functions: formulas."""

NETWORKS = {  # that the explorer computes: their layers, the last one, its activation
    "decode": ("decoder", "W_logits", "sigmoid"),
    "encode": ("encoder", "W_z", None),  # that of the hidden layers
}
FORMULAS = {  # of the functions in model.py, and of the Network's methods
    "hidden_layers": r"h_{k} = a(h_{k-1} W_{k} + b_{k}), \quad a = "
    r"\text{relu or tanh}",
    "encode": r"z = a(h W_z + b_z)",
    "decode": r"\ell = h W_\ell + b_\ell",
    "log_likelihood": r"\log\,p(x|z) = "
    r"\sum_{i} \big(x_i \ell_i - \log(1 + e^{\ell_i})\big)",
}
