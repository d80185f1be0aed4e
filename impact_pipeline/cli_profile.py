"""``impact profile FILE``: what the pipeline would read of a supplier's file, or a first profile for an unknown one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from impact_pipeline.console import JsonOption, PolicyOption, out, print_json, print_rows
from impact_pipeline.errors import SettingsError
from impact_pipeline.settings import Settings

if TYPE_CHECKING:
    from impact_pipeline.ingest.profiles.trial import Trial

#: Rows and columns shown of each table.
_SAMPLE, _COLUMNS = 5, 12


def profile(
    file: Annotated[Path, typer.Argument(help="A file as the supplier sent it.")],
    dataset: Annotated[str, typer.Option(help="Folder it belongs into; default: the folder it is in.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Put the proposal into profiles/ of the policy.")] = False,
    policy: PolicyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how a file would be read: by which profile, which rows and columns; propose a profile for an unknown file.

    Nothing is stored; ``--write`` alone adds the proposal to the policy, under a name that is not taken.
    """
    from impact_pipeline.ingest.profiles.trial import try_file

    if not file.is_file():
        raise SettingsError(f"{file}: no such file")
    folder = Settings.load(None, policy, None).policy / "profiles"
    trial = try_file(file, dataset, folder)
    target = _write(trial, folder) if write and trial.refusal is None else None
    if as_json:
        print_json({**trial.as_dict(_SAMPLE), "written": None if target is None else str(target)})
    else:
        _show(trial, target)
    if trial.refusal is not None:
        raise typer.Exit(2)


def _write(trial: "Trial", folder: Path) -> Path:
    if trial.proposal is None:
        raise SettingsError(f"{trial.file}: already read by {trial.profile_id}; nothing to write")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{trial.proposal.profile['id']}.yaml"
    if target.exists():
        raise SettingsError(f"{target} exists already; move it away, or rename the file you proposed from")
    target.write_text(trial.proposal.to_yaml(), encoding="utf-8")
    return target


def _show(trial: "Trial", target: Path | None) -> None:
    def say(text: str) -> None:
        out.print(text, markup=False, highlight=False, soft_wrap=True)

    if trial.profile_id is not None:
        say(f"{trial.file} is read with the profile {trial.profile_id}")
    for left in trial.left_out:
        say(f"left out, {left.reason}: {_rows(left.rows)} of {trial.row_count}")
    for table, sums in zip(trial.tables, trial.sums, strict=True):
        filled = [series.name for series in table.frame if series.null_count() < table.frame.height]
        rows: list[dict[str, Any]] = table.frame.select(filled[:_COLUMNS]).head(_SAMPLE).to_dicts()
        shown = [{"row": row_number, **row} for row_number, row in zip(table.rows, rows, strict=False)]
        print_rows(f"{table.dataset}: {table.frame.height} rows, the first as they would be read", shown)
        if sums:
            told = ", ".join(f"{name} {total.normalize():,f}" for name, total in sums.items())
            say(f"sums, to compare with what the supplier says: {told}")
    if trial.unread:
        say("columns not read: " + ", ".join(trial.unread))
    if trial.refusal is not None:
        say(f"refused as it is: {trial.refusal}")
    if trial.proposal is None:
        return
    say("no profile knows this file; here is a first one to correct:\n")
    say(trial.proposal.to_yaml())
    if target is not None:
        say(f"written to {target}: correct it, then run the same command again")


def _rows(rows: list[int]) -> str:
    """``3 rows (8, 12, 20)``, the first of many."""
    named = ", ".join(map(str, rows[:_SAMPLE])) + (", ..." if len(rows) > _SAMPLE else "")
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} ({named})"
