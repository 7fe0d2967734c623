"""The example for Ray's cluster launcher: Ray accepts it, and no edit loses what matters."""

import re
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.serve.schema import ServeDeploySchema

from actors.sharding.placement import check_reachable
from cluster.settings import PREFIX, load_settings

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "cluster.yaml"
Config = dict[str, Any]  # a YAML document: Ray's schema, not ours, types it


@pytest.fixture(scope="module")
def config() -> Config:
    """The file as `ray up` sees it: checked, with Ray's defaults for AWS filled in."""
    prepared = prepare_config(yaml.safe_load(CONFIG.read_text()))
    validate_config(prepared)
    return cast(Config, prepared)


def start_commands(config: Config) -> list[str]:
    return [
        command
        for role in ("head", "worker")
        for command in config[f"{role}_start_ray_commands"]
        if "ray start" in command
    ]


def test_no_page_is_read_on_the_head_node(config: Config) -> None:
    head = config["available_node_types"][config["head_node_type"]]
    assert head["resources"] == {"CPU": 0}
    assert head["max_workers"] == 0


def test_ocr_nodes_come_and_go(config: Config) -> None:
    ocr = config["available_node_types"]["ocr"]
    assert 0 <= ocr["min_workers"] < ocr["max_workers"] <= config["max_workers"]
    assert 0 < config["idle_timeout_minutes"] <= 15
    assert config["upscaling_speed"] >= 1


def test_every_node_runs_the_pinned_ray(config: Config) -> None:
    commands = config["head_start_ray_commands"] + config["worker_start_ray_commands"]
    for command in commands:
        assert re.findall(r"(\S*)\bray (?:start|stop)\b", command) == ["~/scriptorium/.venv/bin/"]
    for setup in (config["head_setup_commands"], config["worker_setup_commands"]):
        assert "~/scriptorium/scripts/setup" in setup
        assert not [command for command in setup if "pip install" in command]


def test_the_dashboard_is_for_the_head_node_alone(config: Config) -> None:
    head, worker = start_commands(config)
    assert "--head" in head
    assert "--autoscaling-config=~/ray_bootstrap_config.yaml" in head
    assert "--dashboard-host=127.0.0.1" in head
    assert "--dashboard-host" not in worker
    assert "--address=$RAY_HEAD_IP:6379" in worker


def test_every_node_has_the_settings_before_ray_starts(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    (tmp_path / "scriptorium").mkdir()
    (tmp_path / ".scriptorium_graph").write_text("neo4j://neo4j:a-password@graph.internal:7687\n")
    (write,) = [c for c in config["setup_commands"] if c.startswith("cat > ~/scriptorium/")]
    # Ray, too, puts a command in parentheses before it hands it to bash.
    subprocess.run(["bash", "-c", f"({write})"], env=environment, check=True)
    shown = subprocess.run(
        ["bash", "-c", ". ~/scriptorium/environment && env"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    variables = dict(line.split("=", 1) for line in shown.stdout.splitlines())

    assert variables["RAY_AUTH_MODE"] == "token"
    assert variables["RAY_USAGE_STATS_ENABLED"] == "0"
    assert variables["PATH"].startswith(f"{tmp_path}/scriptorium/.venv/bin:")
    for command in start_commands(config):
        assert command.startswith(". ~/scriptorium/environment && ")

    for name, value in variables.items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    settings = load_settings()
    check_reachable(settings, 2)
    assert settings.s3_region == config["provider"]["region"]
    assert settings.data_dir == tmp_path / "scriptorium" / "var"


def test_every_node_gets_the_token_and_the_code(config: Config) -> None:
    mounts = config["file_mounts"]
    assert mounts["~/.ray/auth_token"] == "~/.ray/auth_token"
    assert "chmod 600 ~/.ray/auth_token ~/.pgpass ~/.scriptorium_graph" in config["setup_commands"]

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    code = project["tool"]["setuptools"]
    packages = {name.removesuffix("*") for name in code["packages"]["find"]["include"]}
    modules = {f"{name}.py" for name in code["py-modules"]}
    needed = packages | modules | {"scripts", "configs", "pyproject.toml", "requirements.lock"}
    needed |= {project["project"]["readme"], *project["project"]["license-files"]}
    sent = {remote: local for remote, local in mounts.items() if not local.startswith("~")}
    assert sent == {f"~/scriptorium/{name}": name for name in needed}
    assert [name for name in needed if not (ROOT / name).exists()] == []


def test_no_secret_is_in_the_file() -> None:
    text = CONFIG.read_text()
    secrets = r"AKIA|ASIA|PRIVATE KEY|secret_access|session_token|RAY_AUTH_TOKEN\b|[0-9A-Fa-f]{32}"
    assert re.findall(secrets, text, flags=re.IGNORECASE) == []


def test_the_application_is_described_as_serve_wants_it() -> None:
    described = yaml.safe_load((ROOT / "configs/serve.yaml").read_text())
    schema = ServeDeploySchema.model_validate(described)
    assert schema.http_options.host == "127.0.0.1"
    (application,) = schema.applications
    module, _, name = application.import_path.partition(":")
    assert callable(getattr(import_module(module), name))
    (deployment,) = application.deployments
    assert deployment.name == "http"
    assert deployment.ray_actor_options.num_cpus == 0
    assert deployment.ray_actor_options.resources == {"node:__internal_head__": 0.001}
