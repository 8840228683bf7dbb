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
    path("cycle/<int:cycle_id>/demand/panel/", views.panel.panel, name="panel"),
    path("cycle/<int:cycle_id>/demand/chart/", views.panel.row_chart, name="row-chart"),
    path("cycle/<int:cycle_id>/demand/orders/", views.panel.row_orders, name="row-orders"),
    path("cycle/<int:cycle_id>/demand/record/", views.panel.record, name="record"),
    path("cycle/<int:cycle_id>/demand/people/", views.panel.people, name="people"),
    path("cycle/<int:cycle_id>/demand/comments/", views.panel.comment, name="comment"),
    path("cycle/<int:cycle_id>/demand/comments/<int:comment_id>/resolve/", views.panel.resolve, name="comment-resolve"),
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
    path("cycle/<int:cycle_id>/baseline/<int:run_id>/compare/", views.compare.compare, name="baseline-compare"),
    path("cycle/<int:cycle_id>/baseline/rows/", views.profiles.profiles, name="profiles"),
    path("cycle/<int:cycle_id>/baseline/choices/", views.choices.choices, name="choices"),
    path("cycle/<int:cycle_id>/baseline/choices/<int:choice_id>/end/", views.choices.choice_end, name="choice-end"),
    path("cycle/<int:cycle_id>/cleansing/", views.cleansing.cleansing, name="cleansing"),
    path("cycle/<int:cycle_id>/cleansing/look/", views.cleansing.look, name="cleansing-look"),
    path("cycle/<int:cycle_id>/cleansing/decide/", views.cleansing.decide, name="cleansing-decide"),
    path("cycle/<int:cycle_id>/cleansing/export/", views.cleansing.export, name="cleansing-export"),
    path("cycle/<int:cycle_id>/cleansing/<int:cleansing_id>/", views.cleansing.correction, name="correction"),
    path("cycle/<int:cycle_id>/demand/review/", views.review.review, name="review"),
    path("cycle/<int:cycle_id>/demand/review/accept/", views.review.accept, name="review-accept"),
    path("cycle/<int:cycle_id>/demand/review/ask/", views.review.ask, name="review-ask"),
    path("cycle/<int:cycle_id>/demand/review/consensus/", views.consensus.consensus_page, name="consensus"),
    path("cycle/<int:cycle_id>/demand/changes/<int:person_id>/<int:product_id>/", views.review.change, name="change"),
    path("cycle/<int:cycle_id>/demand/changes/<int:product_id>/answer/", views.review.answer, name="change-answer"),
    path("cycle/<int:cycle_id>/demand/log/", views.change_log.change_log_page, name="change-log"),
    path("cycle/<int:cycle_id>/demand/log/export/", views.change_log.export, name="change-log-csv"),
    path("change-sets/<uuid:change_set_id>/", views.change_log.change_set, name="change-set"),
    path("change-sets/<uuid:change_set_id>/undo/", views.change_log.undo, name="change-set-undo"),
]
