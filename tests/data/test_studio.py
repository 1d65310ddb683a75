import pytest

from tfgan_compress.data import frll, morphs
from tfgan_compress.data.studio import Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    # One person alone is rendered in this process.
    return Studio(tmp_path_factory.mktemp("studio"), [3], image_size=32)


def test_rendered_people_stand_as_those_of_the_london_set(studio):
    assert len(studio) == 10 and studio.record_identities.tolist() == 10 * [0]
    found = {studio[i]["view"]: studio[i]["yaw"] for i in range(10)}
    assert found == {view: yaw for view, (_, yaw) in frll.VIEWS.items()}
    # As shot: the nose is on the side that the face is turned to.
    for record in (studio[i] for i in range(10)):
        nose = record["landmarks"][2, 0] - 15.5
        assert abs(nose) < 1 if record["yaw"] == 0 else nose * record["yaw"] > 0


def test_they_may_be_morphed(studio, tmp_path):
    other = Studio(tmp_path, [4], image_size=32)
    made = morphs.between(studio, 1, front=frll.FRONT, rendered=other)
    assert [made[i]["view"] for i in range(10)] == sorted(frll.VIEWS)
    assert made[0]["input"].shape == (32, 32, 3)
