"""The web process: what it loads for good is not searched for garbage while somebody waits."""

import gc
import sys

from sop.wsgi import set_aside


def test_what_stays_loaded_is_set_aside():
    gc.unfreeze()
    try:
        set_aside()
        assert "supply.views.workbench" in sys.modules
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()
