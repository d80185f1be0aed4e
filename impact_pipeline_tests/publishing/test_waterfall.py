"""The chart and the table of a change say what the effects say."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from impact_pipeline.publishing.changes import EFFECT_LABELS, Waterfall
from impact_pipeline.publishing.waterfall import waterfall_svg
from impact_pipeline.schemas.vocabulary import CHANGE_EFFECTS

SVG = "{http://www.w3.org/2000/svg}"


def change(from_value, to_value, **effects):
    cells = {effect: Decimal(effects.get(effect, 0)) for effect in CHANGE_EFFECTS}
    days = dt.date(2023, 12, 31), dt.date(2024, 12, 31)
    return Waterfall("financed_emissions", "P<1>", *days, Decimal(from_value), Decimal(to_value), cells)


def test_bars_follow_each_other_from_figure_to_figure():
    # 1,000 - 400 + 150 = 750
    steps = change(1_000, 750, leavers=-400, emissions=150).steps()
    assert [label for label, *_ in steps] == ["Au 31/12/2023", *EFFECT_LABELS.values(), "Au 31/12/2024"]
    assert all(before[3] == after[2] for before, after in pairwise(steps[:-1]))
    assert (steps[0][2:], steps[3][2:], steps[8][2:], steps[-1][2:]) == ((0, 1000), (1000, 600), (600, 750), (0, 750))


def test_the_chart_is_one_file_with_french_labels_and_bars_to_scale():
    drawn = ElementTree.fromstring(waterfall_svg(change(1_000, 750, leavers=-400, emissions=150)))
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    # a long name must not push the dates out of the picture: it has the second line to itself
    assert texts[0] == "Émissions financées : du 31/12/2023 au 31/12/2024"
    assert texts[1] == "Portefeuille P<1> ; en tCO2e ; les effets s'additionnent exactement"
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Émissions financées, portefeuille P<1> : du 31/12/2023 au 31/12/2024"
    assert {*EFFECT_LABELS.values(), "1 000", "−400", "+150", "750"} <= set(texts)
    # the background first, then a bar for each step, as long as its value
    bars = list(drawn.iter(f"{SVG}rect"))[1:]
    widths = [float(bar.get("width")) for bar in bars]
    assert len(bars) == 11
    assert widths[3] / widths[0] == pytest.approx(0.4, abs=0.001)
    assert len({bars[place].get("fill") for place in (0, 1, 3, 8)}) == 4, "a figure, a 0, a fall and a rise"
    assert not [node for node in drawn.iter() if node.tag in (f"{SVG}script", f"{SVG}image", f"{SVG}style")]
    assert "http" not in waterfall_svg(change(1, 1)).replace("http://www.w3.org/2000/svg", "")


def test_what_is_not_known_is_a_dash_and_a_zero_has_no_sign():
    cells = dict.fromkeys(CHANGE_EFFECTS)
    unknown = Waterfall("waci", "ALL", dt.date(2023, 12, 31), dt.date(2024, 12, 31), None, None, cells)
    assert {row["tCO2e/M€"].strip() for row in unknown.text_rows()} == {"–"}
    drawn = ElementTree.fromstring(waterfall_svg(unknown))
    assert len(list(drawn.iter(f"{SVG}rect"))) == 1, "the background, no bar"
    assert "rien n'est couvert à ces dates" in [text.text for text in drawn.iter(f"{SVG}text")][1]
    rows = {row["Effet"]: row for row in change(1_000, 600, leavers=-400).text_rows()}
    assert (rows["Prix"]["tCO2e"].strip(), rows["Prix"][""].strip()) == ("0", "")
    assert set(rows["Lignes sorties"][""].strip()) == {"−"}
