"""The statistics of the benches, once: AUROC and recall with their intervals, calibration, prevalence; and text tables.
Every interval is one of 95 %. tests/oracle/bench.py compares them with scikit-learn and with counts by hand."""
import math

import numpy as np
from scipy import optimize, stats

Z = 1.959963984540054
DRAWS = 2000


def wilson(found, of):
    """Wilson 1927, score interval of a share."""
    if of == 0:
        return math.nan, math.nan
    p, zz = found / of, Z * Z / of
    middle, half = p + zz / 2, Z * math.sqrt(p * (1 - p) / of + zz / (4 * of))
    return max(0.0, (middle - half) / (1 + zz)), min(1.0, (middle + half) / (1 + zz))


def auroc(bad, good):
    """The chance that one of `bad` scores above one of `good`; ties count half (Mann and Whitney)."""
    m, n = len(bad), len(good)
    if m == 0 or n == 0:
        return math.nan
    ranks = stats.rankdata(np.concatenate([bad, good]))
    return (ranks[:m].sum() - m * (m + 1) / 2) / (m * n)


def delong(bad, good):
    """Standard error of the AUROC (DeLong, DeLong, Clarke-Pearson 1988): from each picture's own share of wins."""
    m, n = len(bad), len(good)
    if m < 2 or n < 2:
        return math.nan
    both = stats.rankdata(np.concatenate([bad, good]))
    of_bad = (both[:m] - stats.rankdata(bad)) / n
    of_good = 1 - (both[m:] - stats.rankdata(good)) / m
    return math.sqrt(of_bad.var(ddof=1) / m + of_good.var(ddof=1) / n)


def auroc_interval(value, m, n):
    """Newcombe 2006, method 5: Hanley and McNeil's variance at the bound itself, so that 1.00 of ten pictures is not certain."""
    if m == 0 or n == 0 or math.isnan(value):
        return math.nan, math.nan
    more = (m + n) / 2 - 1

    def excess(t):
        variance = t * (1 - t) * (1 + more * (1 - t) / (2 - t) + more * t / (1 + t)) / (m * n)
        return (value - t) ** 2 - Z * Z * variance

    # at 0 and 1 the excess is zero too, but that is no bound
    low = 0.0 if value <= 0 else optimize.brentq(excess, 0.0, min(value, 1 - 1e-12))
    high = 1.0 if value >= 1 else optimize.brentq(excess, max(value, 1e-12), 1.0)
    return low, high


def threshold_at(good, false_alarms):
    """The lowest score that at most this share of `good` lies above."""
    if len(good) == 0:
        return math.nan
    most = int(math.floor(false_alarms * len(good) + 1e-9))
    return np.sort(good)[::-1][most] if most < len(good) else -math.inf


def found_at(bad, good, false_alarms):
    """Share of `bad` above that threshold."""
    return float(np.mean(bad > threshold_at(good, false_alarms))) if len(bad) and len(good) else math.nan


def bootstrap(statistic, groups, draws=DRAWS, seed=0):
    """Percentile interval of statistic(*groups), the rows of each group drawn anew with replacement."""
    if any(len(g) == 0 for g in groups):
        return math.nan, math.nan
    rng = np.random.default_rng(seed)
    values = [statistic(*(g[rng.integers(len(g), size=len(g))] for g in groups)) for _ in range(draws)]
    return tuple(float(v) for v in np.quantile(values, [0.025, 0.975]))


def reweighted(truth, prevalence):
    """A weight per picture, summing to 1, at which the degraded ones have this share."""
    truth = np.asarray(truth, bool)
    return np.where(truth, prevalence / max(truth.sum(), 1), (1 - prevalence) / max((~truth).sum(), 1))


def reliability(p, truth, weights=None, bins=10):
    """Bins of equal width over the stated probability; expected calibration error and Brier score of the whole."""
    p, truth = np.asarray(p, float), np.asarray(truth, float)
    w = np.full(len(p), 1 / max(len(p), 1)) if weights is None else np.asarray(weights, float) / np.sum(weights)
    place = np.minimum((p * bins).astype(int), bins - 1)
    rows, ece = [], 0.0
    for i in range(bins):
        here = place == i
        mass = float(w[here].sum())
        row = {"from": i / bins, "to": (i + 1) / bins, "pictures": int(here.sum()), "said": math.nan, "degraded": math.nan}
        if mass > 0:
            row["said"], row["degraded"] = float(w[here] @ p[here] / mass), float(w[here] @ truth[here] / mass)
            ece += mass * abs(row["said"] - row["degraded"])
        rows.append(row)
    return {"bins": rows, "ece": ece, "brier": float(w @ (p - truth) ** 2)}


def prevalence(p, assumed=0.5):
    """The share of degraded pictures at which their probabilities, stated for `assumed`, agree with themselves (Saerens,
    Latinne, Decaestecker 2002, section 2)."""
    odds = np.clip(p, 1e-9, 1 - 1e-9)
    odds = odds / (1 - odds) * (1 - assumed) / assumed
    share = 0.5
    for _ in range(10000):
        before, share = share, float(np.mean(share * odds / (share * odds + 1 - share)))
        if abs(share - before) < 1e-9:
            break
    return share


# --- text ----------------------------------------------------------------------------------


def share(value, digits=3):
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def interval(bounds, digits=3):
    return f"{share(bounds[0], digits)} to {share(bounds[1], digits)}"


def counted(found, of):
    """Four cells: '31/33', the share, its interval."""
    return [f"{found}/{of}", share(found / of if of else math.nan), interval(wilson(found, of))]


def table(heads, rows, indent="  "):
    """Columns wide enough; the first to the left, the others to the right."""
    lines = [[str(c) for c in line] for line in [heads, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join((indent + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths)))).rstrip()
                     for line in lines)


def plain(value):
    """As JSON takes it: no NaN, no NumPy."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value
