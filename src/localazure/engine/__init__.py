"""The engine: base images, customizers, disks and machines, for real, on one Linux machine.

`engine.Engine` is all that the rest of the local cloud sees. Everything else is arranged so that each kind of thing
is one file: a base family in `bases/`, a customizer in `customizers/`, a validator in `validators/`; and so that two
things happen in one place only: `process` starts programs, `undo` takes back what they left.
"""
