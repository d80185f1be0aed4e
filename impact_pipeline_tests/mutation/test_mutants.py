"""The mistakes are what they say: each compiles, differs, and has a name of its own."""

import ast
from pathlib import Path

import pytest

import impact_pipeline.domain.screening as engine
from impact_pipeline.domain.screening import Rule
from impact_pipeline_tests.domain.screening.cases import demo_rules
from impact_pipeline_tests.mutation import mutants
from impact_pipeline_tests.mutation.rule_mutants import changes


@pytest.mark.parametrize("module", mutants.MODULES)
def test_each_mistake_of_a_module_is_another_program(module):
    found = list(mutants.mutants_of(module))
    assert len({each.name for each in found}) == len(found) > 5
    real = ast.unparse(ast.parse((Path(engine.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")))
    sources = {each.source for each in found}
    assert real not in sources
    assert len(sources) == len(found)


def test_each_mistake_of_a_rule_is_another_valid_rule():
    for rule in demo_rules().values():
        found = [Rule.model_validate(changed) for _, changed in changes(rule.model_dump(mode="json", by_alias=True))]
        assert len({each.sha for each in found} | {rule.sha}) == len(found) + 1


@pytest.mark.parametrize(
    ("line", "mistakes"),
    [
        ("a = lo > at", ["lo >= at"]),
        ("a = lo & ~hi", ["lo | ~hi", "lo & ~~hi"]),
        ("a = UNKNOWN", ["FALSE", "TRUE"]),
        ("a = pl.max_horizontal(x)", ["pl.min_horizontal(x)"]),
        ("a = pl.when(b).then(c)", ["pl.when(pl.lit(False)).then(c)"]),
        ("a = x.filter(b)", ["x.filter(pl.lit(True))"]),
        ("a = x.join(y, on=k, how='anti')", ["x.join(y, on=k, how='semi')"]),
        ("a = x.sort(k, maintain_order=True)", []),
    ],
)
def test_what_counts_as_a_mistake(line, mistakes):
    found = []
    for number in range(len(list(mutants._changes(ast.parse(line))))):
        _, statement, change = list(mutants._changes(ast.parse(line)))[number]
        change()
        found.append(ast.unparse(statement).removeprefix("a = "))
    assert found == mistakes
