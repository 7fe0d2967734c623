"""Actors that outlive whoever starts them."""

from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors.placement import is_embedded
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings


def detached(name: str, settings: Settings) -> dict[str, Any]:  # Ray's own types differ by option
    """Options for an actor of that name: found if there is one, restarted whenever it ends."""
    options: dict[str, Any] = {
        "name": name,
        "namespace": NAMESPACE,
        "lifetime": "detached",
        "get_if_exists": True,
        "max_restarts": -1,
        "num_cpus": 0,
    }
    if is_embedded(settings):
        # Its files are here: started on another machine it would find none.
        here = ray.get_runtime_context().get_node_id()
        options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(here, soft=False)
    return options
