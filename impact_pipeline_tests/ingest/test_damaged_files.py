"""Good files damaged at random: each is refused by name, or listed, or its figures are those of the good one.

The damage is what happens to files on their way (cut, sent twice, saved by a spreadsheet, in another encoding), not
another plausible text or figure in a cell: that only the sender's digest in ``manifest.csv`` can show.
"""

import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from impact_pipeline.errors import SourceFileError
from impact_pipeline.ingest import Delivery
from impact_pipeline_tests.ingest.deliveries import ISIN, LEI, OTHER_ISIN, OTHER_LEI, Folder, fund, tpt_csv
from impact_pipeline_tests.ingest.test_supplier_profiles import CUSTODIAN

Damage = Callable[[bytes, random.Random], bytes]

_LINES = [
    f"2024-12-31,P,L{n},listed_equity,{ISIN if n % 2 else OTHER_ISIN},{LEI},EUR,{n},{1000 + n}.25,return"
    for n in range(12)
]
_HEADER = "as_of_date,portfolio_id,line_id,asset_class,instrument_id,issuer_id,currency,quantity,market_value,pocket"
_TOTAL = sum(1000 + n for n in range(12)) + 12 * 0.25
CANONICAL = "\n".join([_HEADER, *_LINES, ""]).encode()
MANIFEST = f"file,row_count,control_total\nholdings/f.csv,12,{_TOTAL}\n"
TEMPLATE = tpt_csv(
    fund(
        *(
            {"f14": code, "f16": str(n), "f17": f"Ligne {n} é", "f24": 100 + n, "f46": "Émetteur", "f47": lei, "f48": 1}
            for n, (code, lei) in enumerate([(ISIN, LEI), (OTHER_ISIN, OTHER_LEI)] * 5)
        )
    )
).encode()
GOOD = {"canonical": CANONICAL, "template": TEMPLATE, "custodian": CUSTODIAN.encode("cp1252")}


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_between_rows(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: chance.randrange(1, len(lines))])


def without_a_row(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def with_a_row_twice(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    return b"".join([*lines[: place + 1], lines[place], *lines[place + 1 :]])


def with_bytes(data: bytes, chance: random.Random) -> bytes:
    # a heading of a column that files may lack is not missed: bytes go elsewhere
    body = data.index(b"\n", data.find(b"Code ISIN") if b"Code ISIN" in data else 0)
    signs = [b"\0", b"\r", b"\x1a", b'"', b"\n", b"\xef\xbb\xbf"]
    if data != GOOD["custodian"]:  # any byte is a letter in cp1252
        signs += [b"\xff", b"\xe9"]
    strange = chance.choice(signs)
    place = chance.randrange(body, len(data))
    return data[:place] + strange + data[place:]


def with_a_cell(data: bytes, chance: random.Random) -> bytes:
    """One cell of one line is something that spreadsheets and exports put there."""
    lines = data.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    mark = b";" if b";" in lines[place] else b","
    cells = lines[place].rstrip(b"\r\n").split(mark)
    at = chance.randrange(len(cells))
    words = ["#REF!", "#VALUE!", "#DIV/0!"]  # #N/A may stand for unknown
    if re.fullmatch(rb"[0-9.,/-]+", cells[at]):  # a figure or a day, where it cannot be a text
        words += ["NaN", "inf", "1e400", "1.234,56x", "2024-13-45", "=1+1", "null"]
    cells[at] = chance.choice(words).encode()
    lines[place] = mark.join(cells) + b"\n"
    return b"".join(lines)


def with_another_number_of_cells(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    mark = b";" if b";" in lines[place] else b","
    cells = lines[place].rstrip(b"\r\n").split(mark)
    at = chance.randrange(len(cells))
    cells = cells[:at] + cells[at + 1 :] if chance.random() < 0.5 else [*cells[:at], b"", *cells[at:]]
    lines[place] = mark.join(cells) + b"\n"
    return b"".join(lines)


def with_two_headings_exchanged(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith((b"as_of_date", b"1_Portfolio", b"Code ISIN")))
    mark = b";" if b";" in lines[place] else b","
    cells = lines[place].rstrip(b"\r\n").split(mark)
    first, second = chance.sample(range(6), 2)  # columns that no file lacks
    cells[second] = cells[first]  # one heading twice, the other lost
    lines[place] = mark.join(cells) + b"\n"
    return b"".join(lines)


def in_another_encoding(data: bytes, chance: random.Random) -> bytes:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return text.encode(chance.choice(["utf-16", "utf-8-sig", "cp1252", "utf-8", "utf-32"]))


def with_another_delimiter(data: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b"\t", b"|", b",", b";"])
    return data.replace(b";" if b";" in data else b",", new)


DAMAGES: list[Damage] = [
    cut,
    cut_between_rows,
    without_a_row,
    with_a_row_twice,
    with_bytes,
    with_a_cell,
    with_another_number_of_cells,
    with_two_headings_exchanged,
    in_another_encoding,
    with_another_delimiter,
]
_FIGURES = ["raw.holdings", "raw.issuers", "raw.portfolios"]


def read(base: str, data: bytes) -> Delivery:
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place), None).write("holdings/f.csv", data)
        if base == "canonical":
            folder.write("manifest.csv", MANIFEST)
        return folder.read()


def figures(delivery: Delivery) -> list[pl.DataFrame]:
    frames = (delivery.frames[name].drop("source_file_id", "source_row") for name in _FIGURES)
    return [frame.sort(pl.all()) for frame in frames]


def silent(base: str, data: bytes, good: Delivery) -> str | None:
    """What was accepted in silence; nothing when the damage was seen or did no harm."""
    try:
        delivery = read(base, data)
    except SourceFileError as error:
        return None if error.file and error.found and error.expected and "\n" not in str(error) else f"unclear: {error}"
    if delivery.rejected_rows.height > good.rejected_rows.height:
        return None
    same = all(ours.equals(theirs) for ours, theirs in zip(figures(delivery), figures(good), strict=True))
    return None if same else "other figures, and nothing said"


def run(count: int) -> list[str]:
    """Damage each of the good files ``count`` times; what was accepted in silence, with the recipe."""
    found = []
    for base, data in GOOD.items():
        good = read(base, data)
        for seed in range(count):
            chance = random.Random(f"{base}-{seed}")
            damage = DAMAGES[seed % len(DAMAGES)]
            damaged = damage(data, chance)
            said = silent(base, damaged, good)
            if said is not None:
                found.append(f"{base}, seed {seed}, {damage.__name__}: {said}")
    return found


def test_the_good_files_are_read() -> None:
    assert [read(base, data).frames["raw.holdings"].height for base, data in GOOD.items()] == [12, 10, 3]


def test_no_damage_is_accepted_in_silence() -> None:
    assert run(60) == []


@pytest.mark.slow
def test_no_damage_of_two_thousand_is_accepted_in_silence() -> None:
    assert run(700) == []
