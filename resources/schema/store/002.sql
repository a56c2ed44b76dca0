-- What an engineer's phone asks for again and again: his visits that are open or ended lately, and
-- the open tickets of his zones. Only a few rows stand in either at a time.
CREATE INDEX "visit_of_engineer" ON "visit" ("engineer_id", "ended_at");
CREATE INDEX "ticket_open_zone" ON "ticket" ("zone_id")
  WHERE "state" IN ('new', 'in_work', 'on_hold');
