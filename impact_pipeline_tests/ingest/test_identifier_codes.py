"""Check digits against public examples; each is refused with one digit changed."""

import pytest

from impact_pipeline.ingest.identifiers.codes import valid_code

#: Public codes: Apple (ISIN, CUSIP, FIGI), TotalEnergies (ISIN, SIREN), National Grid and BAE Systems (SEDOL, from
#: their ISINs GB00BDR05C01 and GB0002634946), Deutsche Bank (LEI).
PUBLIC = [
    ("isin", "US0378331005"),
    ("isin", "FR0000120271"),
    ("isin", "GB0002634946"),
    ("lei", "7LTWFZYICNSX8D621K86"),
    ("cusip", "037833100"),
    ("sedol", "0263494"),
    ("sedol", "BDR05C0"),
    ("siren", "542051180"),
    ("figi", "BBG000B9XRY4"),
]


@pytest.mark.parametrize(("scheme", "code"), PUBLIC)
def test_a_public_code_passes_and_a_changed_digit_does_not(scheme: str, code: str) -> None:
    assert valid_code(scheme, code) == code
    assert valid_code(scheme, f" {code[:3]} {code[3:].lower()}") == code
    changed = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert valid_code(scheme, changed) is None


def test_a_wkn_has_a_form_and_no_check_digit() -> None:
    assert valid_code("wkn", "723610") == "723610"
    assert valid_code("wkn", "A0D9PT") == "A0D9PT"
    assert valid_code("wkn", "72361") is None


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("cusip", "0378331005"),  # ten characters
        ("sedol", "A263494"),  # a vowel
        ("figi", "BBX000B9XRY4"),  # the third character is no G
        ("siren", "54205118"),
        ("siren", "542-051-180"),  # separators are not white space
        ("lei", "US0378331005"),  # an ISIN where a LEI belongs
        ("cusip", "03783310٠"),  # a digit of another script
    ],
)
def test_another_form_is_refused(scheme: str, code: str) -> None:
    assert valid_code(scheme, code) is None
