"""Reconciling, deciding, publishing and measuring in the demo, through the services the screens use."""

from datetime import date, timedelta

from publish.demo.clock import clock, moment
from publish.demo.decisions import CHOSEN, LOOKED_BACK, OPTIONS, OWNED, QUESTIONS, Asked, Option
from publish.demo.people import APPROVERS
from publish.demo.tables import keys_by
from publish.demo.work import job_run
from publish.services import decision_check, plan_measure, plan_publish
from reconcile.models import Conflict, Scenario
from reconcile.services.calculate import scenario_request
from reconcile.services.conflict import conflict_answer
from reconcile.services.scenario import Pull, lever_pull, scenario_base_get, scenario_combine, scenario_create
from review.models import Decision, PlanChoice, Question
from review.services.pack import pack_freeze
from review.services.plan import plan_choose, plan_sign
from review.services.question import QuestionText, decision_make, question_raise
from sop.constants import Source
from sop.models import Cycle, Family, User
from sop.request_context import acting

People = dict[str, User]


def scenarios_make(users: People, cycle: Cycle, day: date) -> None:
    """Draw up and calculate the cycle's scenarios, the base plan first."""
    with clock(moment(day, 9)), acting(users["olga"], Source.PAGE):
        base = scenario_base_get(user=users["olga"], cycle=cycle)
        job_run(scenario_request(user=users["olga"], scenario_id=base.pk).job)
    for number, option in enumerate(each for each in OPTIONS if each.cycle == cycle.bucket):
        with clock(moment(day, 10) + timedelta(minutes=25 * number)), acting(users[option.who], Source.PAGE):
            scenario = _scenario(users[option.who], cycle, option)
            job_run(scenario_request(user=users[option.who], scenario_id=scenario.pk).job)


def conflicts_answer(users: People, cycle: Cycle, day: date) -> None:
    """Let people take conflicts on, or accept them as they are."""
    for number, owned in enumerate(each for each in OWNED if each.cycle == cycle.bucket):
        with clock(moment(day, 15, 4 * number)), acting(users[owned.who], Source.PAGE):
            conflict = _conflict(cycle, owned.kind, owned.family)
            conflict_answer(user=users[owned.who], conflict_id=conflict.pk, state=owned.state, note=owned.note)


def _scenario(user: User, cycle: Cycle, option: Option) -> Scenario:
    if option.of:
        chosen = list(Scenario.objects.filter(cycle=cycle, name__in=option.of).values_list("pk", flat=True))
        return scenario_combine(user=user, cycle_id=cycle.pk, name=option.name, scenario_ids=chosen)
    families = keys_by(Family)
    scenario = scenario_create(user=user, cycle_id=cycle.pk, name=option.name, note=option.note)
    for lever in option.levers:
        pull = Pull(lever.kind, lever.first, family_id=families[lever.family], params=lever.params)
        lever_pull(user=user, scenario_id=scenario.pk, pull=pull)
    return scenario


def questions_raise(users: People, cycle: Cycle, frozen: date, due: date) -> None:
    """Freeze the pack and put the questions."""
    with clock(moment(frozen, 14)), acting(users["cora"], Source.PAGE):
        pack_freeze(user=users["cora"], cycle_id=cycle.pk)
    scenario = _scenarios(cycle)
    for asked in _asked(cycle):
        with clock(moment(frozen, 15)), acting(users["olga"], Source.PAGE):
            question_raise(
                user=users["olga"],
                cycle_id=cycle.pk,
                text=QuestionText(asked.sentence, asked.background, asked.dissent),
                decider_id=users[asked.decider].pk,
                due_at=moment(due, 17),
                option_ids=[scenario[name] for name in asked.options],
                recommended_id=scenario[asked.recommended],
                conflict_id=_conflict(cycle, *asked.conflict).pk,
            )


def decisions_make(users: People, cycle: Cycle, day: date) -> None:
    """Decide every question, choose the plan, and have it signed by everybody named."""
    scenario, chosen = _scenarios(cycle), CHOSEN[cycle.bucket]
    for number, asked in enumerate(_asked(cycle)):
        with clock(moment(day, 10, 12 * number)), acting(users[asked.decider], Source.PAGE):
            decision_make(
                user=users[asked.decider],
                question_id=Question.objects.get(cycle=cycle, sentence=asked.sentence).pk,
                scenario_id=scenario[asked.chosen],
                rationale=asked.rationale,
                check_on=asked.check_on,
                trip_wire=asked.trip_wire,
            )
    with clock(moment(day, 10, 50)), acting(users["eve"], Source.PAGE):
        plan_choose(
            user=users["eve"], cycle_id=cycle.pk, scenario_id=scenario[chosen.scenario], assumption=chosen.assumption
        )
    version = PlanChoice.objects.get(cycle=cycle).version
    for number, (name, _) in enumerate(APPROVERS):
        with clock(moment(day, 14, 13 * number)), acting(users[name], Source.PAGE):
            comment = chosen.comments.get(name, "")
            plan_sign(user=users[name], cycle_id=cycle.pk, version=version, comment=comment)


def plan_go(users: People, cycle: Cycle, day: date) -> None:
    """Publish the signed plan."""
    with clock(moment(day, 9, 30)), acting(users["cora"], Source.PAGE):
        plan_publish(user=users["cora"], cycle_id=cycle.pk)


def plans_measure(users: People, day: date) -> None:
    """Hold every published plan against the months that are over."""
    for cycle in Cycle.objects.filter(published_at__isnull=False).order_by("bucket"):
        with clock(moment(day, 9)), acting(users["olga"], Source.PAGE):
            plan_measure(user=users["olga"], cycle_id=cycle.pk)


def decisions_look_back(users: People, day: date) -> None:
    """Say how the December decisions turned out."""
    for looked in LOOKED_BACK:
        with clock(moment(day, 11)), acting(users["olga"], Source.PAGE):
            decision = Decision.objects.get(question__sentence=looked.sentence)
            decision_check(user=users["olga"], decision_id=decision.pk, state=looked.state, sentence=looked.found)


def _conflict(cycle: Cycle, kind: str, family: str) -> Conflict:
    return Conflict.objects.get(cycle=cycle, kind=kind, family__code=family)


def _asked(cycle: Cycle) -> list[Asked]:
    return [each for each in QUESTIONS if each.cycle == cycle.bucket]


def _scenarios(cycle: Cycle) -> dict[str, int]:
    return dict(Scenario.objects.filter(cycle=cycle).values_list("name", "pk"))
