"""A check reads its own table and what that is made from: anything else may be of an earlier run when it is asked."""

from impact_pipeline.definitions import defs
from impact_pipeline.settings import SQL_MODELS
from impact_pipeline.warehouse.models import load_tests
from impact_pipeline.wiring.metadata import asset_key


def test_no_check_reads_a_table_that_may_not_be_there_yet() -> None:
    graph = defs().resolve_asset_graph()
    # tables that one step writes together are there together
    together = {key: set(graph.get(key).execution_set_asset_keys) for key in graph.materializable_asset_keys}
    early = []
    for test in load_tests(SQL_MODELS / "tests"):
        own = asset_key(test.model)
        before = {own, *together.get(own, ()), *graph.get_ancestor_asset_keys(own)}
        before |= {other for key in list(before) for other in together.get(key, ())}
        early += [f"{test.name}: {name}" for name in test.depends_on if asset_key(name) not in before]
    assert early == []
