-- The office's tables, in the order of a first sync. Columns are those of the descriptions in
-- core/; a test proves that they fit. seq: the operation that last changed the row.

CREATE TABLE "setting" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "value" TEXT
) STRICT;
CREATE INDEX "setting_seq" ON "setting" ("seq");

CREATE TABLE "reason" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "kind" TEXT NOT NULL DEFAULT 'hold',
  "code" TEXT,
  "name" TEXT,
  "position" INTEGER NOT NULL DEFAULT 0,
  "retired" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "reason_seq" ON "reason" ("seq");

CREATE TABLE "zone" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "number" INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "color" TEXT,
  "outline" TEXT
) STRICT;
CREATE INDEX "zone_seq" ON "zone" ("seq");

CREATE TABLE "centre" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "address" TEXT,
  "latitude" REAL NOT NULL DEFAULT 0,
  "longitude" REAL NOT NULL DEFAULT 0,
  "zone_id" TEXT
) STRICT;
CREATE INDEX "centre_seq" ON "centre" ("seq");

CREATE TABLE "company" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "inn" TEXT,
  "phones" TEXT,
  "contact" TEXT,
  "hours" TEXT,
  "agreement" TEXT
) STRICT;
CREATE INDEX "company_seq" ON "company" ("seq");

CREATE TABLE "house" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "city" TEXT,
  "street_type" TEXT,
  "street" TEXT,
  "number" TEXT,
  "addition" TEXT,
  "key" TEXT,
  "fias" TEXT,
  "latitude" REAL NOT NULL DEFAULT 0,
  "longitude" REAL NOT NULL DEFAULT 0,
  "zone_id" TEXT,
  "zone_by_hand" INTEGER NOT NULL DEFAULT 0,
  "floors" INTEGER NOT NULL DEFAULT 0,
  "entrances" INTEGER NOT NULL DEFAULT 0,
  "apartments" INTEGER NOT NULL DEFAULT 0,
  "technology" TEXT,
  "switches" TEXT,
  "company_id" TEXT,
  "status" TEXT NOT NULL DEFAULT 'connected',
  "access" TEXT,
  "access_holder" TEXT,
  "access_phone" TEXT
) STRICT;
CREATE INDEX "house_key" ON "house" ("key")
  WHERE "key" IS NOT NULL;
CREATE INDEX "house_zone_id" ON "house" ("zone_id")
  WHERE "zone_id" IS NOT NULL;
CREATE INDEX "house_company_id" ON "house" ("company_id")
  WHERE "company_id" IS NOT NULL;
CREATE INDEX "house_seq" ON "house" ("seq");

CREATE TABLE "entrance" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "house_id" TEXT,
  "number" INTEGER NOT NULL DEFAULT 0,
  "apartment_from" INTEGER NOT NULL DEFAULT 0,
  "apartment_to" INTEGER NOT NULL DEFAULT 0,
  "intercom" TEXT,
  "riser" TEXT,
  "box" TEXT
) STRICT;
CREATE INDEX "entrance_house_id" ON "entrance" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "entrance_seq" ON "entrance" ("seq");

CREATE TABLE "staff" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "phone" TEXT,
  "role" TEXT NOT NULL DEFAULT 'dispatcher',
  "zones" TEXT,
  "skills" TEXT,
  "centre_id" TEXT,
  "employment" TEXT NOT NULL DEFAULT 'staff',
  "dismissed" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "staff_seq" ON "staff" ("seq");

CREATE TABLE "shift" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "staff_id" TEXT,
  "kind" TEXT NOT NULL DEFAULT 'work',
  "starts_at" INTEGER NOT NULL DEFAULT 0,
  "ends_at" INTEGER NOT NULL DEFAULT 0,
  "reason" TEXT
) STRICT;
CREATE INDEX "shift_seq" ON "shift" ("seq");

CREATE TABLE "client" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "kind" TEXT NOT NULL DEFAULT 'subscriber',
  "name" TEXT,
  "phone" TEXT,
  "phone_raw" TEXT,
  "contract" TEXT,
  "house_id" TEXT,
  "entrance" TEXT,
  "floor" TEXT,
  "apartment" TEXT,
  "other_isp" INTEGER NOT NULL DEFAULT 0,
  "do_not_call" INTEGER NOT NULL DEFAULT 0,
  "preferred_time" TEXT,
  "note" TEXT
) STRICT;
CREATE INDEX "client_phone" ON "client" ("phone")
  WHERE "phone" IS NOT NULL;
CREATE INDEX "client_house_id" ON "client" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "client_seq" ON "client" ("seq");

CREATE TABLE "ticket" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "number" INTEGER NOT NULL DEFAULT 0,
  "category" TEXT,
  "state" TEXT NOT NULL DEFAULT 'new',
  "priority" TEXT NOT NULL DEFAULT 'normal',
  "house_id" TEXT,
  "zone_id" TEXT,
  "address" TEXT,
  "entrance" TEXT,
  "floor" TEXT,
  "apartment" TEXT,
  "client_id" TEXT,
  "client_name" TEXT,
  "phone" TEXT,
  "phone_raw" TEXT,
  "description" TEXT,
  "source" TEXT,
  "visit_id" TEXT,
  "engineer_id" TEXT,
  "linked_id" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "created_by" TEXT,
  "first_contact_at" INTEGER NOT NULL DEFAULT 0,
  "wake_at" INTEGER NOT NULL DEFAULT 0,
  "reason" TEXT,
  "resolution" TEXT NOT NULL DEFAULT 'none',
  "resolution_code" TEXT,
  "resolved_at" INTEGER NOT NULL DEFAULT 0,
  "resolved_by" TEXT,
  "closed_at" INTEGER NOT NULL DEFAULT 0,
  "reopen_count" INTEGER NOT NULL DEFAULT 0,
  "reopened_at" INTEGER NOT NULL DEFAULT 0,
  "needs_review" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "ticket_house_id" ON "ticket" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "ticket_client_id" ON "ticket" ("client_id")
  WHERE "client_id" IS NOT NULL;
CREATE INDEX "ticket_phone" ON "ticket" ("phone")
  WHERE "phone" IS NOT NULL;
CREATE INDEX "ticket_seq" ON "ticket" ("seq");

CREATE TABLE "visit" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "ticket_id" TEXT,
  "house_id" TEXT,
  "zone_id" TEXT,
  "engineer_id" TEXT,
  "state" TEXT NOT NULL DEFAULT 'planned',
  "mode" TEXT NOT NULL DEFAULT 'none',
  "agreed_from" INTEGER NOT NULL DEFAULT 0,
  "agreed_to" INTEGER NOT NULL DEFAULT 0,
  "agreed_at" INTEGER NOT NULL DEFAULT 0,
  "agreed_by" TEXT,
  "due_at" INTEGER NOT NULL DEFAULT 0,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "assigned_at" INTEGER NOT NULL DEFAULT 0,
  "assigned_by" TEXT,
  "accepted_at" INTEGER NOT NULL DEFAULT 0,
  "en_route_at" INTEGER NOT NULL DEFAULT 0,
  "arrived_at" INTEGER NOT NULL DEFAULT 0,
  "ended_at" INTEGER NOT NULL DEFAULT 0,
  "arrived_geo_at" INTEGER NOT NULL DEFAULT 0,
  "reason" TEXT,
  "exempt" INTEGER NOT NULL DEFAULT 0,
  "uncounted" INTEGER NOT NULL DEFAULT 0,
  "by_proxy" INTEGER NOT NULL DEFAULT 0,
  "needs_review" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "visit_ticket_id" ON "visit" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "visit_engineer_id" ON "visit" ("engineer_id")
  WHERE "engineer_id" IS NOT NULL;
CREATE INDEX "visit_seq" ON "visit" ("seq");

CREATE TABLE "note" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "ticket_id" TEXT,
  "house_id" TEXT,
  "text" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "created_by" TEXT,
  "withdrawn" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "note_ticket_id" ON "note" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "note_house_id" ON "note" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "note_seq" ON "note" ("seq");

CREATE TABLE "call" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "ticket_id" TEXT,
  "phone" TEXT,
  "outcome" TEXT NOT NULL DEFAULT 'talked',
  "call_back_at" INTEGER NOT NULL DEFAULT 0,
  "text" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "created_by" TEXT,
  "withdrawn" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "call_ticket_id" ON "call" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "call_seq" ON "call" ("seq");

CREATE TABLE "event" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "type" TEXT,
  "ticket_id" TEXT,
  "visit_id" TEXT,
  "house_id" TEXT,
  "subject_id" TEXT,
  "actor_id" TEXT,
  "actor_role" TEXT NOT NULL DEFAULT 'dispatcher',
  "device" TEXT,
  "occurred_at" INTEGER NOT NULL DEFAULT 0,
  "received_at" INTEGER NOT NULL DEFAULT 0,
  "state" TEXT,
  "engineer_id" TEXT,
  "previous_id" TEXT,
  "from_at" INTEGER NOT NULL DEFAULT 0,
  "to_at" INTEGER NOT NULL DEFAULT 0,
  "reason" TEXT,
  "text" TEXT,
  "warnings" TEXT,
  "by_proxy" INTEGER NOT NULL DEFAULT 0,
  "group_id" TEXT,
  "before" TEXT,
  "undone_by" TEXT
) STRICT;
CREATE INDEX "event_ticket_id" ON "event" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "event_house_id" ON "event" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "event_subject_id" ON "event" ("subject_id")
  WHERE "subject_id" IS NOT NULL;
CREATE INDEX "event_seq" ON "event" ("seq");

-- The store's own tables.

CREATE TABLE "account" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "login" TEXT,
  "password" TEXT,
  "role" TEXT NOT NULL DEFAULT 'dispatcher',
  "staff_id" TEXT,
  "disabled" INTEGER NOT NULL DEFAULT 0,
  "created_at" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX "account_login" ON "account" ("login");
CREATE INDEX "account_staff_id" ON "account" ("staff_id")
  WHERE "staff_id" IS NOT NULL;

CREATE TABLE "session" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "token_hash" TEXT,
  "account_id" TEXT REFERENCES "account" ("id"),
  "login" TEXT,
  "role" TEXT NOT NULL DEFAULT 'dispatcher',
  "staff_id" TEXT,
  "kind" TEXT NOT NULL DEFAULT 'desk',
  "device_id" TEXT,
  "device" TEXT,
  "app" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "used_at" INTEGER NOT NULL DEFAULT 0,
  "ended_at" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX "session_token_hash" ON "session" ("token_hash");
CREATE INDEX "session_account_id" ON "session" ("account_id")
  WHERE "account_id" IS NOT NULL;

CREATE TABLE "tracker" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "secret_hash" TEXT,
  "staff_id" TEXT,
  "name" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "ended_at" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX "tracker_secret_hash" ON "tracker" ("secret_hash");
CREATE INDEX "tracker_staff_id" ON "tracker" ("staff_id")
  WHERE "staff_id" IS NOT NULL;

CREATE TABLE "delay" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "n_failures" INTEGER NOT NULL DEFAULT 0,
  "failed_at" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE "look" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "at" INTEGER NOT NULL DEFAULT 0,
  "account_id" TEXT,
  "session_id" TEXT,
  "table_name" TEXT,
  "row_id" TEXT,
  "field" TEXT
) STRICT;
CREATE INDEX "look_row_id" ON "look" ("row_id")
  WHERE "row_id" IS NOT NULL;

CREATE TABLE "peer" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "last_mid" INTEGER NOT NULL DEFAULT 0,
  "seen_at" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE "op" (
  "id" TEXT NOT NULL UNIQUE,
  "rev" TEXT,
  "seq" INTEGER PRIMARY KEY,
  "client" TEXT NOT NULL,
  "mid" INTEGER NOT NULL DEFAULT 0,
  "type" TEXT,
  "args" TEXT,
  "at" INTEGER NOT NULL DEFAULT 0,
  "received_at" INTEGER NOT NULL DEFAULT 0,
  "account_id" TEXT,
  "session_id" TEXT,
  "staff_id" TEXT,
  "role" TEXT NOT NULL DEFAULT 'dispatcher',
  "device" TEXT,
  "verdict" TEXT NOT NULL DEFAULT 'ok',
  "refusal" TEXT,
  "field" TEXT,
  "current_table" TEXT,
  "current_id" TEXT,
  UNIQUE ("client", "mid")
) STRICT;

-- The log and the looks only ever grow.
CREATE TRIGGER "op_stands" BEFORE UPDATE ON "op"
BEGIN SELECT RAISE (ABORT, 'the log is not rewritten'); END;
CREATE TRIGGER "op_stays" BEFORE DELETE ON "op"
BEGIN SELECT RAISE (ABORT, 'the log is not shortened'); END;
CREATE TRIGGER "look_stands" BEFORE UPDATE ON "look"
BEGIN SELECT RAISE (ABORT, 'a look is not rewritten'); END;
CREATE TRIGGER "look_stays" BEFORE DELETE ON "look"
BEGIN SELECT RAISE (ABORT, 'a look is not forgotten'); END;

-- What the store keeps count of, and its uuid: another one begins a new epoch.
CREATE TABLE "number" (
  "name" TEXT NOT NULL PRIMARY KEY,
  "value" INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "number" VALUES ('head', 0), ('floor', 0), ('ticket_number', 1);

CREATE TABLE "epoch" (
  "one" INTEGER PRIMARY KEY CHECK ("one" = 1),
  "uuid" TEXT NOT NULL
) STRICT;

-- Tombstones: no personal data, ninety days.
CREATE TABLE "deletion" (
  "table_name" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "seq" INTEGER NOT NULL,
  "made_at" INTEGER NOT NULL,
  PRIMARY KEY ("table_name", "id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "deletion_seq" ON "deletion" ("seq");

-- Where the engineers were; accuracy, speed, course and battery are negative when unknown.
CREATE TABLE "position" (
  "engineer_id" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "latitude" REAL NOT NULL,
  "longitude" REAL NOT NULL,
  "accuracy_m" REAL NOT NULL,
  "speed_mps" REAL NOT NULL,
  "course_deg" REAL NOT NULL,
  "battery_percent" INTEGER NOT NULL,
  "source" TEXT,
  "received_at" INTEGER NOT NULL,
  "shown" INTEGER NOT NULL,
  PRIMARY KEY ("engineer_id", "at")
) STRICT, WITHOUT ROWID;
CREATE INDEX "position_received_at" ON "position" ("received_at");

CREATE TABLE "position_fate" (
  "engineer_id" TEXT NOT NULL,
  "fate" INTEGER NOT NULL,
  "n" INTEGER NOT NULL,
  PRIMARY KEY ("engineer_id", "fate")
) STRICT, WITHOUT ROWID;

-- What waits for the store's own clock.
CREATE INDEX "ticket_wake" ON "ticket" ("wake_at") WHERE "state" = 'on_hold';
CREATE INDEX "ticket_resolved" ON "ticket" ("resolved_at") WHERE "state" = 'resolved';
CREATE INDEX "visit_due" ON "visit" ("due_at")
  WHERE "state" IN ('planned', 'assigned', 'accepted', 'en_route') AND "due_at" > 0;
CREATE INDEX "shift_of" ON "shift" ("staff_id", "starts_at");
CREATE UNIQUE INDEX "ticket_number" ON "ticket" ("number") WHERE "number" > 0;
