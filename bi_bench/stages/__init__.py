"""The kinds of stages, a module each, which a worker runs: folders in, folder out."""
