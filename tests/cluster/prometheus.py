"""What a node of the cluster tells Prometheus."""

from collections.abc import Iterator
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

_OURS = "scriptorium"


def samples(node: dict[str, object]) -> Iterator[Sample]:
    """Our metrics at their newest, of a node as `ray.nodes` has it."""
    address = f"http://127.0.0.1:{node['MetricsExportPort']}/metrics"
    with urlopen(address, timeout=10) as answer:
        text = answer.read().decode()
    for family in text_string_to_metric_families(text):
        yield from (sample for sample in family.samples if _OURS in sample.name)
