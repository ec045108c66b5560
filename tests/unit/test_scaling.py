"""The arithmetic behind docs/scaling.md."""

import itertools
import math
import re
from collections.abc import Callable

import pytest
from petition import documents, ledger, retry
from petition.settings import SignSettings

from dev import ROOT
from dev.bench import prices
from dev.bench.prices import READ, WRITE
from dev.bench.scaling import (
    RAISED,
    RAMP_SECONDS,
    Sign,
    allowed,
    crowds,
    level,
    levels,
    readers,
    spike,
    spikes,
    table,
)


@pytest.mark.parametrize(
    ("minutes", "operations"), [(0, 500), (4.9, 500), (5, 750), (15, 1690), (20, 2530), (30, 5700)]
)
def test_ramp_is_the_one_that_firestore_recommends(minutes: float, operations: int) -> None:
    assert allowed(60 * minutes) == pytest.approx(operations, rel=0.01)


@pytest.mark.parametrize("rate", [50, 200, 800, 1100])
def test_group_is_what_arrives_while_the_one_before_is_under_way(rate: float) -> None:
    sign = Sign()

    group = sign.group(rate)

    assert group == pytest.approx(rate * sign.round_trip(group) / sign.underway)


def test_single_signature_never_waits_for_a_group_to_fill() -> None:
    assert Sign().group(0.1) == 1


def test_instance_at_its_limit_sends_full_groups_without_a_pause() -> None:
    sign = Sign(cpu=0.0001)

    assert sign.capacity() == pytest.approx(2 * 100 / (0.015 + 0.050 + 100 * 0.001))
    assert sign.group(sign.capacity()) == pytest.approx(100)


def test_slow_processor_limits_an_instance_before_the_database_does() -> None:
    assert Sign(cpu=0.01).capacity() == 100


def test_more_signatures_never_need_fewer_instances() -> None:
    wanted = [Sign(most=1000).instances(rate) for rate in range(1, 20_000, 250)]

    assert all(before <= after for before, after in itertools.pairwise(wanted))
    assert wanted[0] == 1


def test_instances_stay_within_their_limits() -> None:
    sign = Sign(fewest=3, most=5)

    assert (sign.instances(1), sign.instances(1e6)) == (3, 5)


def test_signature_costs_two_writes_and_one_read_and_little_more_under_load() -> None:
    steady = level(5000, RAISED)

    database = 1e6 * (2 * WRITE + READ)
    assert database == pytest.approx(2.10)
    assert database < steady.dollars_per_million < 1.5 * database


def test_answers_leave_on_the_grid_and_not_before_the_work_is_done() -> None:
    at_once = Sign(grid=0)

    assert Sign().held(10) == 0.25 > Sign().wait(10)
    assert at_once.held(10) == at_once.wait(10)
    assert Sign(commit=0.25).held(10) == 0.75


def test_who_was_not_refused_waits_as_long_as_who_was_once() -> None:
    """So that no answer tells of a collision (petition/ledger.py); without a grid nothing hides."""
    sign, at_once = Sign(), Sign(grid=0)
    longest = retry.FIRST_PAUSE_SECONDS

    assert 0.5 * longest < sign.pause < longest
    assert sign.wait(500) - at_once.wait(500) == pytest.approx(
        sign.round_trip(sign.group(500)) + sign.pause
    )


def test_crowd_that_waits_for_the_grid_needs_no_instance_for_waiting_alone() -> None:
    by_cpu = [math.ceil(rate * 0.0004 / 0.6) for rate in (500, 1000)]

    assert [Sign().instances(rate) for rate in (500, 1000)] == by_cpu
    assert Sign(concurrency=200).instances(1000) > by_cpu[1]


def test_simulation_knows_the_functions_and_the_infrastructure_as_they_are() -> None:
    sign = Sign()
    functions = (ROOT / "infra" / "functions.tf").read_text()
    variables = (ROOT / "infra" / "variables.tf").read_text()
    collected = re.search(r"^COLLECTED = ([0-9.]+)", (ROOT / "functions/sign.py").read_text(), re.M)

    assert (sign.underway, sign.largest) == (ledger.MAX_UNDERWAY, ledger.MAX_GROUP)
    assert sign.patience == retry.BUDGET_SECONDS
    assert 1000 * sign.grid == SignSettings.model_fields["answer_grid_ms"].default
    assert collected and sign.collect == pytest.approx(float(collected[1]) * sign.grid)
    assert re.search(rf"\n    sign = {{[^}}]*?concurrency += {sign.concurrency}\n", functions)
    limits = rf"sign +=.*number, {sign.fewest}\).*number, {sign.most}\)"
    assert re.search(limits, variables)


def test_limits_are_raised_as_the_runbook_says() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()

    assert f"sign = {{ min = {RAISED.fewest}, max = {RAISED.most} }}" in runbook


def test_lanes_shared_by_all_instances_take_every_commit_once() -> None:
    steady = level(5000, RAISED)

    assert steady.lane * documents.SIGNING_LANES == pytest.approx(steady.commits)


def test_steady_load_says_how_long_its_ramp_takes() -> None:
    minutes = level(5000, RAISED).ramp_minutes

    assert allowed(60 * minutes) >= 5000 > allowed(60 * minutes - RAMP_SECONDS)


def test_nobody_is_refused_while_the_database_keeps_up() -> None:
    met = spike(600, 5000, RAISED, cold=False, hours=0.5)

    assert (met.refused, met.waiting) == (0, 0)
    assert 5 <= met.instances <= 8


def test_cold_database_refuses_more_of_a_crowd_that_comes_faster() -> None:
    refused = [spike(60 * rise, 5000, RAISED, cold=True).refused for rise in (1, 30, 60)]

    assert 1 > refused[0] > refused[1] > refused[2] > 0


def test_everybody_is_recorded_in_the_end() -> None:
    met = spike(60, 5000, RAISED, cold=True, hours=2)

    assert 30 < met.calm_minutes < 120


def test_too_few_instances_keep_people_waiting_on_a_warm_database() -> None:
    met = spike(60, 5000, Sign(most=2), cold=False, hours=0.1)

    assert met.instances == 2
    assert met.refused > 0


def test_edge_asks_no_more_often_however_many_read() -> None:
    few, many = readers(10_000, places=100), readers(100_000, places=100)

    assert few.origin == many.origin == 20
    assert many.hit_rate == pytest.approx(0.998)
    assert readers(100_000).origin == 10_000


def test_edge_spares_nothing_when_fewer_read_than_it_has_places() -> None:
    load = readers(100, places=100)

    assert load.origin == load.requests
    assert math.isclose(load.hit_rate, 0, abs_tol=1e-9)


def test_table_is_markdown() -> None:
    assert table(("aa", "bbb"), [("1", "2")]) == "| aa | bbb |\n| -: | --: |\n|  1 |   2 |"


@pytest.mark.parametrize("written", [levels, spikes, crowds])
def test_document_shows_what_the_simulation_prints(written: Callable[[], str]) -> None:
    assert written() in (ROOT / "docs" / "scaling.md").read_text()


@pytest.mark.parametrize(
    ("what", "dollars"),
    [
        ("Firestore write, read, delete", [1e5 * WRITE, 1e5 * READ, 1e5 * prices.DELETE]),
        ("Cloud Run CPU, memory", [prices.CPU_SECOND, prices.GIB_SECOND]),
        ("Cloud Run requests", [1e6 * prices.REQUEST]),
        ("Cloud Run, a warm instance that waits", [prices.WAITING_SECOND]),
        ("Cloud CDN", [1e4 * prices.CACHE_LOOKUP, prices.CACHE_GIB]),
        ("egress without the edge", [prices.EGRESS_GIB]),
        ("Cloud Storage, a file that is read", [1e3 * prices.STORAGE_READ]),
        ("forwarding rules; Cloud Armor policy, rule, requests", [prices.RULES_HOUR]),
    ],
)
def test_document_names_the_prices_that_are_reckoned_with(what: str, dollars: list[float]) -> None:
    scaling = (ROOT / "docs" / "scaling.md").read_text()
    (row,) = re.findall(rf"^\| {what} \| ([^|]+) \|", scaling, re.MULTILINE)

    named = [float(number) for number in re.findall(r"\b\d+\.\d+", row)]

    assert named[: len(dollars)] == pytest.approx(dollars)


def test_storage_and_cloud_armor_cost_what_the_document_names() -> None:
    scaling = (ROOT / "docs" / "scaling.md").read_text()

    (storage,) = re.findall(r"storage, history, backup \| (.+?) per GiB", scaling)
    assert sum(map(float, storage.split(", "))) == pytest.approx(prices.STORED_GIB_MONTH)
    (policy, rule, million) = re.findall(r"up to five; (\d), (\d) per month, ([.\d]+)", scaling)[0]
    assert 2 * int(policy) + 6 * int(rule) == prices.ARMOR_MONTH
    assert float(million) == pytest.approx(1e6 * prices.ARMOR_REQUEST)
