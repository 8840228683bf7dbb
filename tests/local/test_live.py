"""The running product of the tests breaks and recovers the way the helpers say."""

from sop.local import product
from sop.models import User
from tests.support.live import Live


def test_each_test_has_an_empty_product_of_its_own(live: Live) -> None:
    with live.orm():
        assert not User.objects.exists()
        User.objects.create(username="left-behind")
    live.reset()
    with live.orm():
        assert not User.objects.exists()


def test_killed_worker_is_missed_and_the_next_one_answers(live: Live) -> None:
    assert product.answers(live.url + "healthz?worker=1", seconds=15)
    live.worker_kill()
    assert not product.answers(live.url + "healthz?worker=1", seconds=15)
    assert product.answers(live.url + "healthz")
    live.worker_start("another")
    live.wait_until_ready()


def test_pages_answer_while_the_broker_is_down(live: Live) -> None:
    live.valkey_kill()
    assert product.answers(live.url + "healthz")
    assert not product.answers(live.url + "healthz?worker=1", seconds=15)
    live.valkey_start()
    live.wait_until_ready()


def test_product_recovers_from_a_database_crash(live: Live) -> None:
    with live.orm():
        User.objects.create(username="saved-before-the-crash")
    live.postgres_crash()
    live.postgres_start()
    live.wait_until_ready()
    with live.orm():
        assert User.objects.filter(username="saved-before-the-crash").exists()
