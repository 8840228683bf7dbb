"""Addresses of publishing and measuring."""

from django.urls import path

from publish import views

app_name = "publish"
urlpatterns = [
    path("cycle/<int:cycle_id>/publish/", views.publish, name="publish"),
    path("cycle/<int:cycle_id>/publish/seal/", views.plan_publish, name="plan-publish"),
    path("cycle/<int:cycle_id>/measure/", views.measure, name="measure"),
    path("cycle/<int:cycle_id>/measure/run/", views.measure_run, name="measure-run"),
    path("decisions/<int:decision_id>/check/", views.decision_check, name="decision-check"),
    path("plans/", views.plans, name="plans"),
    path("plans/check/", views.seals, name="seals"),
    path("plans/<int:plan_id>/csv/", views.plan_csv, name="plan-csv"),
    path("plans/<int:plan_id>/xlsx/", views.plan_xlsx, name="plan-xlsx"),
]
