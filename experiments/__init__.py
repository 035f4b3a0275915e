"""Settings for `train --config`, their results, and programs that answer a question."""
