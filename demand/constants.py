"""Reason codes, routes and limits of gathering demand."""

from django.db import models


class Reason(models.TextChoices):
    """Why a number was changed; Alt+1 to Alt+6 in the grid, in this order."""

    PROMOTION = "promotion", "Promotion"
    PROJECT_WON = "project_won", "Project won"
    CUSTOMER_LOST = "customer_lost", "Customer lost"
    PRICE_CHANGE = "price_change", "Price change"
    SUPPLY_WORRY = "supply_worry", "Supply worry"
    DATA_ERROR = "data_error", "Data error"


class Route(models.TextChoices):
    """How a series' baseline was made; the series' history decides."""

    NONE = "none", "No history"
    SHORT = "short", "Short"
    GROWING = "growing", "Growing"
    ENDED = "ended", "Ended"
    INTERMITTENT = "intermittent", "Intermittent"
    REGULAR = "regular", "Regular"
    CHOSEN = "chosen", "Chosen"


class Pattern(models.TextChoices):
    """What kind of demand a series is; names of demand.engine.profile."""

    NEW = "new", "New"
    SHORT = "short", "Short"
    ENDED = "ended", "Ended"
    INTERMITTENT = "intermittent", "Intermittent"
    LUMPY = "lumpy", "Lumpy"
    SMOOTH = "smooth", "Smooth"
    SEASONAL = "seasonal", "Seasonal"
    TRENDING = "trending", "Trending"
    SEASONAL_TREND = "seasonal_trend", "Seasonal with trend"


# The methods a baseline is the mean of, as a planner reads them; names of demand.engine.members.
METHODS = {
    "global": "one model over all regular series",
    "theta": "Theta with its own season",
    "ets": "exponential smoothing",
    "theta_hw": "Theta and Holt-Winters (statsmodels)",
    "profile": "a chosen year",
    "imapa": "IMAPA",
    "recent_mean": "the last 12 months' average",
    "ses": "a smoothed level",
    "sibling_ses": "a smoothed level with the family's season",
    "same_month": "the same month last year",
}


class ChoiceMethod(models.TextChoices):
    """How a person can have something forecast; flat and like are a chosen year, the others names of members."""

    FLAT = "flat", "A flat level"
    LIKE = "like", "Like another product"
    SAME_MONTH = "same_month", "The same month last year"
    THETA = "theta", "Theta with its own season"
    ETS = "ets", "Exponential smoothing"
    THETA_HW = "theta_hw", "Theta and Holt-Winters (statsmodels)"
    SES = "ses", "A smoothed level"
    RECENT_MEAN = "recent_mean", "The last 12 months' average"


class Action(models.TextChoices):
    """What was done to change several cells at once; the last two reach the consensus by themselves."""

    EDIT = "edit", "Typed"
    PASTE = "paste", "Pasted"
    FILL = "fill", "Filled"
    SPREAD = "spread", "Spread over parts"
    CLEAR = "clear", "Back to baseline"
    UPLOAD = "upload", "Uploaded"
    API = "api", "Sent by a program"
    UNDO = "undo", "Undone"
    CARRY = "carry", "Carried from last cycle"
    ASSUMPTION = "assumption", "Assumption"
    BASELINE = "baseline", "Baseline adopted"


BY_THEMSELVES = (Action.ASSUMPTION, Action.BASELINE)  # no person typed these cells


class ReviewState(models.TextChoices):
    """What the demand planner and the person said of a change; without a row nobody looked at it yet."""

    ACCEPTED = "accepted", "Accepted"
    ASKED = "asked", "Asked back"
    ANSWERED = "answered", "Answered"


class ChangeState(models.TextChoices):
    """How far the review of one change is, from its numbers as they are now and what was said of it."""

    ANSWERED = "answered", "Answered"
    CHANGED = "changed", "Changed again"
    OPEN = "open", "Not reviewed"
    ASKED = "asked", "Asked back"
    ACCEPTED = "accepted", "Accepted"


TO_DECIDE = (ChangeState.ANSWERED, ChangeState.CHANGED, ChangeState.OPEN)  # what waits for the demand planner


class AssumptionKind(models.TextChoices):
    """What somebody knows that history does not."""

    PROJECT = "project", "Project"
    PROMOTION = "promotion", "Promotion"
    DISCONTINUED = "discontinued", "Product discontinued"
    CUSTOMER_LOST = "customer_lost", "Customer lost"
    PRICE_CHANGE = "price_change", "Price change"


class AssumptionState(models.TextChoices):
    """Risk and opportunity are shown beside the plan, never added to it; the last two are over."""

    IN_NUMBER = "in_number", "In the number"
    RISK = "risk", "Risk"
    OPPORTUNITY = "opportunity", "Opportunity"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RunningState(models.TextChoices):
    """The states a person can give; the others of AssumptionState come by time and by withdrawing."""

    IN_NUMBER = "in_number", "In the number"
    RISK = "risk", "Risk"
    OPPORTUNITY = "opportunity", "Opportunity"


RUNNING = tuple(RunningState.values)


class CleansingKind(models.TextChoices):
    """What is wrong with a month of history; codes are the engine's (`demand/engine/cleansing.py`)."""

    STOCKOUT = "stockout", "Stock-out"
    PROJECT = "project", "One-off project"
    OUTLIER = "outlier", "Outlier"
    PERSON = "person", "Added by a person"


class CleansingCause(models.TextChoices):
    """Why months were corrected, as far as one decision may settle many; codes are the engine's."""

    PADDED = "padded", "Orders padded while goods were short"
    PROJECT = "project", "One-off projects"
    MISSING = "missing", "Goods were missing"
    ABOVE = "above", "Far above usual"
    BELOW = "below", "Far below usual"
    SLIP = "slip", "Slips of the keyboard"
    PERSON = "person", "Added by a person"


class CleansingState(models.TextChoices):
    """Raw counts until a correction is accepted; a lapsed one no longer holds and nobody had decided it."""

    PROPOSED = "proposed", "Proposed"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    LAPSED = "lapsed", "Lapsed"


class CleansingDecision(models.TextChoices):
    """What a person does with a correction."""

    ACCEPT = "accept", "Accept"
    REFUSE = "refuse", "Refuse"


class Layer(models.TextChoices):
    """The layers of one month's number, each kept beside the others."""

    NAIVE = "naive", "Same month last year"
    BASELINE = "baseline", "Baseline"
    SALES = "sales", "Sales"
    CONSENSUS = "consensus", "Consensus"


class Cause(models.TextChoices):
    """Why a row's baseline differs between two runs: the first that fits, in this order."""

    NEW = "new", "New row"
    GONE = "gone", "Row gone"
    CHOICE = "choice", "Chosen baseline"
    END = "end", "End date"
    CORRECTION = "correction", "Corrected history"
    ROUTE = "route", "Another route"
    BREAK = "break", "Break in level"
    MONTH = "month", "Newest month"
    SUMS = "sums", "Sums it agrees with"
    LEARNT = "learnt", "Learnt anew"


SMALL_MOVE = 0.02  # of the row's baseline: what agreeing with the sums moves by itself


class Attention(models.TextChoices):
    """Why a product is an exception: what a planner looks at first."""

    REASON = "reason", "a change above the threshold has no reason"
    RANGE = "range", "the plan leaves the baseline's 80% range"
    SHORT = "short", "the history is too short to forecast from"


QUANTILES = ("q0_025", "q0_1", "q0_5", "q0_9", "q0_975")  # model fields, in the engine's order

OVERRIDE_MAX_TIMES_BASELINE = 100  # a slip of the keyboard, not a forecast; refused with the number
OVERRIDE_MAX = 10**13 - 1  # what the column holds; checked before the number is written anywhere, also in a sentence
BASELINE_CHUNK_SERIES = 500  # about 2 s of one worker: short enough to lose, long enough to be worth a message
BASELINE_HEAVY_WORK = 15  # times the work of another row: one with exponential smoothing as a third method
CLEANSING_CHUNK_SERIES = 1000  # under a second of arithmetic, two of the database
ASSUMPTION_MAX = 10**12  # units a month; the thousandths of more are lost in the arithmetic of a spread
ASSUMPTION_PERCENT_MAX = 1000  # eleven times the demand is a project with a quantity, not a percent
MISS_MONTHS = 3  # the latest months of actuals that the last plan is held against

UPLOAD_BYTES_MAX = 10 * 2**20  # a file of the plan; 10,000 rows x 18 months take 3 MB
UPLOAD_ROWS_MAX = 20_000
UPLOAD_COLUMNS_MAX = 100
UPLOAD_KEPT_HOURS = 24  # between looking at a file and saving it; what is older was looked at against another plan
UPLOAD_FAULTS_KEPT = 1_000
UPLOAD_SHOWN = 200  # cells and faults on the page
