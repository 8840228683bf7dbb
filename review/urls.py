"""Addresses of the executive review."""

from django.urls import path

from review import views

app_name = "review"
urlpatterns = [
    path("cycle/<int:cycle_id>/review/", views.review, name="review"),
    path("cycle/<int:cycle_id>/review/pack/freeze/", views.pack_freeze, name="pack-freeze"),
    path("cycle/<int:cycle_id>/review/questions/new/", views.question_new, name="question-new"),
    path("review/questions/<int:question_id>/decide/", views.decide, name="decide"),
    path("review/questions/<int:question_id>/carry/", views.question_carry, name="question-carry"),
    path("review/questions/<int:question_id>/prepare/", views.question_prepare, name="question-prepare"),
    path("cycle/<int:cycle_id>/review/plan/choose/", views.plan_choose, name="plan-choose"),
    path("cycle/<int:cycle_id>/review/plan/sign/", views.plan_sign, name="plan-sign"),
    path("decisions/", views.decisions, name="decisions"),
]
