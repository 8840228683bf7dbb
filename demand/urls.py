"""Addresses of gathering demand."""

from django.urls import path

from demand import views

app_name = "demand"
urlpatterns = [
    path("cycle/<int:cycle_id>/demand/", views.adjust.adjust, name="adjust"),
    path("cycle/<int:cycle_id>/demand/grid/", views.adjust.grid_data, name="grid-data"),
    path("cycle/<int:cycle_id>/demand/measure/", views.adjust.grid_measure, name="grid-measure"),
    path("cycle/<int:cycle_id>/demand/save/", views.adjust.save, name="save"),
    path("cycle/<int:cycle_id>/demand/reasons/", views.adjust.reasons, name="reasons"),
    path("cycle/<int:cycle_id>/demand/undo/", views.adjust.undo, name="undo"),
    path("cycle/<int:cycle_id>/demand/panel/", views.adjust.panel, name="panel"),
    path("cycle/<int:cycle_id>/demand/attention/", views.attention.attention, name="grid-attention"),
    path("cycle/<int:cycle_id>/demand/facts/", views.attention.facts, name="grid-facts"),
    path("cycle/<int:cycle_id>/demand/reviewed/", views.attention.reviewed, name="reviewed"),
    path("cycle/<int:cycle_id>/demand/views/", views.saved.save, name="view-save"),
    path("cycle/<int:cycle_id>/demand/views/<int:view_id>/rename/", views.saved.rename, name="view-rename"),
    path("cycle/<int:cycle_id>/demand/views/<int:view_id>/default/", views.saved.default, name="view-default"),
    path("cycle/<int:cycle_id>/demand/views/<int:view_id>/delete/", views.saved.delete, name="view-delete"),
    path("cycle/<int:cycle_id>/demand/submit/", views.adjust.submit, name="submit"),
    path("cycle/<int:cycle_id>/demand/explain/", views.adjust.explain, name="explain"),
    path("cycle/<int:cycle_id>/demand/assumptions/", views.assumptions.assumptions, name="assumptions"),
    path("cycle/<int:cycle_id>/demand/assumptions/new/", views.assumptions.assumption_new, name="assumption-new"),
    path(
        "cycle/<int:cycle_id>/demand/assumptions/<int:assumption_id>/", views.assumptions.assumption, name="assumption"
    ),
    path(
        "cycle/<int:cycle_id>/demand/assumptions/<int:assumption_id>/withdraw/",
        views.assumptions.withdraw,
        name="assumption-withdraw",
    ),
    path("cycle/<int:cycle_id>/demand/export/", views.adjust.export, name="export"),
    path("cycle/<int:cycle_id>/baseline/", views.baseline.baseline, name="baseline"),
    path("cycle/<int:cycle_id>/baseline/run/", views.baseline.run, name="baseline-run"),
    path("cycle/<int:cycle_id>/baseline/<int:run_id>/adopt/", views.baseline.adopt, name="baseline-adopt"),
    path("cycle/<int:cycle_id>/demand/progress/", views.progress.progress, name="progress"),
]
