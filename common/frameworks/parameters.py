"""What every network has, whatever the framework: parameters and Adam's moments."""

import numpy as np

EPSILON = 1e-7  # Adam's, as in Keras: the "epsilon hat" of Kingma & Ba 2015
TINY = 1e-30  # of a moment: far below epsilon, so no step is seen to change
UNSEEN = "epochs", "learning_rate", "random_state"  # settings, by what is compiled


class Parameters:
    """Parameters, an Adam for each player, and both as a checkpoint holds them.

    A player is a prefix of parameters' names; most models have one, with an empty
    prefix.  A framework's room derives its Network from this class, with its
    activations and its Adam, and says what a variable is, how to read it and how to
    give it another array.
    """

    activations = {}  # name: function
    Adam = None  # a class with the arrays or variables `step`, `m` and `v`
    parallel = "threads"  # what runs beside a step; or "processes", or None

    def __init__(self, parameters, settings, beta_1=0.9, beta_2=0.999, players=("",)):
        self.settings = settings
        seen = {n: v for n, v in settings.parameters().items() if n not in UNSEEN}
        self.kind = *seen.items(), *(array.shape for array in parameters.values())
        self.activation = self.activations[settings.activation]
        self.parameters = {n: self.variable(p, n) for n, p in parameters.items()}
        self.adams = {
            player: self.Adam(self.parameters_of(player), beta_1, beta_2)
            for player in players
        }

    @property
    def adam(self):
        """Of a network that has one."""
        return next(iter(self.adams.values()))

    def parameters_of(self, player):
        """What one player trains.  -> {name: variable}"""
        return {n: p for n, p in self.parameters.items() if n.startswith(player)}

    def compile(self, quiet):
        """Compile what training calls, where that takes long, before it is timed."""

    def read(self, variable):
        """A copy of its array."""
        return np.array(variable)

    def renewed(self, variable, array):
        """A variable with another array: a new one, where it cannot be changed."""
        return self.variable(array)

    def state(self):
        """All that training changes, under its name in a checkpoint.  -> name: array

        Arrays are float32, but for each Adam's `adam_step`, a scalar of int64.
        """
        return {name: self.read(d[key]) for name, (d, key) in self._places().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, (variables, key) in self._places().items():
            variables[key] = self.renewed(variables[key], state[name])

    def __reduce__(self):
        """A pickle holds arrays: a framework's variables and functions have none."""
        state = self.state()
        parameters = {name: state[name] for name in self.parameters}
        return type(self), (parameters, self.settings), state

    __setstate__ = load_state

    def _places(self):
        """Where each variable is, under its name in a checkpoint.  -> (dict, key)"""
        places = {name: (self.parameters, name) for name in self.parameters}
        for player, adam in self.adams.items():
            places[f"adam_step_{player}".rstrip("_")] = vars(adam), "step"
            for name in self.parameters_of(player):
                places[f"adam_m_{name}"] = adam.m, name
                places[f"adam_v_{name}"] = adam.v, name
        return places
