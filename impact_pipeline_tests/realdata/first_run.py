"""First run on a real fund: a Tripartite Template joined to Klimatkollen's emissions, through the real command.

``python -m impact_pipeline_tests.realdata.first_run --realdata DIR --out FOLDER`` writes ``FOLDER/inputs``, runs
2025-08 into ``FOLDER/home`` with the demo policy and prints the tables of docs/first_real_run.md; ``--docs FILE``
writes them into the page instead. Both folders are made anew. DIR holds the two files named below; neither is part of
this repository.
"""

import argparse
import csv
import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

from impact_pipeline.errors import ImpactPipelineError, SourceFileError
from impact_pipeline_tests.builders import DEMO_POLICY
from impact_pipeline_tests.realdata import klimatkollen, tables

FUND = "20250829_TPTV6_SE0011670843_20250905.json"
COMPANIES = "companies.json"
MONTH = "2025-08"
IMPACT = Path(sys.executable).with_name("impact")


def write_inputs(realdata, out):
    """The inputs folder, and what of the vendor's file found no place in it (also ``left_out.csv``)."""
    inputs = out / "inputs"
    shutil.rmtree(inputs, ignore_errors=True)
    (inputs / "holdings").mkdir(parents=True)
    for name in (FUND, COMPANIES):
        if not (realdata / name).is_file():
            raise SourceFileError(str(realdata / name), "no such file", "a file named in docs/first_real_run.md")
    shutil.copy(realdata / FUND, inputs / "holdings")
    companies = klimatkollen.read_companies(realdata / COMPANIES)
    links = klimatkollen.read_links()
    same = klimatkollen.same_issuers(links, companies, issuers_of(realdata / FUND))
    left_out = klimatkollen.write_vendor_files(inputs, companies, same)
    with (out / "left_out.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in dataclasses.fields(klimatkollen.LeftOut))
        writer.writerows(dataclasses.astuple(each) for each in left_out)
    return links, left_out


def issuers_of(template):
    """Names by LEI of the issuers of a Tripartite Template (fields 46 and 47)."""
    lines = json.loads(template.read_text(encoding="utf-8"))
    return {line["47_Issuer_identification_code"]: line["46_Issuer_name"] for line in lines}


def run(out):
    """The month through the command line; its answer (`--json`)."""
    home = out / "home"
    shutil.rmtree(home, ignore_errors=True)
    words = ["run", "--month", MONTH, "--inputs", out / "inputs", "--policy", DEMO_POLICY, "--home", home, "--json"]
    done = subprocess.run([IMPACT, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImpactPipelineError(done.stderr.strip())
    return json.loads(done.stdout)


def first_run(realdata, out):
    """Everything: inputs, run, and the tables of the page by name, in Markdown."""
    out.mkdir(parents=True, exist_ok=True)
    links, left_out = write_inputs(realdata, out)
    return tables.of_run(out / "home" / "readers.duckdb", run(out), links, left_out)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="first_run", description=__doc__.partition("\n")[0])
    parser.add_argument("--realdata", type=Path, required=True, help="folder with the fund's and the vendor's file")
    parser.add_argument("--out", type=Path, required=True, help="folder to write inputs and home into")
    parser.add_argument("--docs", type=Path, help="page whose tables are renewed")
    given = parser.parse_args(arguments)
    try:
        found = first_run(given.realdata, given.out)
        if given.docs:
            page = given.docs.read_text(encoding="utf-8")
            given.docs.write_text(tables.renewed(page, found), encoding="utf-8")
        else:
            print("\n\n".join(f"{name}\n\n{text}" for name, text in found.items()))
    except ImpactPipelineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
