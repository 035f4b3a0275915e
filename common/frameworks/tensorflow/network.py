"""What every network in TensorFlow has: variables, Adam, and their names."""

import keras
import numpy as np
import tensorflow as tf

from common import batches


class Network:
    """Parameters as variables, Adam's moments, and both as a checkpoint holds them.

    Each player, a prefix of parameters' names, has an Adam of its own.
    """

    lets_threads_work = True  # other Python threads get on while a step runs

    def __init__(self, parameters, activation, beta_1=0.9, beta_2=0.999, players=("",)):
        self.activation = activation
        self.parameters = {
            name: tf.Variable(value, name=name) for name, value in parameters.items()
        }
        self.adams = {}
        for player in players:
            self.adams[player] = keras.optimizers.Adam(beta_1=beta_1, beta_2=beta_2)
            self.adams[player].build(list(self.parameters_of(player).values()))

    @property
    def adam(self):
        """The optimizer of a network that has one."""
        (adam,) = self.adams.values()
        return adam

    def parameters_of(self, player):
        """What one player trains.  -> {name: variable}"""
        return {n: p for n, p in self.parameters.items() if n.startswith(player)}

    def get_ready(self, quiet):
        """Nothing takes long: XLA compiles at the first step."""

    def state(self):
        """All that training changes: parameters and Adam's moments.  name -> array"""
        return {name: np.array(value) for name, value in self._variables().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, variable in self._variables().items():
            variable.assign(state[name])

    def _variables(self):
        """Every variable under its name in a checkpoint."""
        variables = dict(self.parameters)
        for player, adam in self.adams.items():
            variables[f"adam_step_{player}".rstrip("_")] = adam.iterations
            moments = adam.variables[2:]  # after the step and the learning rate
            names = self.parameters_of(player)
            for name, m, v in zip(names, moments[::2], moments[1::2], strict=True):
                variables |= {f"adam_m_{name}": m, f"adam_v_{name}": v}
        return variables


def padded(*arrays):
    """Add empty steps up to CHUNK: one shape for all, compiled once.  (S, ...)"""
    steps = batches.CHUNK - len(arrays[0])
    return [np.pad(a, [(0, steps)] + [(0, 0)] * (a.ndim - 1)) for a in arrays]
