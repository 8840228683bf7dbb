"""The doors of filters and views: what the grid asks for, the list of views, the API beside them."""

from typing import Any

import pytest
from django.test import Client

from demand.models import ReviewMark, Series
from sop.models import Cycle, SavedView
from sop.services.tokens import token_create
from tests.api_calls import Api
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import Cast, client_of, cycle_make


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    return series


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, body, content_type="application/json", headers={"accept": "application/json"})


def test_marking_answers_with_what_needs_a_look_now(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    override_make(cycle, harbour, cycle.bucket, 150, cast.ana)
    ana, here = client_of(cast.ana), f"/cycle/{cycle.pk}/demand/"
    assert ana.get(f"{here}attention/").json() == {"exceptions": {str(harbour.product_id): ["reason"]}, "reviewed": []}
    answer = post(ana, f"{here}reviewed/", {"products": [harbour.product_id], "reviewed": True})
    assert answer.json()["reviewed"] == [harbour.product_id]
    assert ana.get(f"{here}facts/").json() == {"abc": {}, "misses": {}, "miss_months": []}


@pytest.mark.parametrize("products", [None, "all", [1.5], ["1"], [True], [10**30]])
def test_marks_of_any_other_shape_are_refused(cast: Cast, cycle: Cycle, harbour: Series, products: Any) -> None:
    answer = post(client_of(cast.ana), f"/cycle/{cycle.pk}/demand/reviewed/", {"products": products, "reviewed": True})
    assert answer.status_code == 400
    assert not ReviewMark.objects.exists()


def test_another_ones_product_cannot_be_marked(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    body = {"products": [harbour.product_id], "reviewed": True}
    answer = post(client_of(cast.ben), f"/cycle/{cycle.pk}/demand/reviewed/", body)
    assert answer.status_code == 403
    assert "only products of your own" in answer.json()["error"]


def test_a_view_goes_through_its_life_in_the_dialog(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    ana, here = client_of(cast.ana), f"/cycle/{cycle.pk}/demand/"
    views = f"/cycle/{cycle.pk}/views/demand/"
    kept = ana.post(f"{views}", {"name": "Misses", "state": '{"filter": "misses"}'})
    view = SavedView.objects.get()
    assert f"?view={view.pk}" in kept.content.decode()
    assert "data-view=" not in ana.get(here).content.decode().split("plan-work")[1].split("</section>")[0]
    ana.post(f"{views}{view.pk}/default/", {"on": "1"})
    assert "&quot;misses&quot;" in ana.get(here).content.decode().split('id="plan-grid"')[1].split("</div>")[0]
    ana.post(f"{views}{view.pk}/rename/", {"name": "Biggest"})
    assert "Biggest" in ana.get(here).content.decode()
    assert "No view yet" in ana.post(f"{views}{view.pk}/delete/").content.decode()


@pytest.mark.parametrize(("name", "state"), [("", "{}"), ("x", "no json"), ("x", '{"unit": 5}')])
def test_a_refused_view_says_why_beside_the_list(cast: Cast, cycle: Cycle, name: str, state: str) -> None:
    answer = client_of(cast.ana).post(f"/cycle/{cycle.pk}/views/demand/", {"name": name, "state": state})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_view_that_is_not_mine_is_said_to_be_lost(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    page = client_of(cast.ana).get(f"/cycle/{cycle.pk}/demand/?view=999").content.decode()
    assert "not yours, or was deleted" in page


def test_programs_do_the_same(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    api = Api(token_create(user=cast.ana, name="Program", days=9, read_only=False)[1])
    here = f"/api/v1/cycles/{cycle.pk}/demand/"
    code = harbour.product.code
    assert api.post(f"{here}reviewed/", {"products": [code], "reviewed": True}).json() == {"products": [code]}
    row = api.get(f"{here}attention/").json()["results"][0]
    assert (row["product"], row["reviewed"], row["why"]) == (code, True, [])
    assert api.post(f"{here}reviewed/", {"products": ["NONE"], "reviewed": True}).status_code == 422
    view = api.post("/api/v1/saved-views/", {"page": "demand", "name": "Mine", "state": {"abc": "A"}}).json()
    changed = api.post(f"/api/v1/saved-views/{view['id']}/change/", {"is_default": True}).json()
    assert (changed["name"], changed["is_default"]) == ("Mine", True)
    assert api.get("/api/v1/saved-views/?page=demand").json()["count"] == 1
    assert api.post(f"/api/v1/saved-views/{view['id']}/delete/", {}).json()["name"] == "Mine"
    assert not SavedView.objects.exists()
