"""A short storm for every day; storm.py makes long ones."""
import os
import random

import office
import storm


def nothing_is_lost_when_store_and_desks_are_killed(folder):
    seed = int(os.environ.get("UCHASTOK_SEED", random.randrange(1, 1_000_000)))
    figures = storm.run(folder, int(os.environ.get("UCHASTOK_KILLS", 36)), seed)
    assert figures["acts"]["ok"] > 50, figures


office.main([nothing_is_lost_when_store_and_desks_are_killed])
