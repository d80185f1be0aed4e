"""``impact``: run months, show figures, screen a name, open the UI, check the installation.

Exit codes: 0 done, 1 a blocking check failed, 2 bad input or usage. Bad input is one line: what, where, next step.
"""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from impact_pipeline.cli_door import missing_files, print_door, unread_files
from impact_pipeline.cli_explain import explain
from impact_pipeline.cli_policy import policy_app
from impact_pipeline.cli_profile import profile
from impact_pipeline.cli_show import print_indicators, show
from impact_pipeline.console import (
    HomeOption,
    InputsOption,
    JsonOption,
    MonthOption,
    PolicyOption,
    err,
    out,
    parse_month,
    print_json,
    print_rows,
    refuse,
    refuse_defect,
    refuse_open_month,
    yes,
)
from impact_pipeline.errors import ImpactPipelineError, SettingsError
from impact_pipeline.settings import REPOSITORY, Settings

if TYPE_CHECKING:  # the heavy rooms are imported by the commands that need them: `impact --help` stays quick
    from impact_pipeline.wiring.runs import Outcome

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, rich_markup_mode=None)
app.add_typer(policy_app, name="policy")


def main() -> NoReturn:
    """Entry point: every error an analyst can cause ends as one line, without a traceback."""
    try:
        returned = app(standalone_mode=False)  # the code of typer.Exit, which is not raised in this mode
        code = returned if isinstance(returned, int) else 0
    except ImpactPipelineError as error:
        code = refuse(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = refuse("interrupted; the months that were finished are kept", 1)
    except Exception as error:
        if hasattr(error, "format_message"):  # click's own usage errors
            code = refuse(f"{error.format_message()} See `impact --help`.", 2)
        else:
            code = refuse_defect(error)
    sys.stdout.flush()
    raise SystemExit(code)


@app.command()
def run(
    month: Annotated[str | None, typer.Option(help="One month, e.g. 2024-12.")] = None,
    months: Annotated[str | None, typer.Option(help="A range in one run, e.g. 2019-12:2024-12.")] = None,
    inputs: InputsOption = None,
    policy: PolicyOption = None,
    home: HomeOption = None,
    known_as_of: Annotated[str, typer.Option(help="See only what was received by this day (ISO date).")] = "",
    as_json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show Dagster's log.")] = False,
) -> None:
    """Materialise everything for a month or a range of months, then print indicators, checks and refusals."""
    if (month is None) == (months is None):
        raise SettingsError("give either --month 2024-12 or --months 2019-12:2024-12")
    first, colon, last = (months or f"{month}").partition(":")
    last = last if colon else first
    if parse_month(last) < parse_month(first):
        raise SettingsError(f"months {months}: the first month is after the last")
    refuse_open_month(last)
    if known_as_of and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", known_as_of):
        raise SettingsError(f"--known-as-of {known_as_of!r}: expected a date such as 2025-03-31")
    settings = Settings.load(inputs, policy, home)
    settings.require_inputs()
    outcome = _run(settings, first, last, known_as_of, quiet=as_json, verbose=verbose)
    _report(settings, outcome, as_json)
    if known_as_of and outcome.exit_code == 0:
        again = f"--month {first}" if first == last else f"--months {first}:{last}"
        err.print(
            f"an earlier view, of {known_as_of}, is shown to readers now; `impact run {again}` brings back the newest",
            highlight=False,
            soft_wrap=True,
        )
    raise typer.Exit(outcome.exit_code)


def _run(settings: Settings, first: str, last: str, known_as_of: str, *, quiet: bool, verbose: bool) -> "Outcome":
    from impact_pipeline.definitions import defs
    from impact_pipeline.wiring.runs import run_months

    label = first if first == last else f"{first}:{last}"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=quiet or verbose, transient=True) as progress:
        bar = progress.add_task(label, total=None)

        def show(done: int, total: int, last_step: str) -> None:
            progress.update(bar, completed=done, total=total, description=f"{label}  {last_step[:60]}")

        return run_months(
            settings,
            defs,
            first,
            last,
            known_as_of=known_as_of,
            on_progress=show,
            log_level="DEBUG" if verbose else "CRITICAL",
        )


def _report(settings: Settings, outcome: "Outcome", as_json: bool) -> None:
    """Print how the run ended; figures are those of its last month."""
    from impact_pipeline.publishing.figures import Figures

    figures, missing, last = None, "", parse_month(outcome.months.split(":")[-1])
    unread: list[str] = []
    if outcome.exit_code == 0:
        figures, missing = Figures(settings.readers, last), missing_files(settings, last)
        unread = unread_files(settings, figures)
    if as_json:
        print_json(
            {
                **vars(outcome),
                "failed_checks": [vars(check) for check in outcome.failed_checks],
                "missing_files": missing,
                "unread_files": unread,
                "indicators": figures.view("indicators").to_dicts() if figures else [],
                "rejected": figures.view("rejected").to_dicts() if figures else [],
                "corrections": figures.view("corrections").to_dicts() if figures else [],
            }
        )
    else:
        if figures:
            print_indicators(figures)
            print_door(figures)
        if missing:
            out.print(
                f"expected for {last:%Y-%m} and not there: {missing}", markup=False, highlight=False, soft_wrap=True
            )
        if unread:
            said = "not read by any month, and no month in the name; look at the day inside"
            out.print(f"{said}: {', '.join(unread)}", markup=False, highlight=False, soft_wrap=True)
        passed = outcome.n_checks - len(outcome.failed_checks)
        if outcome.n_checks:
            out.print(f"{outcome.months}: {passed} of {outcome.n_checks} checks passed", highlight=False)
        for check in outcome.failed_checks:
            word = "FAILED" if check.blocking else "warning"
            out.print(f"  {word}: {check.asset}: {check.name} ({check.description})", markup=False, highlight=False)
    if outcome.exit_code:
        refuse(f"{outcome.months}: {outcome.message}", outcome.exit_code)


@app.command()
def screen(
    month: MonthOption,
    idents: Annotated[list[str] | None, typer.Argument(metavar="IDENT...", help="ISIN, LEI or issuer name.")] = None,
    file: Annotated[Path | None, typer.Option(help="Text file with one ISIN, LEI or name a line.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """May we buy or keep it, until when, and why? For ISINs, LEIs or issuer names, held or not."""
    from impact_pipeline.publishing.figures import Figures
    from impact_pipeline.publishing.pretrade import PreTrade, idents_of, position_sentence

    wanted = [*(idents or ()), *(idents_of(file) if file else ())]
    if not wanted:
        raise SettingsError("give at least one ISIN, LEI or name, or a list with --file")
    pre_trade = PreTrade(Figures(Settings.load(home=home).readers, parse_month(month)))
    answers = [answer for ident in wanted for answer in pre_trade.answer(ident)]
    if as_json:
        print_json(answers)
        return
    for answer in answers:
        title = f"{answer['ident']}: {answer['issuer_name'] or answer['issuer_id'] or 'no issuer found'}"
        out.print(f"{title} - {answer['headline_outcome']}", markup=False, highlight=False)
        until = f"   decide by: {answer['decide_by']}" if answer["decide_by"] else ""
        out.print(f"  buy: {yes(answer['buy_ok'])}   hold: {yes(answer['hold_ok'])}{until}", highlight=False)
        for line in (answer.get("reason"), *map(position_sentence, answer["positions"])):
            if line:
                out.print(f"  {line}", markup=False, highlight=False)
        for rule in answer["rules"]:
            out.print(f"  {rule['rule_id']:8} {rule['outcome']:14} {rule['text_fr']}", markup=False, highlight=False)


app.command()(show)
app.command()(explain)
app.command()(profile)

#: Dagster recommends another command for development; this one is what it ships for running UI and daemon together.
_QUIET = {"PYTHONWARNINGS": "ignore:Function `dev_command` is superseded"}


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
    inputs: InputsOption = None,
    policy: PolicyOption = None,
    home: HomeOption = None,
) -> None:
    """Start the Dagster UI with its daemon on 127.0.0.1."""
    from impact_pipeline.wiring.instance import ensure_instance

    settings = Settings.load(inputs, policy, home)
    settings.require_inputs()
    ensure_instance(settings)
    dagster = Path(sys.executable).with_name("dagster")
    command = [
        str(dagster),
        "dev",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-w",
        str(REPOSITORY / "workspace.yaml"),
    ]
    out.print(f"http://127.0.0.1:{port}  (Ctrl-C stops it)", highlight=False)
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **settings.environment(), **_QUIET})


@app.command()
def doctor(
    inputs: InputsOption = None,
    policy: PolicyOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the installation, the inputs, the policy and the store, and say what to fix."""
    from impact_pipeline.doctor import examine

    findings = examine(Settings.load(inputs, policy, home))
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        print_rows("doctor", [vars(finding) for finding in findings])
    raise typer.Exit(2 if any(finding.state == "FIX" for finding in findings) else 0)


if __name__ == "__main__":
    main()
