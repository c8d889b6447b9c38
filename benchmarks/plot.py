"""A plot of the benchmark as SVG: latency against the number of sockets. Values in, text out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.fanout import Round

WIDTH, HEIGHT, MARGIN = 640, 360, 56
BLUE, RED = "#2563eb", "#dc2626"


def svg(rounds: list["Round"]) -> str:
    """Two lines, p50 and p99 in milliseconds; the rounds stand at equal distances."""
    top = max(one.p99_ms for one in rounds) or 1
    parts = [_axes(rounds, top)]
    parts.append(_line(rounds, top, lambda one: one.p50_ms, BLUE, "p50"))
    parts.append(_line(rounds, top, lambda one: one.p99_ms, RED, "p99"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{MARGIN}" y="24" font-size="15">From a request that posts to each socket,'
        " in ms, by number of sockets</text>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _x(number: int, count: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (number / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / top


def _axes(rounds: list["Round"], top: float) -> str:
    floor, right = HEIGHT - MARGIN, WIDTH - MARGIN
    parts = [f'<path d="M{MARGIN} {MARGIN}V{floor}H{right}" fill="none" stroke="#666"/>']
    for value in (0, top / 2, top):
        y = _y(value, top)
        parts.append(f'<text x="{MARGIN - 8}" y="{y:.0f}" text-anchor="end">{value:.0f}</text>')
    for number, one in enumerate(rounds):
        x = _x(number, len(rounds))
        parts.append(
            f'<text x="{x:.0f}" y="{floor + 22}" text-anchor="middle">{one.sockets}</text>'
        )
    return "\n".join(parts)


def _line(
    rounds: list["Round"], top: float, value: Callable[["Round"], float], colour: str, name: str
) -> str:
    points = [(_x(number, len(rounds)), _y(value(one), top)) for number, one in enumerate(rounds)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>\n'
        f'<text x="{x + 8:.0f}" y="{y + 4:.0f}" fill="{colour}">{name}</text>'
    )
