"""What every network has, whatever the framework: parameters and Adam's moments."""

import numpy as np


class Parameters:
    """Parameters, an Adam for each player, and both as a checkpoint holds them.

    A player is a prefix of parameters' names; most models have one, with an empty
    prefix.  A framework's room derives its Network from this class, with its
    ACTIVATIONS and its Adam, and says what a variable is and how to read and write it.
    """

    activations = {}  # name: function
    Adam = None  # a class with the arrays or variables `step`, `m` and `v`
    releases_gil = True  # other Python threads run during a step

    def __init__(self, parameters, settings, beta_1=0.9, beta_2=0.999, players=("",)):
        self.settings = settings
        self.activation = self.activations[settings.activation]
        self.parameters = {n: self.variable(p, n) for n, p in parameters.items()}
        self.adams = {
            player: self.Adam(self.parameters_of(player), beta_1, beta_2)
            for player in players
        }
        self.adam = self.adams[players[0]]  # of a network that has one

    def parameters_of(self, player):
        """What one player trains.  -> {name: variable}"""
        return {n: p for n, p in self.parameters.items() if n.startswith(player)}

    def compile(self, quiet):
        """Compile what training calls, where that takes long, before it is timed."""

    def read(self, variable):
        """A copy of its array."""
        return np.array(variable)

    def state(self):
        """All that training changes, under its name in a checkpoint.  -> name: array

        Arrays are float32, but for each Adam's `adam_step`, a scalar of int64.
        """
        return {name: self.read(v) for name, v in self._variables().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, variable in self._variables().items():
            self.write(variable, state[name])

    def __reduce__(self):
        """A pickle holds arrays: a framework's variables and functions have none."""
        state = self.state()
        parameters = {name: state[name] for name in self.parameters}
        return type(self), (parameters, self.settings), state

    __setstate__ = load_state

    def _variables(self):
        """Every variable under its name in a checkpoint."""
        variables = dict(self.parameters)
        for player, adam in self.adams.items():
            variables[f"adam_step_{player}".rstrip("_")] = adam.step
            for name in self.parameters_of(player):
                variables[f"adam_m_{name}"] = adam.m[name]
                variables[f"adam_v_{name}"] = adam.v[name]
        return variables
