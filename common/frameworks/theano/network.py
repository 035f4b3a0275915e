"""What every network in Theano has: shared variables, Adam, and their names."""

import sys

import theano
from tqdm import tqdm

from common.frameworks.theano import check, without_compiler
from common.frameworks.theano.adam import Adam

COMPILING = "Theano compiles four functions: half a minute at first, then some seconds"


class Network:
    """Parameters as variables, Adam's moments, and both as a checkpoint holds them.

    Each player, a prefix of parameters' names, has an Adam of its own.
    """

    lets_threads_work = False  # no other Python thread gets on while a step runs

    def __init__(self, parameters, activation, beta_1=0.9, beta_2=0.999, players=("",)):
        check()
        self.activation = activation
        self.parameters = {
            name: theano.shared(value, name=name) for name, value in parameters.items()
        }
        self.adams = {
            player: Adam(self.parameters_of(player), beta_1, beta_2)
            for player in players
        }

    @property
    def adam(self):
        """The optimizer of a network that has one."""
        (adam,) = self.adams.values()
        return adam

    def parameters_of(self, player):
        """What one player trains.  -> {name: variable}"""
        return {n: p for n, p in self.parameters.items() if n.startswith(player)}

    def compiled(self):
        """What training calls, compiled one by one, so that a progress bar can tell."""
        yield self._train
        yield self._evaluate
        yield self._encode
        yield self._decode

    def get_ready(self, quiet):
        """Compile what training calls, with a progress bar; if quiet, not yet."""
        note = without_compiler()
        if note:
            print(note, file=sys.stderr)
        elif not quiet:
            print(COMPILING, flush=True)
        if not quiet:
            bar = {"desc": "compiling", "total": 4, "leave": False, "disable": None}
            for _ in tqdm(self.compiled(), **bar):
                pass

    def state(self):
        """All that training changes: parameters and Adam's moments.  name -> array"""
        return {name: value.get_value() for name, value in self._variables().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, variable in self._variables().items():
            variable.set_value(state[name])

    def _variables(self):
        """Every variable under its name in a checkpoint."""
        variables = dict(self.parameters)
        for player, adam in self.adams.items():
            variables[f"adam_step_{player}".rstrip("_")] = adam.step
            for name in self.parameters_of(player):
                variables[f"adam_m_{name}"] = adam.m[name]
                variables[f"adam_v_{name}"] = adam.v[name]
        return variables
