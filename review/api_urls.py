"""Addresses of the API of the executive review."""

from django.urls import path

from review.api import views

urlpatterns = [
    path("cycles/<int:cycle_id>/pack/", views.PackView.as_view(), name="pack"),
    path("cycles/<int:cycle_id>/questions/", views.QuestionsView.as_view(), name="questions"),
    path("questions/<int:question_id>/decide/", views.DecideView.as_view(), name="decide"),
    path("questions/<int:question_id>/carry/", views.CarryView.as_view(), name="question-carry"),
    path("questions/<int:question_id>/prepare/", views.PrepareView.as_view(), name="question-prepare"),
    path("decisions/", views.DecisionsView.as_view(), name="decisions"),
    path("cycles/<int:cycle_id>/sign-off/", views.SignOffView.as_view(), name="sign-off"),
    path("cycles/<int:cycle_id>/choose/", views.ChooseView.as_view(), name="plan-choose"),
    path("cycles/<int:cycle_id>/sign/", views.SignView.as_view(), name="plan-sign"),
]
