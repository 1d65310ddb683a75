import json

from tfgan_compress.search.plot import plot
from tfgan_compress.search.result import Candidate, SearchResult, pareto_front

POINTS = [(10, 0.5), (20, 0.4), (20, 0.8), (30, 0.8), (15, 0.6), (40, 0.9)]
TRIALS = tuple(
    Candidate(i, {"a": i}, score, macs * 10**9, 100, 2.0) for i, (macs, score) in enumerate(POINTS)
)
RESULT = SearchResult({"a": 5}, TRIALS[5], TRIALS, TRIALS[1], {"macs": 45 * 10**9, "params": None})


def test_front_holds_what_no_candidate_beats():
    assert [c.number for c in pareto_front(TRIALS)] == [0, 4, 2, 5]
    assert pareto_front(()) == ()


def test_speed_is_in_candidates_per_minute():
    assert RESULT.per_minute == 30


def test_result_survives_json():
    assert SearchResult.from_dict(json.loads(json.dumps(RESULT.to_dict()))) == RESULT


def test_plot_is_a_picture(tmp_path):
    path = tmp_path / "plots" / "search.png"
    plot(RESULT, path, references={"teacher": (10**11, 0.95)}, score_name="SSIM")
    assert path.read_bytes().startswith(b"\x89PNG")
