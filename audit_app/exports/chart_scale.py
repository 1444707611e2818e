"""The arithmetic every drawn chart shares: a range for all values, round ticks, labels that do not touch."""

from math import ceil, floor, isfinite, log10

from .charts import Chart, Number


def finite(value: Number) -> float | None:
    """The value as a float; None for a gap and for what is no number."""
    return None if value is None or not isfinite(value) else float(value)


def heights(chart: Chart) -> list[float]:
    """Every height the chart must have room for: values (stacks added up), targets and limits."""
    columns = [[finite(one.values[i]) for one in chart.series] for i in range(len(chart.labels))]
    if chart.kind == "stacked":
        found = [part for column in columns for part in _stack_ends([v or 0.0 for v in column])]
    else:
        found = [value for column in columns for value in column if value is not None]
    found += [value for value in map(finite, chart.targets) if value is not None]
    if chart.limits:
        limits = (*chart.limits.lower, *chart.limits.centre, *chart.limits.upper)
        found += [value for value in map(finite, limits) if value is not None]
    return found


def _stack_ends(column: list[float]) -> tuple[float, float]:
    return sum(v for v in column if v < 0), sum(v for v in column if v > 0)


def ticks(chart: Chart, wanted: int = 5) -> list[float]:
    """Round numbers around all values; bars, and lines that come near it, start at zero."""
    found = heights(chart) or [0.0, 1.0]
    low, high = min(found), max(found)
    if chart.kind != "line" or 0 <= low < high * 0.5:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-6 * max(1.0, abs(low), abs(high)):  # All alike: a span that rounding could not show.
        low, high = (low, low + 1) if abs(low) < 1e-6 else (low - abs(low) * 0.1, high + abs(high) * 0.1)
    step = nice_step((high - low) / wanted)
    if chart.decimals == 0 and step != int(step):  # What is counted has no halves.
        step = 1.0 if step < 1 else step * 2
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def nice_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is not below `rough`."""
    power = 10.0 ** floor(log10(rough))
    return next(unit * power for unit in (1, 2, 2.5, 5, 10) if unit * power >= rough * 0.9999)


def tick_decimals(marks: list[float]) -> int:
    """Digits after the point that tell neighbouring ticks apart, at most six."""
    return next((digits for digits in range(6) if all(round(mark, digits) == mark for mark in marks)), 6)


def label_step(widest: float, slot: float, gap: float = 7.0) -> int:
    """Write every n-th label so that the widest does not touch its neighbour; months like 2, 3, 4, 6, 12."""
    least = max(1, ceil((widest + gap) / slot)) if slot > 0 else 1
    return next((n for n in (1, 2, 3, 4, 6, 12, 24, 36, 60, 120) if n >= least), least)


def runs(values: tuple[Number, ...]) -> list[list[tuple[int, float]]]:
    """Stretches of neighbouring values: a gap ends one, so that nothing is drawn across it."""
    found: list[list[tuple[int, float]]] = [[]]
    for index, raw in enumerate(values):
        value = finite(raw)
        if value is not None:
            found[-1].append((index, value))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]
