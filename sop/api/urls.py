"""Addresses of the API: the ground floor's own, then each step's."""

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.decorators import api_view
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from sop.api import cycle, jobs, master, saved_views

app_name = "api"


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def nowhere(request: Request | HttpRequest) -> Response:
    """Answer an address that does not exist in the API's own shape."""
    raise Http404


urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    path("families/", master.FamiliesView.as_view(), name="families"),
    path("products/", master.ProductsView.as_view(), name="products"),
    path("regions/", master.RegionsView.as_view(), name="regions"),
    path("customers/", master.CustomersView.as_view(), name="customers"),
    path("locations/", master.LocationsView.as_view(), name="locations"),
    path("suppliers/", master.SuppliersView.as_view(), name="suppliers"),
    path("jobs/", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("cycles/", cycle.CyclesView.as_view(), name="cycles"),
    path("cycles/<int:cycle_id>/", cycle.CycleView.as_view(), name="cycle"),
    path("cycles/<int:cycle_id>/close/", cycle.CycleCloseView.as_view(), name="cycle-close"),
    path("cycles/<int:cycle_id>/steps/", cycle.StepsView.as_view(), name="steps"),
    path("cycles/<int:cycle_id>/progress/", cycle.ProgressView.as_view(), name="progress"),
    path("cycles/<int:cycle_id>/events/", cycle.EventsView.as_view(), name="events"),
    path("steps/<int:step_id>/open/", cycle.StepOpenView.as_view(), name="step-open"),
    path("steps/<int:step_id>/close/", cycle.StepCloseView.as_view(), name="step-close"),
    path("steps/<int:step_id>/reopen/", cycle.StepReopenView.as_view(), name="step-reopen"),
    path("steps/<int:step_id>/submit/", cycle.StepSubmitView.as_view(), name="step-submit"),
    path("saved-views/", saved_views.SavedViewsView.as_view(), name="saved-views"),
    path("saved-views/<int:view_id>/change/", saved_views.SavedViewChangeView.as_view(), name="saved-view-change"),
    path("saved-views/<int:view_id>/delete/", saved_views.SavedViewDeleteView.as_view(), name="saved-view-delete"),
    path("progress/<int:progress_id>/ask-back/", cycle.AskBackView.as_view(), name="step-ask-back"),
    path("", include("demand.api_urls")),
    path("", include("supply.api_urls")),
    path("", include("reconcile.api_urls")),
    path("", include("review.api_urls")),
    path("", include("publish.api_urls")),
    re_path(r"^.*$", nowhere, name="nowhere"),
]
