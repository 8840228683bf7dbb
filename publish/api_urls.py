"""Addresses of the API of publishing and measuring."""

from django.urls import path

from publish.api import views

urlpatterns = [
    path("plans/", views.PlansView.as_view(), name="plans"),
    path("plans/<int:plan_id>/", views.PlanView.as_view(), name="plan"),
    path("plans/<int:plan_id>/lines/", views.PlanLinesView.as_view(), name="plan-lines"),
    path("cycles/<int:cycle_id>/publish/", views.PublishView.as_view(), name="publish"),
    path("cycles/<int:cycle_id>/measures/", views.MeasuresView.as_view(), name="measures"),
    path("decisions/<int:decision_id>/check/", views.DecisionCheckView.as_view(), name="decision-check"),
]
