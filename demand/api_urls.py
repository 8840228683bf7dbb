"""Addresses of the API of gathering demand."""

from django.urls import path

from demand.api import assumptions, attention, baseline, choices, cleansing, comments, moves, orders, plan, review

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
    path("order-book/", orders.OrderBookView.as_view(), name="order-book"),
    path("cycles/<int:cycle_id>/demand/orders/", orders.RowOrdersView.as_view(), name="row-orders"),
    path("cycles/<int:cycle_id>/demand/comments/", comments.CommentsView.as_view(), name="comments"),
    path(
        "cycles/<int:cycle_id>/demand/comments/<int:comment_id>/resolve/",
        comments.CommentResolveView.as_view(),
        name="comment-resolve",
    ),
    path("cycles/<int:cycle_id>/demand/changes/", review.ChangesView.as_view(), name="changes"),
    path("cycles/<int:cycle_id>/demand/changes/accept/", review.ChangesAcceptView.as_view(), name="changes-accept"),
    path("cycles/<int:cycle_id>/demand/changes/ask/", review.ChangeAskView.as_view(), name="change-ask"),
    path("cycles/<int:cycle_id>/demand/changes/answer/", review.ChangeAnswerView.as_view(), name="change-answer"),
    path("cycles/<int:cycle_id>/demand/consensus/", review.ConsensusView.as_view(), name="consensus"),
    path("cycles/<int:cycle_id>/change-sets/", review.ChangeSetsView.as_view(), name="change-sets"),
    path("change-sets/<uuid:change_set_id>/cells/", review.ChangeCellsView.as_view(), name="change-cells"),
    path("cycles/<int:cycle_id>/demand/attention/", attention.AttentionView.as_view(), name="attention"),
    path("cycles/<int:cycle_id>/demand/reviewed/", attention.ReviewedView.as_view(), name="reviewed"),
    path("saved-views/", attention.SavedViewsView.as_view(), name="saved-views"),
    path("saved-views/<int:view_id>/change/", attention.SavedViewChangeView.as_view(), name="saved-view-change"),
    path("saved-views/<int:view_id>/delete/", attention.SavedViewDeleteView.as_view(), name="saved-view-delete"),
    path("change-sets/<uuid:change_set_id>/undo/", plan.UndoView.as_view(), name="change-set-undo"),
    path("cycles/<int:cycle_id>/baseline-runs/", baseline.BaselineRunsView.as_view(), name="baseline-runs"),
    path("cycles/<int:cycle_id>/baseline/rows/", choices.ProfilesView.as_view(), name="baseline-rows"),
    path("cycles/<int:cycle_id>/baseline/choices/", choices.ChoicesView.as_view(), name="baseline-choices"),
    path(
        "cycles/<int:cycle_id>/baseline/choices/<int:choice_id>/end/",
        choices.ChoiceEndView.as_view(),
        name="baseline-choice-end",
    ),
    path("baseline-runs/<int:run_id>/routes/", baseline.BaselineRoutesView.as_view(), name="baseline-routes"),
    path("baseline-runs/<int:run_id>/moves/", moves.MovesView.as_view(), name="baseline-moves"),
    path("baseline-runs/<int:run_id>/moves/families/", moves.FamilyMovesView.as_view(), name="baseline-family-moves"),
    path("baseline-runs/<int:run_id>/adopt/", baseline.BaselineAdoptView.as_view(), name="baseline-adopt"),
    path("cycles/<int:cycle_id>/cleansing/", cleansing.CleansingView.as_view(), name="cleansing"),
    path("cycles/<int:cycle_id>/cleansing/look/", cleansing.CleansingLookView.as_view(), name="cleansing-look"),
    path("cycles/<int:cycle_id>/cleansing/decide/", cleansing.CleansingDecideView.as_view(), name="cleansing-decide"),
]
