"""All addresses: the ground floor's own, then each step's."""

from django.urls import URLPattern, URLResolver, include, path

from sop.views import account, cycle, health, history, home, jobs, people

ground: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sign-in/", people.sign_in, name="sign-in"),
    path("sign-out/", people.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/theme/", account.theme, name="theme"),
    path("account/tokens/new/", account.token_new, name="token-new"),
    path("account/tokens/<int:token_id>/revoke/", account.token_end, name="token-revoke"),
    path("healthz", health.healthz, name="healthz"),
    path("health/", health.health, name="health"),
    path("history/", history.history, name="history"),
    path("history/file/", history.history_csv, name="history-csv"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/strip/", jobs.job_strip, name="job-strip"),
    path("jobs/<uuid:job_id>/", jobs.job_detail, name="job-detail"),
    path("jobs/<uuid:job_id>/stop/", jobs.job_stop, name="job-stop"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/deactivate/", people.person_deactivate, name="person-deactivate"),
    path("people/<int:person_id>/activate/", people.person_activate, name="person-activate"),
    path("people/<int:person_id>/password/", people.person_password, name="person-password"),
    path("cycles/", cycle.cycles, name="cycles"),
    path("cycles/new/", cycle.cycle_new, name="cycle-new"),
    path("cycles/calendar/", cycle.calendar, name="calendar"),
    path("cycle/<int:cycle_id>/", cycle.cycle, name="cycle"),
    path("cycle/<int:cycle_id>/end/", cycle.cycle_end, name="cycle-end"),
    path("cycle/steps/<int:step_id>/close/", cycle.step_close, name="step-close"),
    path("cycle/steps/<int:step_id>/open/", cycle.step_open, name="step-open"),
    path("cycle/steps/<int:step_id>/reopen/", cycle.step_reopen, name="step-reopen"),
    path("cycle/steps/<int:step_id>/submit/", cycle.step_submit, name="step-submit"),
    path("cycle/parts/<int:progress_id>/ask-back/", cycle.step_ask_back, name="step-ask-back"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((ground, "sop"))),
    path("api/v1/", include("sop.api.urls")),
    path("", include("demand.urls")),
    path("", include("supply.urls")),
    path("", include("reconcile.urls")),
    path("", include("review.urls")),
    path("", include("publish.urls")),
]
