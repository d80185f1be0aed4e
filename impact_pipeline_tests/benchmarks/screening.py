"""The rule engine on 50,000 issuers, 40 rules and a million claims, beside one rule written by hand in Polars.

Each runs in a process of its own on two threads, so that the peak memory is its own; building the inputs is not timed.
"""

import json
import os
import resource
import subprocess
import sys
import time

import polars as pl

from impact_pipeline.domain.screening import evaluate
from impact_pipeline.domain.screening.verdicts import evaluate_in_parts
from impact_pipeline_tests.benchmarks import screening_world as world

ISSUERS, CLAIMS = 50_000, 1_000_000
THREADS = "2"
#: ``ru_maxrss`` counts kilobytes on Linux and bytes on macOS.
UNIT_OF_RSS = 1 if sys.platform == "darwin" else 1024


def bare(evidence, issuers):
    """What one would write for a single rule: latest best-graded value per issuer, compared with the threshold."""
    claims = evidence.filter(
        pl.col("measure") == "revenue_share.added_sugar_drinks_a", pl.col("known_from") <= world.KNOWN
    )
    chosen = claims.sort("grade", "fiscal_year", descending=[False, True]).unique("issuer_id", keep="first")
    share = pl.col("hi")
    return issuers.join(chosen, on="issuer_id", how="left").select(
        "issuer_id",
        outcome=pl.when(share >= 20).then(pl.lit("EXCLUDED"))
        .when(share < 20).then(pl.lit("CLEARED"))
        .otherwise(pl.lit("UNKNOWN")),
    )  # fmt: skip


def in_parts(evidence, issuers):
    """Verdicts and explanations of some issuers at a time, counted and let go, as a writer to disk would."""
    found = evaluate_in_parts(evidence, issuers, world.months(), world.rules())
    sizes = [(part.issuer_verdicts.height, part.verdict_explanations.height) for part in found]
    return tuple(map(sum, zip(*sizes, strict=True)))


def whole(evidence, issuers):
    found = evaluate(evidence, issuers, world.months(), world.rules())
    return found.issuer_verdicts.height, found.verdict_explanations.height


KINDS = {
    "bare": ("bare Polars expression, one rule, no explanation", lambda *inputs: [bare(*inputs).height]),
    "in_parts": ("engine, 40 rules, explained, handed over in parts", in_parts),
    "whole": ("engine, 40 rules, explained, all rows kept in memory", whole),
}


def measure(kind, issuer_count, claim_count):
    """Run one of them here; wall and processor seconds, peak memory in bytes, rows."""
    issuers = world.issuers(issuer_count)
    evidence = world.evidence(claim_count, issuers)
    wall, processor = time.perf_counter(), time.process_time()
    rows = KINDS[kind][1](evidence, issuers)
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT_OF_RSS,
        "rows": rows,
    }


def in_its_own_process(kind, issuer_count=ISSUERS, claim_count=CLAIMS):
    command = [sys.executable, "-m", __name__, kind, str(issuer_count), str(claim_count)]
    settings = {**os.environ, "POLARS_MAX_THREADS": THREADS}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=settings)
    return json.loads(done.stdout)


def report():
    found = {kind: in_its_own_process(kind) for kind in KINDS}
    verdicts, explanations = found["whole"]["rows"]
    one = found["bare"]["wall"]
    print(f"\npolars {pl.__version__}, {ISSUERS:,} issuers, {CLAIMS:,} claims, {THREADS} threads;", end=" ")
    print(f"40 rules give {verdicts:,} verdicts and {explanations:,} explanations")
    for kind, (name, _) in KINDS.items():
        got, rules = found[kind], 1 if kind == "bare" else 40
        print(
            f"{name:60} {got['wall']:7.2f} s {got['processor']:7.2f} s of processor {got['peak'] / 1e9:5.2f} GB"
            f" {got['wall'] / one:7.1f} x {got['wall'] / rules / one:6.1f} x per rule"
        )


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], *(int(count) for count in sys.argv[2:]))))
