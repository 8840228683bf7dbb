"""Addresses of the API of gathering demand."""

from django.urls import path

from demand.api import assumptions, attention, baseline, plan

urlpatterns = [
    path("cycles/<int:cycle_id>/demand/", plan.PlanView.as_view(), name="demand"),
    path("cycles/<int:cycle_id>/demand/overrides/", plan.OverridesView.as_view(), name="overrides"),
    path("cycles/<int:cycle_id>/demand/reasons/", plan.ReasonsView.as_view(), name="reasons"),
    path("cycles/<int:cycle_id>/demand/submit/", plan.TerritorySubmitView.as_view(), name="territory-submit"),
    path("cycles/<int:cycle_id>/demand/assumptions/", assumptions.AssumptionsView.as_view(), name="assumptions"),
    path(
        "cycles/<int:cycle_id>/demand/assumptions/<int:assumption_id>/change/",
        assumptions.AssumptionChangeView.as_view(),
        name="assumption-change",
    ),
    path(
        "cycles/<int:cycle_id>/demand/assumptions/<int:assumption_id>/withdraw/",
        assumptions.AssumptionWithdrawView.as_view(),
        name="assumption-withdraw",
    ),
    path("cycles/<int:cycle_id>/demand/attention/", attention.AttentionView.as_view(), name="attention"),
    path("cycles/<int:cycle_id>/demand/reviewed/", attention.ReviewedView.as_view(), name="reviewed"),
    path("saved-views/", attention.SavedViewsView.as_view(), name="saved-views"),
    path("saved-views/<int:view_id>/change/", attention.SavedViewChangeView.as_view(), name="saved-view-change"),
    path("saved-views/<int:view_id>/delete/", attention.SavedViewDeleteView.as_view(), name="saved-view-delete"),
    path("cycles/<int:cycle_id>/change-sets/", plan.ChangeSetsView.as_view(), name="change-sets"),
    path("change-sets/<uuid:change_set_id>/undo/", plan.UndoView.as_view(), name="change-set-undo"),
    path("cycles/<int:cycle_id>/baseline-runs/", baseline.BaselineRunsView.as_view(), name="baseline-runs"),
    path("baseline-runs/<int:run_id>/routes/", baseline.BaselineRoutesView.as_view(), name="baseline-routes"),
    path("baseline-runs/<int:run_id>/adopt/", baseline.BaselineAdoptView.as_view(), name="baseline-adopt"),
]
