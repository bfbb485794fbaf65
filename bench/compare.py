#!/usr/bin/python3
"""Tells whether two runs of the benchmarks differ: `compare.py BEFORE.json AFTER.json [--least PERCENT] [--only TEXT]`.

Each file has {"samples": {NAME: [numbers]}}. For each name in both: the Mann-Whitney U test (normal approximation, ties
corrected, Bonferroni over the names) says whether the difference can be chance; the ratio of the medians, with its 95 %
interval from 2,000 bootstrap resamples, says how large it is. A name counts as changed if chance is out (p < 0.01 over all)
and the whole interval lies further than --least percent (3) from 1. Exit status: 0 nothing changed, 1 something did, 2 no
comparison.
"""
import argparse
import json
import math
import random
import statistics
import sys

ALPHA = 0.01
RESAMPLES = 2000


def mann_whitney(a, b):
    """The two-sided p of 'a and b come from one distribution'."""
    both = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    rank_sum, ties, i = 0.0, 0.0, 0
    while i < len(both):
        j = i
        while j < len(both) and both[j][0] == both[i][0]:
            j += 1
        mean_rank = (i + 1 + j) / 2
        rank_sum += mean_rank * sum(1 for _, side in both[i:j] if side == 0)
        ties += (j - i) ** 3 - (j - i)
        i = j
    n, m = len(a), len(b)
    u = rank_sum - n * (n + 1) / 2
    variance = n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1)))
    if variance <= 0:
        return 1.0
    z = (abs(u - n * m / 2) - 0.5) / math.sqrt(variance)
    return math.erfc(max(z, 0) / math.sqrt(2))


def interval(a, b, source):
    """The 95 % interval of median(b) / median(a)."""
    ratios = sorted(
        statistics.median(source.choices(b, k=len(b))) / statistics.median(source.choices(a, k=len(a)))
        for _ in range(RESAMPLES)
    )
    return ratios[int(RESAMPLES * 0.025)], ratios[int(RESAMPLES * 0.975)]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["samples"]


def main():
    parser = argparse.ArgumentParser(description="Tells whether two runs of the benchmarks differ.")
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--least", type=float, default=3.0, help="percent that a change must exceed (3)")
    parser.add_argument("--only", default="", help="names that contain this text")
    options = parser.parse_args()
    try:
        before, after = load(options.before), load(options.after)
    except (OSError, KeyError, json.JSONDecodeError) as problem:
        print(f"compare: {problem!r}", file=sys.stderr)
        return 2
    names = [name for name in before if name in after and options.only in name]
    names = [name for name in names if min(len(before[name]), len(after[name])) >= 5 and min(before[name]) > 0]
    if not names:
        print("compare: the runs have no samples in common", file=sys.stderr)
        return 2
    source = random.Random(1)
    changed = 0
    print(f"{'':<60}{'before':>10}{'after':>10}{'ratio':>8}{'95 % interval':>18}{'p':>10}")
    for name in names:
        a, b = before[name], after[name]
        p = mann_whitney(a, b)
        low, high = interval(a, b, source)
        margin = options.least / 100
        differs = p * len(names) < ALPHA and (low > 1 + margin or high < 1 - margin)
        changed += differs
        ratio = statistics.median(b) / statistics.median(a)
        verdict = "" if not differs else "  slower" if ratio > 1 else "  faster"
        print(
            f"{name:<60}{statistics.median(a):>10.4g}{statistics.median(b):>10.4g}{ratio:>8.3f}"
            f"{f'{low:.3f} to {high:.3f}':>18}{p:>10.2g}{verdict}"
        )
    print(f"{changed} of {len(names)} changed")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
