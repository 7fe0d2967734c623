"""Actors that outlive whoever starts them."""

from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors.placement import is_embedded
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings


def detached(  # Ray's own types differ by option
    name: str, settings: Settings, *, stays_here: bool = False
) -> dict[str, Any]:
    """Options for an actor of that name: found if there is one, restarted whenever it ends; on
    this machine, if what it keeps is here."""
    options: dict[str, Any] = {
        "name": name,
        "namespace": NAMESPACE,
        "lifetime": "detached",
        "get_if_exists": True,
        "max_restarts": -1,
        "num_cpus": 0,
    }
    if stays_here or is_embedded(settings):
        # Its files are here: started on another machine it would find none.
        here = ray.get_runtime_context().get_node_id()
        options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(here, soft=False)
    return options
