"""What the lab shows of S-LoRA is what is printed."""

from physics.serving.published import SLORA_TABLE_3
from tests.physics.reference.rows import rows


def test_slora_table_3_is_displayed_as_printed():
    shown = {(row.adapters, row.server): row for row in SLORA_TABLE_3}
    for row in rows("cache.slora_table3"):
        for server, key in (("S-LoRA", "slora"), ("vLLM-packed", "vllm_packed"), ("PEFT", "peft")):
            printed = shown.pop((row["n"], server))
            assert printed.out_of_memory == (row[key] == "OOM")
            assert printed.requests_per_s == (None if row[key] == "OOM" else row[key])
    assert not shown
