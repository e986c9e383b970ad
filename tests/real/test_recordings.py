"""What ships in examples/ is what the real thing does, still."""

from __future__ import annotations

import pytest
import yaml

from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster
from tests.realcluster.recording import record


@pytest.mark.parametrize("name", examples.example_names())
def test_the_recording_is_true(cluster: RealCluster, name: str) -> None:
    documents = examples.manifests(name)
    examples.create(cluster, documents)
    shipped = yaml.safe_load((examples.FOLDER / name / examples.RECORDING).read_text())
    assert record(cluster, name, documents) == shipped, "scripts/record-examples writes it anew"
