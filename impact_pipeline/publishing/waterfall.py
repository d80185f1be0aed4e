"""A waterfall chart as a self-contained SVG: no script, no font, no file beside it. Labels are French."""

from html import escape

from impact_pipeline.publishing.changes import Waterfall

WIDTH, ROW, TOP, LABELS, VALUES = 900, 34, 76, 260, 120
#: Rise, fall and figure: apart in lightness too, so they stay apart in grey and for colour-blind readers.
_COLOURS = {"figure": "#33475b", "rise": "#c8553d", "fall": "#4f9d8f", "none": "#999999"}
_TEXT = 'font-family="Arial, Helvetica, sans-serif"'


def waterfall_svg(change: Waterfall) -> str:
    """The figure, the nine effects one below the other, the figure; rises red, falls green, each with its sign.

    An effect of 0 is a grey mark; what is not known has no bar and a dash.
    """
    steps = change.steps()
    ends = [end for _, _, *bar in steps for end in bar]
    lowest, highest = min(0.0, *ends), max(0.0, *ends)
    scale = (WIDTH - LABELS - VALUES) / ((highest - lowest) or 1.0)
    height = TOP + ROW * len(steps) + 24

    def x(value: float) -> float:
        return LABELS + (value - lowest) * scale

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(change.title)}</title>',
        f'<desc id="description">{escape(_sentence(change))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="30" {_TEXT} font-size="17" font-weight="bold" fill="#222222">'
        f"{escape(change.short_title)}</text>",
        f'<text x="16" y="52" {_TEXT} font-size="13" fill="#555555">{escape(_below(change))}</text>',
        f'<line x1="{x(0):.1f}" y1="{TOP - 6}" x2="{x(0):.1f}" y2="{height - 18}" stroke="#999999"/>',
    ]
    for place, (label, value, start, end) in enumerate(steps):
        y = TOP + place * ROW
        is_figure = place in (0, len(steps) - 1)
        kind = "figure" if is_figure else "rise" if end > start else "fall" if end < start else "none"
        left, right = sorted((x(start), x(end)))
        weight = ' font-weight="bold"' if is_figure else ""
        parts += [
            f'<text x="{LABELS - 12}" y="{y + 19}" {_TEXT} font-size="13" text-anchor="end"{weight} fill="#222222">'
            f"{escape(label)}</text>",
            # what is not known has no bar, not one of 0
            f'<rect x="{left:.1f}" y="{y + 4}" width="{max(right - left, 1):.1f}" height="{ROW - 12}"'
            f' fill="{_COLOURS[kind]}"/>'
            if value is not None
            else "",
            f'<text x="{right + 6:.1f}" y="{y + 19}" {_TEXT} font-size="13"{weight} fill="#222222">'
            f"{escape(change.shown(value, signed=not is_figure))}</text>",
        ]
        if place < len(steps) - 1 and value is not None:
            # where the next bar starts, and where the last figure ends
            parts.append(
                f'<line x1="{x(end):.1f}" y1="{y + 4}" x2="{x(end):.1f}" y2="{y + ROW + 4}" stroke="#999999"'
                ' stroke-dasharray="2 2"/>'
            )
    return "\n".join([*filter(None, parts), "</svg>", ""])


def _below(change: Waterfall) -> str:
    """Second line: whose, unit, and that the parts are the whole."""
    is_known = change.from_value is not None or change.to_value is not None
    told = "les effets s'additionnent exactement" if is_known else "rien n'est couvert à ces dates"
    return f"{change.whose[0].upper()}{change.whose[1:]} ; en {change.unit} ; {told}"


def _sentence(change: Waterfall) -> str:
    """The chart read aloud."""
    told = [
        f"{label} {change.shown(value, signed=0 < place < 10)}"
        for place, (label, value, *_) in enumerate(change.steps())
    ]
    return f"{'; '.join(told)} ({change.unit})."
