"""Programs that train the same VAE: ours, and what others would write.

Each is a process of its own, `python -m experiments.benchmarks.contenders.NAME`, and
does the same job: weights, learning rates and batch order as ours, pixels drawn anew
every epoch, Adam.  PyTorch and JAX are used where they are installed, and are never
required.
"""
