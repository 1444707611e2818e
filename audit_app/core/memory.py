"""How often Python looks for garbage in a process that serves for days."""

import gc


def settle() -> None:
    """To be called once, when a server or a worker has been built and before it serves.

    What exists now (modules, tables, routes, templates) stays until the end, so it is never looked at again;
    what comes later is looked through after every 50,000 new objects, not after 700. Compiling a pack makes
    millions of small values that stay: with Python's own settings a fifth of its time went into looking for
    circles among them (docs/figures.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
