"""The judge's textbook statistics against SciPy, scikit-learn and, where these have none, the papers' formulas in NumPy, to 1e-9;
its score of a classifier against scikit-learn on made-up rows, and on the rows nobody thinks of."""
import itertools
import json
import os
import subprocess
import tempfile

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_judge")
BOUND = 1e-9


def ask(lines):
    text = "\n".join(" ".join([q[0]] + [repr(float(a)) for a in q[1:]]) for q in lines) + "\n"
    out = subprocess.run([TOOL, "numbers"], input=text, capture_output=True, text=True, check=True).stdout
    return [[float(v) for v in line.split()] for line in out.splitlines()]


def near(got, wanted, what, bound=BOUND):
    got, wanted = np.atleast_1d(np.asarray(got, float)), np.atleast_1d(np.asarray(wanted, float))
    assert got.shape == wanted.shape, (what, got, wanted)
    same = (got == wanted) | (np.abs(got - wanted) <= bound * np.maximum(1e-290, np.abs(wanted))) | (np.abs(got - wanted) < 1e-14)
    assert same.all(), (what, got, wanted, np.abs(got - wanted))


def test_distributions():
    queries, wanted = [], []

    def add(value, *query):
        queries.append(query)
        wanted.append(value)

    for x in (-37, -8.3, -1, 0, 0.3, 2, 6):
        add(special.ndtr(x), "normal_cdf", x)
    for p in (1e-300, 1e-12, .001, .02425, .3, .5, .975, 1 - 1e-9):
        add(special.ndtri(p), "normal_quantile", p)
    for a, b in itertools.product((.02, .5, 1, 3.7, 40, 1e4, 3e6), repeat=2):
        for x in (1e-6, .01, .3, .5, .9, a / (a + b)):
            with np.errstate(divide="ignore"):
                add(stats.beta.cdf(x, a, b), "beta_cdf", x, a, b)
    for a, b in itertools.product((.5, 1, 3.7, 40, 1e4), repeat=2):
        for p in (.005, .025, .5, .975):
            add(stats.beta.ppf(p, a, b), "beta_quantile", p, a, b)
    for n, p in itertools.product((1, 7, 100, 100000), (.001, .13, .5, .98)):
        for k in sorted({0, 1, n // 3, int(n * p), n - 1, n}):
            add(stats.binom.cdf(k, n, p), "binomial_cdf", k, n, p)
            add(stats.binom.sf(k - 1, n, p), "binomial_upper", k, n, p)
            add(special.xlogy(k, p) + special.xlog1py(n - k, -p) + special.gammaln(n + 1) - special.gammaln(k + 1)
                - special.gammaln(n - k + 1), "binomial_log_pmf", k, n, p)
    for total, marked, draws in ((10, 3, 4), (500, 200, 90), (40000, 15000, 700)):
        for k in (0, 1, 3, draws * marked // total):
            add(stats.hypergeom.logpmf(k, total, marked, draws), "hyper", k, draws, marked, total)
    for x, d in itertools.product((.001, .5, 3.84, 50, 900), (1, 2, 9, 999)):
        add(stats.chi2.sf(x, d), "chi", x, d)
    for query, got, want in zip(queries, ask(queries), wanted):
        loose = query[0] == "binomial_log_pmf" and query[2] > 1000
        near(got[0], want, query, 1e-8 if loose else BOUND)


def test_far_tails():
    """Tails below the smallest double, by sums of exact logarithms."""
    for k, n, p in ((900, 1000, .1), (5000, 5000, .2), (60, 100, .01), (99990, 100000, .5)):
        i = np.arange(k, min(n, k + 4000) + 1, dtype=float)
        log = special.gammaln(n + 1) - special.gammaln(i + 1) - special.gammaln(n - i + 1) + i * np.log(p) + (n - i) * np.log1p(-p)
        near(ask([("binomial_log_upper", k, n, p)])[0], special.logsumexp(log), (k, n, p), 1e-8)
    assert ask([("binomial_log_upper", 5, 4, .5)])[0][0] == -np.inf and ask([("binomial_log_upper", 0, 4, .5)])[0][0] == 0


def count_pmf(n, mean, variance):
    """Beta-binomial or, with less spread, binomial of fewer trials."""
    z = np.arange(n + 1, dtype=float)
    more = (variance / (mean * (1 - mean / n)) - 1) / (n - 1)
    if more > 1e-9:
        size = 1 / more - 1
        a, b = mean / n * size, (1 - mean / n) * size
        log = special.betaln(z + a, n - z + b) - special.betaln(z + 1, n - z + 1)
    else:
        odd = max(1 - variance / mean, mean / n)
        trials = mean / odd
        z = z[z < trials + 1 - 1e-9]
        log = -special.gammaln(z + 1) - special.gammaln(trials - z + 1) + z * np.log(odd / (1 - odd))
    mass = np.exp(log - special.logsumexp(log))
    return z, mass


def test_count_quantile():
    for n, mean, variance in ((20, 3.4, 2.9), (20, 3.4, 9), (400, 60, 51), (400, 60, 400), (400, 390, 40), (1500, 3, 3.3), (50, 20, 6)):
        z, mass = count_pmf(n, mean, variance)
        at = np.cumsum(mass) - mass / 2
        for p in (.01, .025, .5, .975, .99):
            near(ask([("count", p, n, mean, variance)])[0], 0 if p < at[0] else np.interp(p, at, z), (n, mean, variance, p), 1e-6)


def test_intervals():
    for k, n in ((0, 1), (0, 50), (1, 1), (7, 13), (206, 262), (99999, 100000)):
        for level in (.9, .95, .99):
            want = stats.binomtest(k, n).proportion_ci(level, "wilson")
            near(ask([("wilson", k, n, level)])[0], [k / n, *want], ("wilson", k, n))
            want = stats.binomtest(k, n).proportion_ci(level, "exact")
            near(ask([("clopper", k, n, level)])[0], [k / n, *want], ("clopper", k, n))
    assert ask([("wilson", 0, 0, .95), ("clopper", 0, 0, .95), ("newcombe", 0, 0, 1, 2, .95)]) == [[0, 0, 0]] * 3
    # Newcombe 1998, table II, method 10: (a) 56/70 - 48/80, (b) 9/10 - 3/10, (g) 5/56 - 0/29, (h) 0/10 - 0/20, (j) 10/10 - 0/20.
    for case, low, high in (((56, 70, 48, 80), .0524, .3339), ((9, 10, 3, 10), .1705, .8090), ((5, 56, 0, 29), -.0381, .1926),
                            ((0, 10, 0, 20), -.1611, .2775), ((10, 10, 0, 20), .6791, 1)):
        got = ask([("newcombe", *case, .95)])[0]
        assert abs(got[1] - low) < 6e-5 and abs(got[2] - high) < 6e-5, (case, got)


def test_fisher():
    rng = np.random.default_rng(3)
    tables = [(0, 0, 0, 0), (0, 5, 0, 7), (3, 1, 1, 3), (10, 0, 0, 10), (8, 2, 1, 5), (1, 9, 11, 3), (5, 5, 5, 5), (0, 1, 0, 0)]
    tables += [tuple(int(v) for v in rng.integers(0, m, 4)) for m in (5, 30, 400, 3000) for _ in range(40)]
    for table, got in zip(tables, ask([("fisher", *t) for t in tables])):
        if sum(table) == 0:
            want = [1, 1, 1]
        else:
            square = np.reshape(table, (2, 2))
            want = [stats.fisher_exact(square, a)[1] for a in ("less", "greater", "two-sided")]
        near(got, want, table)
    # A million pictures: the tail by summing the logarithms of its terms.
    a, b, c, d = 600, 400000, 300, 600000
    x = np.arange(a, a + c + 1, dtype=float)
    n1, m1, n = a + b, a + c, a + b + c + d
    ln = special.gammaln
    log = (ln(n1 + 1) - ln(x + 1) - ln(n1 - x + 1) + ln(n - n1 + 1) - ln(m1 - x + 1) - ln(n - n1 - m1 + x + 1)
           - ln(n + 1) + ln(m1 + 1) + ln(n - m1 + 1))
    near(ask([("fisher", a, b, c, d)])[0][1], np.exp(special.logsumexp(log)), "large", 1e-6)


def test_benjamini_hochberg():
    rng = np.random.default_rng(5)
    for p in ([.01], [.5, .5, .5], [1, 0, .2], list(rng.random(200) ** 3), [.04, .01, .03, .005, .04]):
        n, order = len(p), np.argsort(p)
        want = np.empty(n)
        running = 1.0
        for rank in range(n, 0, -1):
            running = min(running, p[order[rank - 1]] * n / rank)
            want[order[rank - 1]] = running
        near(ask([("bh", *p)])[0], want, p)


def mantel_haenszel(tables, level):
    a, b, c, d = np.asarray(tables, float).T
    keep = (a + b > 0) & (c + d > 0)
    a, b, c, d = a[keep], b[keep], c[keep], d[keep]
    n1, n2 = a + b, c + d
    n = n1 + n2
    z = stats.norm.ppf(.5 + level / 2)
    out = [0.0] * 10
    r, s = a * d / n, b * c / n
    if r.sum() > 0 and s.sum() > 0:
        p, q = (a + d) / n, (b + c) / n
        odds = r.sum() / s.sum()
        error = np.sqrt((p * r).sum() / (2 * r.sum() ** 2) + (p * s + q * r).sum() / (2 * r.sum() * s.sum()) + (q * s).sum() / (2 * s.sum() ** 2))
        out[:5] = [odds, odds * np.exp(-z * error), odds * np.exp(z * error), error, keep.sum()]
    if keep.any():
        weight = (n1 * n2 / n).sum()
        rd = ((a * n2 - c * n1) / n).sum() / weight
        p = (n1 ** 2 * c - n2 ** 2 * a + n1 * n2 * (n2 - n1) / 2) / n ** 2
        q = (a * (n2 - c) + c * (n1 - a)) / (2 * n)
        error = np.sqrt(max(rd * p.sum() + q.sum(), 0)) / weight
        out[5:] = [rd, max(rd - z * error, -1), min(rd + z * error, 1), error, keep.sum()]
    return out


def test_mantel_haenszel():
    rng = np.random.default_rng(7)
    cases = [[(3, 1, 1, 3)], [(0, 0, 2, 3)], [(0, 4, 0, 4)], [(4, 0, 0, 4), (1, 2, 3, 4)]]
    cases += [[tuple(rng.integers(0, top, 4)) for _ in range(size)] for top, size in ((3, 200), (50, 10), (2, 12), (9, 3))]
    for tables in cases:
        near(ask([("mh", *np.ravel(tables), .95)])[0], mantel_haenszel(tables, .95), tables)
    # One stratum: the odds ratio's error is Woolf's, the risk difference is the plain one.
    got = ask([("mh", 12, 5, 7, 16, .95)])[0]
    near(got[0], 12 * 16 / (5 * 7), "odds")
    near(got[3], np.sqrt(1 / 12 + 1 / 5 + 1 / 7 + 1 / 16), "Woolf")
    near(got[5], 12 / 17 - 7 / 23, "difference")


def strata(tables):
    """Mid-p of the sum of exposed cases, margins held."""
    p, seen = np.ones(1), 0
    for a, b, c, d in tables:
        draws, marked, total = a + b, a + c, a + b + c + d
        if min(draws, marked, c + d, b + d) == 0:
            continue
        p = np.convolve(p, stats.hypergeom.pmf(np.arange(min(draws, marked) + 1), total, marked, draws))
        seen += a
    if len(p) == 1:
        return .5
    return p[seen + 1:].sum() + p[seen] / 2


def test_exact_test_over_strata():
    rng = np.random.default_rng(8)
    cases = [[(3, 1, 1, 3)], [(0, 0, 2, 3)], [(0, 4, 0, 4)], [(4, 0, 0, 4), (1, 2, 3, 4)], [(90, 10, 20, 80)], [(5, 0, 5, 95)], [(60, 40, 150, 800)]]
    cases += [[tuple(rng.integers(0, top, 4)) for _ in range(size)] for top, size in ((3, 200), (50, 10), (2, 12), (9, 3), (2, 1000), (12, 40))]
    for tables in cases:
        near(ask([("strata", *np.ravel(tables))])[0], strata(tables), tables)
    # SciPy's own, which counts what was seen in full: one stratum.
    p = stats.fisher_exact([[12, 5], [7, 16]], "greater")[1] - stats.hypergeom.pmf(12, 40, 19, 17) / 2
    near(ask([("strata", 12, 5, 7, 16)])[0], p, "Fisher")
    # Normal where the variance is large.
    big = [(3000, 7000, 2800, 7200), (500, 9500, 480, 9520)]
    e = sum((a + b) * (a + c) / 2e4 for a, b, c, d in big)
    v = sum((a + b) * (c + d) * (a + c) * (b + d) / 2e4 ** 2 / (2e4 - 1) for a, b, c, d in big)
    near(ask([("strata", *np.ravel(big))])[0], stats.norm.sf((3500 - e) / np.sqrt(v)), "large")
    assert abs(stats.norm.sf((3500 - e) / np.sqrt(v)) / strata(big) - 1) < .01


def test_mcnemar():
    for b, c in ((0, 0), (1, 0), (5, 5), (3, 14), (121, 59), (40000, 39000)):
        if b + c == 0:
            want = [1, 0, 1]
        else:
            chi = (abs(b - c) - 1) ** 2 / (b + c)
            want = [stats.binomtest(b, b + c).pvalue, chi, stats.chi2.sf(chi, 1)]
        near(ask([("mcnemar", b, c)])[0], want, (b, c))


def test_evenness():
    k, n = np.array([30, 22, 41, 19]), np.array([60, 61, 62, 70])
    want = stats.chi2_contingency(np.stack([k, n - k]), correction=False)
    got = ask([("even", *np.ravel(np.stack([k, n], 1)))])[0]
    near(got[:3], [want[0], want[1], np.sqrt(want[0] / n.sum())], "evenness")
    assert got[3] == 0
    # Sparse: against a permutation of our own; and under no difference, small p are as rare as they say.
    rng = np.random.default_rng(11)
    small = 0
    for _ in range(300):
        n = rng.integers(1, 4, 60)
        k = rng.binomial(n, .3)
        got = ask([("even", *np.ravel(np.stack([k, n], 1)))])[0]
        assert got[3] == 1
        small += got[1] <= .1
    assert 14 <= small <= 49, small
    k, n = np.array([3] * 20 + [0] * 20), np.array([3] * 40)
    assert ask([("even", *np.ravel(np.stack([k, n], 1)))])[0][1] == .001
    assert ask([("even", 0, 5, 0, 9)])[0] == [0, 1, 0, 0] and ask([("even", 5, 5)])[0] == [0, 1, 0, 0]


def delong(score, positive):
    """By the definition: placements of every pair, O(n^2)."""
    x, y = score[positive == 1], score[positive == 0]
    psi = (x[:, None] > y[None]) + .5 * (x[:, None] == y[None])
    v10, v01 = psi.mean(1), psi.mean(0)
    return psi.mean(), np.sqrt(v10.var(ddof=1) / len(x) + v01.var(ddof=1) / len(y)) if min(len(x), len(y)) > 1 else 0.0


def equal_width(confidence, correct, bins=15):
    edges = np.arange(1, bins) / bins
    at = np.searchsorted(edges, confidence, side="left")  # (low, high]
    return sum(abs(correct[at == b].sum() - confidence[at == b].sum()) for b in range(bins)) / max(len(confidence), 1)


def equal_count(confidence, correct, bins=15):
    order = np.argsort(confidence, kind="stable")
    return sum(abs(correct[i].sum() - confidence[i].sum()) for i in np.array_split(order, bins) if len(i)) / max(len(confidence), 1)


def ranks(score, positive):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.writelines(f"{s!r} {p}\n" for s, p in zip(map(float, score), map(int, positive)))
        f.flush()
        return [float(v) for v in subprocess.run([TOOL, "ranks", f.name], capture_output=True, text=True, check=True).stdout.split()]


def test_ranking():
    rng = np.random.default_rng(13)
    for n, digits, share in ((2, 3, .5), (40, 1, .3), (300, 2, .5), (3000, 6, .1), (900, 0, .5)):
        score = np.round(rng.random(n), digits)
        positive = (rng.random(n) < share).astype(int)
        positive[:2] = 1, 0
        got = ranks(score, positive)
        near(got[:2], delong(score, positive), ("delong", n))
        near(got[0], metrics.roc_auc_score(positive, score), ("auroc", n))
        near(got[2], metrics.average_precision_score(positive, score), ("average precision", n))
        near(got[3], equal_width(score, positive), ("ece", n))
    score, positive = rng.permutation(3000) / 3000, (rng.random(3000) < .5).astype(int)  # no ties: 200 a bin
    near(ranks(score, positive)[4], equal_count(score, positive), "adaptive")
    edges = np.repeat(np.arange(16) / 15, 3)
    near(ranks(edges, np.arange(48) % 2)[3], equal_width(edges, np.arange(48) % 2), "edges")
    assert ranks([], []) == [.5, 0, 0, 0, 0] and ranks([.3, .4], [1, 1])[:3] == [.5, 0, 1] and ranks([.3], [0])[:3] == [.5, 0, 0]


# --- the score ---------------------------------------------------------------------------------------------------------

FIELDS = ["truth", "predicted", "correct", "top5", "confidence", "noisy", "noise", "kind", "split"]


def judge(classes=3, kinds=2, splits=2, **columns):
    n = len(columns["noisy"])
    defaults = {"top5": -1, "confidence": np.nan, "noise": np.nan, "kind": -1, "split": -1}
    table = np.column_stack([np.broadcast_to(np.asarray(columns.get(f, defaults.get(f)), float), n) for f in FIELDS]) if n else np.zeros((0, 9))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.writelines(",".join(repr(float(v)) for v in row) + "\n" for row in table)
        f.flush()
        out = subprocess.run([TOOL, "score", f.name, str(classes), str(kinds), str(splits)], capture_output=True, text=True, check=True)
    assert "nan" not in out.stdout.lower() and "inf" not in out.stdout.lower(), out.stdout
    s = json.loads(out.stdout)
    assert sum(s["verdicts"]) == n, s["verdicts"]
    for name in ("all", "fit", "standardised", "balanced_all", "balanced_fit", "top5_all", "top5_fit"):
        value, low, high, count = s[name]
        assert 0 <= low <= value <= high <= 1, (name, s[name])
        assert count > 0 or value == low == high == 0, (name, s[name])
    assert s["total"]["low"] <= s["total"]["value"] <= s["total"]["high"]
    return s


def made_up(n, classes, seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    noisy = (rng.random(n) < .3).astype(int)
    predicted = np.where(rng.random(n) < np.where(noisy, .5, .85), truth, rng.integers(0, classes, n))
    return dict(truth=truth, predicted=predicted, correct=(truth == predicted).astype(int), noisy=noisy, confidence=rng.random(n),
                top5=((truth == predicted) | (rng.random(n) < .5)).astype(int), noise=np.round(noisy + rng.normal(size=n), 1),
                kind=np.where(noisy, rng.integers(0, 2, n), -1), split=rng.integers(0, 2, n)), noisy == 0


def test_score_against_scikit_learn():
    for n, classes in ((400, 3), (90, 7), (3000, 1000), (500, 2)):
        rows, fit = made_up(n, classes, n)
        s = judge(classes, **rows)
        truth, predicted, correct = rows["truth"], rows["predicted"], rows["correct"]
        for name, keep in (("all", np.ones(n, bool)), ("fit", fit)):
            near(s[name][0], metrics.accuracy_score(truth[keep], predicted[keep]), name)
            near(s[name][1:3], stats.binomtest(int(correct[keep].sum()), int(keep.sum())).proportion_ci(.95, "wilson"), name)
            present = np.unique(truth[keep])
            near(s["balanced_" + name][0], metrics.recall_score(truth[keep], predicted[keep], labels=present, average="macro"), "balanced")
            near(s["top5_" + name][0], rows["top5"][keep].mean(), "top5")
            near(s["calibration_" + name][1], equal_width(rows["confidence"][keep], correct[keep]), "ece")
            near(s["calibration_" + name][2], equal_count(rows["confidence"][keep], correct[keep]), "ece", .02)
            if classes == 2:
                score = np.where(predicted == 1, rows["confidence"], 1 - rows["confidence"])[keep]
                near(s["binary_" + name][2:4], [metrics.average_precision_score(truth[keep], score),
                                                metrics.roc_auc_score(truth[keep], score)], "binary")
            else:
                assert s["binary_" + name][0] == 0
            side = 0 if name == "all" else 1
            p, r, f, support = metrics.precision_recall_fscore_support(truth[keep], predicted[keep], labels=range(classes), zero_division=0)
            near(np.array(s["classes"])[side::2], np.stack([p, r, f, support], 1), "classes")
            matrix = metrics.confusion_matrix(truth[keep], predicted[keep], labels=range(classes))
            cells = np.zeros_like(matrix)
            for t, q, every, only_fit in s["cells"]:
                cells[t, q] = every if name == "all" else only_fit
            assert (cells == matrix).all()
        assert s["verdicts"] == [correct.sum(), ((correct == 0) & ~fit).sum(), ((correct == 0) & fit).sum(), 0]
        owed = np.flatnonzero((correct == 0) & fit)
        assert s["confident"] == list(owed[np.argsort(-rows["confidence"][owed], kind="stable")][:100])


def test_rejection_curve():
    rows, _ = made_up(300, 3, 17)
    s = judge(**rows)
    wrong, noise = 1 - rows["correct"], rows["noise"]
    rng = np.random.default_rng(1)
    areas = []
    for _ in range(3000):  # ties in random order
        order = np.lexsort((rng.random(300), noise))
        areas.append((np.cumsum(wrong[order]) / np.arange(1, 301)).mean())
    assert abs(np.mean(areas) - s["rejection"][1]) < 5 * np.std(areas) / np.sqrt(3000), (np.mean(areas), s["rejection"])
    perfect = np.sort(wrong)
    near(s["rejection"][2], (np.cumsum(perfect) / np.arange(1, 301)).mean(), "perfect")
    near(s["rejection"][3], wrong.mean(), "random")
    assert len(s["curve"]) == 101 and s["curve"][0] == [0, wrong.mean()] and s["curve"][-1][0] > .98
    untied = dict(rows, noise=np.random.default_rng(2).permutation(300))
    order = np.argsort(untied["noise"])
    near(judge(**untied)["rejection"][1], (np.cumsum(wrong[order]) / np.arange(1, 301)).mean(), "area")


def test_rows_nobody_thinks_of():
    one = dict(truth=[0] * 6, predicted=[0] * 6, correct=[1, 1, 0, 1, 0, 1], noisy=[0, 0, 1, 1, 0, 0])
    judge(1, **one)
    judge(2, **one)
    judge(0, 0, 0, truth=[-1] * 6, predicted=[-1] * 6, correct=one["correct"], noisy=one["noisy"])
    s = judge(2, truth=[], predicted=[], correct=[], noisy=[])
    assert s["all"] == [0, 0, 0, 0] and s["total"]["known"] == 0 and s["total"]["guard"] == "too few"
    s = judge(2, truth=[0], predicted=[1], correct=[0], noisy=[0], confidence=[.7], noise=[1.])
    assert s["verdicts"] == [0, 0, 1, 0] and s["fit"][3] == 1 and s["rejection"][1:] == [1, 1, 1]
    rows, _ = made_up(200, 3, 5)
    nothing_wrong = judge(**dict(rows, correct=1, predicted=rows["truth"]))
    assert nothing_wrong["total"]["value"] == 0 and nothing_wrong["total"]["low"] < 0 == nothing_wrong["total"]["high"]
    assert nothing_wrong["standardised"][0] == 1 and nothing_wrong["standardised"][1] > .95 and nothing_wrong["total"]["guard"] != "costs"
    all_wrong = judge(**dict(rows, correct=0, predicted=(rows["truth"] + 1) % 3))
    assert all_wrong["total"]["value"] == 0 and all_wrong["fit"][0] == 0 and all_wrong["total"]["guard"] != "costs"
    none_noisy = judge(**dict(rows, noisy=np.zeros(200), kind=-1))
    assert none_noisy["total"]["known"] == 0 and none_noisy["total"]["effect"][3] == 0
    assert none_noisy["all"] == none_noisy["fit"]
    near(none_noisy["standardised"][0], none_noisy["fit"][0], "one mix")
    all_noisy = judge(**dict(rows, noisy=np.ones(200)))
    assert all_noisy["fit"] == [0] * 4 and all_noisy["standardised"] == [0] * 4 and all_noisy["total"]["guard"] == "too few"
    unjudged = judge(**dict(rows, noisy=np.where(np.arange(200) < 50, -1, rows["noisy"])))
    assert unjudged["verdicts"][3] == 50 and unjudged["all"][3] == 150
    no_truth = judge(**dict(rows, truth=-1))
    assert no_truth["verdicts"][3] == 0 and no_truth["balanced_all"][3] == 0 and no_truth["total"]["known"] == 1 and not no_truth["cells"]
    lonely = dict(rows, truth=np.where(np.arange(200) == 0, 2, rows["truth"] % 2))
    lonely["noisy"] = np.where(np.arange(200) == 0, 1, lonely["noisy"])
    s = judge(**dict(lonely, correct=(lonely["truth"] == lonely["predicted"]).astype(int)))
    assert s["borrowed"] == 1 and s["missing"] == 1


def test_kinds_add_up():
    rows, _ = made_up(2000, 20, 23)
    s = judge(20, **rows)
    near(s["kind0"]["value"] + s["kind1"]["value"], s["total"]["value"], "excess")
    assert s["kind0"]["pictures"] + s["kind1"]["pictures"] == s["total"]["pictures"] == rows["noisy"].sum()


if __name__ == "__main__":
    tap.main()
