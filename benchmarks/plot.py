"""Plots as SVG: bars and lines. Values in, text out."""

import math
from collections.abc import Callable, Sequence
from html import escape

WIDTH, MARGIN, ROW, LABELS = 800, 56, 26, 340
COLOURS = ("#2563eb", "#dc2626", "#059669", "#9333ea")
OURS, OTHERS = "#2563eb", "#9ca3af"


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """One bar for each label, on a logarithmic scale: the peers differ by a hundred times."""
    least = min((value for _label, value in values if value > 0), default=1)
    most = max((value for _label, value in values), default=1)
    low, high = math.log10(least / 2), math.log10(max(most, least * 2))
    parts = []
    for number, (label, value) in enumerate(values):
        y = 44 + number * ROW
        share = (math.log10(max(value, least / 2)) - low) / (high - low)
        width = max(2, share * (WIDTH - LABELS - 80))
        fill = OURS if label.startswith("this project") else OTHERS
        parts.append(
            f'<text x="{LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="18" fill="{fill}"/>'
            f'<text x="{LABELS + width + 6:.1f}" y="{y + 14}">{value:,.2f}</text>'
        )
    return _page(f"{title} (logarithmic)", 60 + len(values) * ROW, parts)


Series = Sequence[tuple[str, Sequence[tuple[float, float]]]]


def lines(title: str, unit: str, series: Series) -> str:
    """Lines over a logarithmic x; y begins at 0."""
    return _lines(title, unit, series, math.log10)


def timeline(title: str, unit: str, series: Series) -> str:
    """Lines over an even x; y begins at 0."""
    return _lines(title, unit, series, float)


def _lines(title: str, unit: str, series: Series, scale: Callable[[float], float]) -> str:
    points = [point for _name, line in series for point in line]
    left, right = (scale(f(x for x, _y in points)) for f in (min, max))
    top, height = max(y for _x, y in points) or 1, 320
    floor = height - MARGIN

    def at(x: float, y: float) -> tuple[float, float]:
        share = (scale(x) - left) / (right - left) if right > left else 0.5
        return MARGIN + share * (WIDTH - 3 * MARGIN), floor - (floor - MARGIN) * y / top

    parts = [f'<path d="M{MARGIN} {MARGIN}V{floor}H{WIDTH - MARGIN}" fill="none" stroke="#666"/>']
    for x in sorted({x for x, _y in points}):
        parts.append(
            f'<text x="{at(x, 0)[0]:.0f}" y="{floor + 18}" text-anchor="middle">{x:g}</text>'
        )
    for y in (0, top / 2, top):
        height_of = at(points[0][0], y)[1]
        parts.append(f'<text x="{MARGIN - 6}" y="{height_of:.0f}" text-anchor="end">{y:.3g}</text>')
    for (name, line), colour in zip(series, COLOURS, strict=False):
        path = " ".join(_point(*at(x, y)) for x, y in line)
        x, y = at(*line[-1])
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{at(*one)[0]:.1f}" cy="{at(*one)[1]:.1f}" r="3" fill="{colour}"/>'
            for one in line
        ]
        parts.append(f'<text x="{x + 8:.0f}" y="{y + 4:.0f}" fill="{colour}">{escape(name)}</text>')
    parts.append(
        f'<text x="{WIDTH / 2:.0f}" y="{height - 14}" text-anchor="middle">{escape(unit)}</text>'
    )
    return _page(title, height, parts)


def _point(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"


def _page(title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="16" y="26" font-size="15">{escape(title)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
