"""Addresses of the API of reconcile."""

from django.urls import path

from reconcile.api import views

urlpatterns = [
    path("cycles/<int:cycle_id>/family-sheet/", views.SheetView.as_view(), name="family-sheet"),
    path("cycles/<int:cycle_id>/family-sheet/calculate/", views.SheetCalculateView.as_view(), name="sheet-calculate"),
    path("cycles/<int:cycle_id>/conflicts/", views.ConflictsView.as_view(), name="conflicts"),
    path("conflicts/<int:conflict_id>/answer/", views.ConflictAnswerView.as_view(), name="conflict-answer"),
    path("cycles/<int:cycle_id>/scenarios/", views.ScenariosView.as_view(), name="scenarios"),
    path("cycles/<int:cycle_id>/scenarios/combine/", views.CombineView.as_view(), name="scenario-combine"),
    path("scenarios/<int:scenario_id>/", views.ScenarioView.as_view(), name="scenario"),
    path("scenarios/<int:scenario_id>/lines/", views.ScenarioLinesView.as_view(), name="scenario-lines"),
    path("scenarios/<int:scenario_id>/levers/", views.LeverView.as_view(), name="levers"),
    path("scenarios/<int:scenario_id>/calculate/", views.ScenarioCalculateView.as_view(), name="scenario-calculate"),
    path("scenarios/<int:scenario_id>/drop/", views.DropView.as_view(), name="scenario-drop"),
    path("levers/<int:lever_id>/release/", views.ReleaseView.as_view(), name="lever-release"),
]
