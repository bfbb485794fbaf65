#!/usr/bin/python3
"""Draws the figures of `ci/run bench` as SVG: `plot.py FOLDER [OUT]`, FOLDER with the runs' JSON, OUT (FOLDER) for the SVG.

update.svg: CPU time of each kind of update at each depth, p50 with p90 and p99 as a whisker, and the floor.
cm.svg: CPU time of an order by the number of concurrent RAs, against one RA's.
readers.svg: APDU/s of 1 to 16 readers together, our cards and null cards.
"""
import html
import json
import os
import sys

WIDTH, ROW, LEFT, RIGHT = 860, 26, 300, 70
STYLE = "font-family='sans-serif' font-size='13'"


def quantile(values, part):
    return sorted(values)[round(part * (len(values) - 1))]


def text(x, y, content, anchor="start", weight="normal"):
    return f"<text x='{x:.0f}' y='{y:.0f}' text-anchor='{anchor}' font-weight='{weight}'>{html.escape(content)}</text>"


def bars(title, unit, rows):
    """A horizontal bar for each (name, p50, p90, p99)."""
    most = max(row[3] for row in rows) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    height = 50 + ROW * len(rows)
    out = [f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' {STYLE}>",
           "<rect width='100%' height='100%' fill='white'/>", text(10, 24, title, weight="bold")]
    for i, (name, p50, p90, p99) in enumerate(rows):
        y = 40 + ROW * i
        colour = "#b9770e" if name.endswith("floor") else "#2471a3"
        out.append(text(LEFT - 8, y + 15, name, "end"))
        out.append(f"<rect x='{LEFT}' y='{y + 3}' width='{p50 * scale:.1f}' height='{ROW - 8}' fill='{colour}'/>")
        middle = y + ROW / 2 - 1
        out.append(f"<path d='M{LEFT + p50 * scale:.1f} {middle}H{LEFT + p99 * scale:.1f}' stroke='#333'/>")
        for value in (p90, p99):
            out.append(f"<path d='M{LEFT + value * scale:.1f} {middle - 5}v10' stroke='#333'/>")
        out.append(text(LEFT + p99 * scale + 5, y + 15, f"{p50:.3g} {unit}"))
    return "\n".join([*out, "</svg>\n"])


def load(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def update_rows(folder):
    rows = []
    for depth in ("inproc", "wire", "pcsc"):
        run = load(folder, f"update-{depth}.json")
        for name, values in (run or {"samples": {}})["samples"].items():
            if name.endswith(" cpu ms"):
                shown = name.removeprefix("update/").removesuffix(" cpu ms")
                rows.append((shown, *(quantile(values, part) for part in (0.5, 0.9, 0.99))))
    return rows


def cm_rows(folder):
    run = load(folder, "cm.json") or {}
    rows = []
    for kind in ("ec-p256", "rsa-2048"):
        for crowd, growth in sorted(run.get(kind, {}).get("growth", {}).items(), key=lambda pair: int(pair[0])):
            rows.append((f"{kind}, {crowd} RAs", growth, growth, growth))
    return rows


def reader_rows(folder):
    run = load(folder, "readers.json") or {"samples": {}}
    end = " APDU per s"
    return [(name.removeprefix("pcsc/").removesuffix(end), *(quantile(values, part) for part in (0.75, 0.9, 1)))
            for name, values in run["samples"].items() if name.endswith(end)]


def main():
    folder = sys.argv[1]
    out = sys.argv[2] if len(sys.argv) > 2 else folder
    for name, title, unit, rows in (
        ("update.svg", "CPU time of one update, all of it in one process: p50, whisker to p90 and p99", "ms", update_rows(folder)),
        ("cm.svg", "CPU time of an order at the CM host, one RA's = 1", "x", cm_rows(folder)),
        ("readers.svg", "APDU/s of all readers of one pcscd together: upper quartile, whisker to p90 and the most", "/s",
         reader_rows(folder)),
    ):
        if not rows:
            print(f"plot: nothing to draw for {name}", file=sys.stderr)
            continue
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(bars(title, unit, rows))


if __name__ == "__main__":
    main()
