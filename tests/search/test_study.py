import json
import subprocess
import sys
from collections import Counter as Multiset

import optuna
import pytest

from tests.search.toy import SPACE, Counter, score
from tfgan_compress.search.study import search

BUDGET = 2500


def run(score=score, **changes):
    arguments = {"macs": BUDGET, "trials": 30, "storage": None, "progress": False}
    return search(SPACE, score, Counter(), **(arguments | changes))


def best_by_hand(macs=BUDGET, params=99):
    every = ((a, b, c) for a in range(1, 5) for b in range(1, 5) for c in range(1, 5))
    all_channels = [{"a1": a, "a2": a, "b": b, "c": c, "noise": 0} for a, b, c in every]
    counter = Counter()
    fitting = [c for c in all_channels if counter(c) <= macs and counter.params(c) <= params]
    return max(map(score, fitting)), len(fitting)


@pytest.mark.parametrize("strategy", ["evolution", "random", "brute"])
@pytest.mark.parametrize("tradeoff", [True, False])
def test_strategies_keep_the_budget_and_score_nothing_twice(strategy, tradeoff):
    asked = []

    def noted(channels):
        asked.append(tuple(channels.values()))
        return score(channels)

    result = run(noted, strategy=strategy, tradeoff=tradeoff, trials=25)
    assert len(result.trials) == len(asked) == len(set(asked)) == 25
    assert all(trial.macs <= BUDGET for trial in result.trials)
    assert result.best.score == max(trial.score for trial in result.trials)
    assert result.channels == SPACE.channels(result.best.setting)


@pytest.mark.parametrize("strategy", ["evolution", "random", "brute"])
def test_search_ends_when_nothing_new_is_left(strategy):
    highest, fitting = best_by_hand()
    result = run(strategy=strategy, trials=1000, population=8)
    assert len(result.trials) == fitting
    assert result.best.score == highest


def test_parameter_budget_holds_too():
    highest, fitting = best_by_hand(params=9)
    result = run(strategy="brute", params=9, trials=1000)
    assert len(result.trials) == fitting
    assert result.best.score == highest
    assert max(trial.params for trial in result.trials) <= 9


def test_uniform_narrowing_is_scored_first():
    result = run(trials=5)
    assert result.uniform == result.trials[0]
    widths = [result.uniform.setting[knob] for knob in ("a", "b", "c")]
    assert max(widths) - min(widths) <= 1


def test_front_is_not_beaten_by_any_candidate():
    result = run()
    for member in result.front:
        better = [t for t in result.trials if t.macs <= member.macs and t.score > member.score]
        assert not better
    assert result.front[-1].score == result.best.score


@pytest.mark.parametrize(
    ("budget", "received"),
    [({"macs": 299}, "299 MACs"), ({"params": 3}, "2,500 MACs and 3 parameters")],
)
def test_impossible_budget_is_refused_with_the_smallest_counts(budget, received):
    def never(channels):
        raise AssertionError("nothing may be scored")

    with pytest.raises(ValueError, match=f"300 MACs and 4 parameters. Received: {received}"):
        run(never, **budget)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"strategy": "luck"}, "strategy must be one of"), ({"trials": 0}, "trials must be")],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        run(**arguments)


def test_candidate_without_finite_score_is_left_out():
    def sometimes(channels):
        return float("nan") if channels["b"] == 2 else score(channels)

    result = run(sometimes, strategy="brute", trials=1000)
    assert result.trials
    assert all(trial.setting["b"] != 2 for trial in result.trials)


def test_search_without_any_finite_score_says_so():
    with pytest.raises(ValueError, match="No candidate had a finite score"):
        run(lambda channels: float("inf"), strategy="brute")


def test_error_of_the_score_comes_through():
    def broken(channels):
        raise RuntimeError("the supernet is gone")

    with pytest.raises(RuntimeError, match="supernet is gone"):
        run(broken)


def test_same_seed_finds_the_same_candidates():
    first, again, other = (run(seed=seed, trials=20) for seed in (3, 3, 4))
    settings = [[trial.setting for trial in result.trials] for result in (first, again, other)]
    assert settings[0] == settings[1] != settings[2]


def test_finished_study_is_read_without_scoring(tmp_path):
    storage = tmp_path / "new" / "search.db"
    first = run(storage=storage, trials=4)

    def never(channels):
        raise AssertionError("nothing may be scored")

    assert run(never, storage=storage, trials=4) == first


def test_study_with_another_budget_is_refused(tmp_path):
    storage = f"sqlite:///{tmp_path}/search.db"
    run(storage=storage, trials=2)
    with pytest.raises(ValueError, match="another macs"):
        run(storage=storage, trials=2, macs=2000)
    assert len(run(storage=storage, trials=2, macs=2000, name="other").trials) == 2


def test_log_level_of_optuna_stays_as_it_was():
    before = optuna.logging.get_verbosity()
    run(trials=2)
    assert optuna.logging.get_verbosity() == before


def worker(storage, log, trials, die_after=99, lines=0):
    command = [sys.executable, "-m", "tests.search.toy", str(storage), str(log)]
    numbers = map(str, (trials, die_after, lines))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*command, *numbers], **pipes)


def test_killed_search_resumes_without_loss(tmp_path):
    storage, log = tmp_path / "search.db", tmp_path / "log"
    killed = worker(storage, log, 8, die_after=3)
    assert killed.communicate() and killed.returncode == -9
    before = [json.loads(line) for line in log.read_text().splitlines()]
    asked = []

    def noted(channels):
        asked.append(channels)
        return score(channels)

    result = run(noted, storage=storage, trials=8)
    assert len(before) == 3 and len(asked) == 5
    assert len(result.trials) == 8
    assert max(Multiset(map(str, before + asked)).values()) == 1
    assert result.uniform is not None


def test_candidate_of_a_killed_worker_is_scored_after_all(tmp_path):
    storage, log = tmp_path / "search.db", tmp_path / "log"
    worker(storage, log, 8, die_after=0).communicate()
    result = run(storage=storage, trials=2)
    assert result.uniform == result.trials[0]


def test_workers_on_one_storage_share_the_work(tmp_path):
    storage, log = tmp_path / "search.db", tmp_path / "log"
    run(storage=storage, trials=1)
    workers = [worker(storage, log, 12) for _ in range(2)]
    errors = [w.communicate()[1].decode() for w in workers]
    assert [w.returncode for w in workers] == [0, 0], errors
    scored = log.read_text().splitlines()
    assert len(set(scored)) == len(scored) == 11


def test_other_worker_takes_over_from_a_killed_one(tmp_path):
    storage, log = tmp_path / "search.db", tmp_path / "log"
    run(storage=storage, trials=1)
    dying = worker(storage, log, 12, die_after=0, lines=1)
    # It holds a candidate until the other has scored one, and dies with it.
    assert dying.stdout.readline() == b"dying\n"
    other = worker(storage, log, 12)
    errors = [w.communicate()[1].decode() for w in (other, dying)]
    assert [other.returncode, dying.returncode] == [0, -9], errors
    scored = log.read_text().splitlines()
    assert len(set(scored)) == len(scored) == 11


def test_database_without_its_driver_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ValueError, match=r"postgresql\+psycopg must be.*\[postgres\]"):
        run(storage="postgresql://localhost/none")
