"""Addresses of reconcile."""

from django.urls import path

from reconcile import views

app_name = "reconcile"
urlpatterns = [
    path("cycle/<int:cycle_id>/reconcile/", views.sheet.sheet, name="sheet"),
    path("cycle/<int:cycle_id>/reconcile/calculate/", views.sheet.calculate, name="calculate"),
    path("cycle/<int:cycle_id>/reconcile/export/", views.sheet.export, name="export"),
    path("reconcile/conflicts/<int:conflict_id>/", views.sheet.conflict, name="conflict"),
    path("cycle/<int:cycle_id>/scenarios/", views.scenario.scenarios, name="scenarios"),
    path("cycle/<int:cycle_id>/scenarios/combine/", views.scenario.combine, name="combine"),
    path("scenarios/<int:scenario_id>/", views.scenario.scenario, name="scenario"),
    path("scenarios/<int:scenario_id>/levers/", views.scenario.lever, name="lever"),
    path("scenarios/levers/<int:lever_id>/release/", views.scenario.release, name="release"),
    path("scenarios/<int:scenario_id>/calculate/", views.scenario.calculate, name="scenario-calculate"),
    path("scenarios/<int:scenario_id>/drop/", views.scenario.drop, name="drop"),
]
