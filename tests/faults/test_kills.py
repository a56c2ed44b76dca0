"""A short storm for every day; storm.py makes long ones."""
import os

import office
import storm


def run(folder, kills, **more):
    seed = int(os.environ.get("UCHASTOK_SEED", 20_26))
    figures = storm.run(folder, int(os.environ.get("UCHASTOK_KILLS", kills)), seed, **more)
    assert figures["acts"]["ok"] > 20, figures
    return figures


def nothing_is_lost_when_store_and_desks_are_killed(folder):
    run(folder, 32)


def nothing_is_lost_when_postgres_is_killed_too(folder):
    run(folder, 12, postgres=True)


office.main([nothing_is_lost_when_store_and_desks_are_killed, nothing_is_lost_when_postgres_is_killed_too])
