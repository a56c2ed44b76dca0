-- The office's tables, in the order of a first sync. Columns are those of the descriptions in
-- core/; opening proves that they fit. seq: the operation that last changed the row. COLLATE "C":
-- pages go by id, and the order of ids must not depend on how the database was made.

CREATE TABLE "setting" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "value" TEXT COLLATE "C"
);
CREATE INDEX "setting_seq" ON "setting" ("seq");

CREATE TABLE "reason" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'hold',
  "code" TEXT COLLATE "C",
  "name" TEXT COLLATE "C",
  "position" BIGINT NOT NULL DEFAULT 0,
  "retired" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "reason_seq" ON "reason" ("seq");

CREATE TABLE "zone" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "number" BIGINT NOT NULL DEFAULT 0,
  "name" TEXT COLLATE "C",
  "color" TEXT COLLATE "C",
  "outline" TEXT COLLATE "C"
);
CREATE INDEX "zone_seq" ON "zone" ("seq");

CREATE TABLE "centre" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "name" TEXT COLLATE "C",
  "address" TEXT COLLATE "C",
  "latitude" DOUBLE PRECISION NOT NULL DEFAULT 0,
  "longitude" DOUBLE PRECISION NOT NULL DEFAULT 0,
  "zone_id" TEXT COLLATE "C"
);
CREATE INDEX "centre_seq" ON "centre" ("seq");

CREATE TABLE "company" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "name" TEXT COLLATE "C",
  "inn" TEXT COLLATE "C",
  "phones" TEXT COLLATE "C",
  "contact" TEXT COLLATE "C",
  "hours" TEXT COLLATE "C",
  "agreement" TEXT COLLATE "C"
);
CREATE INDEX "company_seq" ON "company" ("seq");

CREATE TABLE "house" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "city" TEXT COLLATE "C",
  "street_type" TEXT COLLATE "C",
  "street" TEXT COLLATE "C",
  "number" TEXT COLLATE "C",
  "addition" TEXT COLLATE "C",
  "key" TEXT COLLATE "C",
  "fias" TEXT COLLATE "C",
  "latitude" DOUBLE PRECISION NOT NULL DEFAULT 0,
  "longitude" DOUBLE PRECISION NOT NULL DEFAULT 0,
  "zone_id" TEXT COLLATE "C",
  "zone_by_hand" BIGINT NOT NULL DEFAULT 0,
  "floors" BIGINT NOT NULL DEFAULT 0,
  "entrances" BIGINT NOT NULL DEFAULT 0,
  "apartments" BIGINT NOT NULL DEFAULT 0,
  "technology" TEXT COLLATE "C",
  "switches" TEXT COLLATE "C",
  "company_id" TEXT COLLATE "C",
  "status" TEXT COLLATE "C" NOT NULL DEFAULT 'connected',
  "access" TEXT COLLATE "C",
  "access_holder" TEXT COLLATE "C",
  "access_phone" TEXT COLLATE "C"
);
CREATE INDEX "house_key" ON "house" ("key")
  WHERE "key" IS NOT NULL;
CREATE INDEX "house_zone_id" ON "house" ("zone_id")
  WHERE "zone_id" IS NOT NULL;
CREATE INDEX "house_company_id" ON "house" ("company_id")
  WHERE "company_id" IS NOT NULL;
CREATE INDEX "house_seq" ON "house" ("seq");

CREATE TABLE "entrance" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "house_id" TEXT COLLATE "C",
  "number" BIGINT NOT NULL DEFAULT 0,
  "apartment_from" BIGINT NOT NULL DEFAULT 0,
  "apartment_to" BIGINT NOT NULL DEFAULT 0,
  "intercom" TEXT COLLATE "C",
  "riser" TEXT COLLATE "C",
  "box" TEXT COLLATE "C"
);
CREATE INDEX "entrance_house_id" ON "entrance" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "entrance_seq" ON "entrance" ("seq");

CREATE TABLE "staff" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "name" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "role" TEXT COLLATE "C" NOT NULL DEFAULT 'dispatcher',
  "zones" TEXT COLLATE "C",
  "skills" TEXT COLLATE "C",
  "centre_id" TEXT COLLATE "C",
  "employment" TEXT COLLATE "C" NOT NULL DEFAULT 'staff',
  "dismissed" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "staff_seq" ON "staff" ("seq");

CREATE TABLE "shift" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "staff_id" TEXT COLLATE "C",
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'work',
  "starts_at" BIGINT NOT NULL DEFAULT 0,
  "ends_at" BIGINT NOT NULL DEFAULT 0,
  "reason" TEXT COLLATE "C"
);
CREATE INDEX "shift_seq" ON "shift" ("seq");

CREATE TABLE "client" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'subscriber',
  "name" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "phone_raw" TEXT COLLATE "C",
  "contract" TEXT COLLATE "C",
  "house_id" TEXT COLLATE "C",
  "entrance" TEXT COLLATE "C",
  "floor" TEXT COLLATE "C",
  "apartment" TEXT COLLATE "C",
  "other_isp" BIGINT NOT NULL DEFAULT 0,
  "do_not_call" BIGINT NOT NULL DEFAULT 0,
  "preferred_time" TEXT COLLATE "C",
  "note" TEXT COLLATE "C"
);
CREATE INDEX "client_phone" ON "client" ("phone")
  WHERE "phone" IS NOT NULL;
CREATE INDEX "client_house_id" ON "client" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "client_seq" ON "client" ("seq");

CREATE TABLE "ticket" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "number" BIGINT NOT NULL DEFAULT 0,
  "category" TEXT COLLATE "C",
  "state" TEXT COLLATE "C" NOT NULL DEFAULT 'new',
  "priority" TEXT COLLATE "C" NOT NULL DEFAULT 'normal',
  "house_id" TEXT COLLATE "C",
  "zone_id" TEXT COLLATE "C",
  "address" TEXT COLLATE "C",
  "entrance" TEXT COLLATE "C",
  "floor" TEXT COLLATE "C",
  "apartment" TEXT COLLATE "C",
  "client_id" TEXT COLLATE "C",
  "client_name" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "phone_raw" TEXT COLLATE "C",
  "description" TEXT COLLATE "C",
  "source" TEXT COLLATE "C",
  "visit_id" TEXT COLLATE "C",
  "engineer_id" TEXT COLLATE "C",
  "linked_id" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "created_by" TEXT COLLATE "C",
  "first_contact_at" BIGINT NOT NULL DEFAULT 0,
  "wake_at" BIGINT NOT NULL DEFAULT 0,
  "reason" TEXT COLLATE "C",
  "resolution" TEXT COLLATE "C" NOT NULL DEFAULT 'none',
  "resolution_code" TEXT COLLATE "C",
  "resolved_at" BIGINT NOT NULL DEFAULT 0,
  "resolved_by" TEXT COLLATE "C",
  "closed_at" BIGINT NOT NULL DEFAULT 0,
  "reopen_count" BIGINT NOT NULL DEFAULT 0,
  "reopened_at" BIGINT NOT NULL DEFAULT 0,
  "needs_review" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "ticket_house_id" ON "ticket" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "ticket_client_id" ON "ticket" ("client_id")
  WHERE "client_id" IS NOT NULL;
CREATE INDEX "ticket_phone" ON "ticket" ("phone")
  WHERE "phone" IS NOT NULL;
CREATE INDEX "ticket_seq" ON "ticket" ("seq");

CREATE TABLE "visit" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "ticket_id" TEXT COLLATE "C",
  "house_id" TEXT COLLATE "C",
  "zone_id" TEXT COLLATE "C",
  "engineer_id" TEXT COLLATE "C",
  "state" TEXT COLLATE "C" NOT NULL DEFAULT 'planned',
  "mode" TEXT COLLATE "C" NOT NULL DEFAULT 'none',
  "agreed_from" BIGINT NOT NULL DEFAULT 0,
  "agreed_to" BIGINT NOT NULL DEFAULT 0,
  "agreed_at" BIGINT NOT NULL DEFAULT 0,
  "agreed_by" TEXT COLLATE "C",
  "due_at" BIGINT NOT NULL DEFAULT 0,
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "assigned_at" BIGINT NOT NULL DEFAULT 0,
  "assigned_by" TEXT COLLATE "C",
  "accepted_at" BIGINT NOT NULL DEFAULT 0,
  "en_route_at" BIGINT NOT NULL DEFAULT 0,
  "arrived_at" BIGINT NOT NULL DEFAULT 0,
  "ended_at" BIGINT NOT NULL DEFAULT 0,
  "arrived_geo_at" BIGINT NOT NULL DEFAULT 0,
  "reason" TEXT COLLATE "C",
  "exempt" BIGINT NOT NULL DEFAULT 0,
  "uncounted" BIGINT NOT NULL DEFAULT 0,
  "by_proxy" BIGINT NOT NULL DEFAULT 0,
  "needs_review" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "visit_ticket_id" ON "visit" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "visit_engineer_id" ON "visit" ("engineer_id")
  WHERE "engineer_id" IS NOT NULL;
CREATE INDEX "visit_seq" ON "visit" ("seq");

CREATE TABLE "note" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "ticket_id" TEXT COLLATE "C",
  "house_id" TEXT COLLATE "C",
  "text" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "created_by" TEXT COLLATE "C",
  "withdrawn" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "note_ticket_id" ON "note" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "note_house_id" ON "note" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "note_seq" ON "note" ("seq");

CREATE TABLE "call" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "ticket_id" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "outcome" TEXT COLLATE "C" NOT NULL DEFAULT 'talked',
  "call_back_at" BIGINT NOT NULL DEFAULT 0,
  "text" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "created_by" TEXT COLLATE "C",
  "withdrawn" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "call_ticket_id" ON "call" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "call_seq" ON "call" ("seq");

CREATE TABLE "event" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "type" TEXT COLLATE "C",
  "ticket_id" TEXT COLLATE "C",
  "visit_id" TEXT COLLATE "C",
  "house_id" TEXT COLLATE "C",
  "subject_id" TEXT COLLATE "C",
  "actor_id" TEXT COLLATE "C",
  "actor_role" TEXT COLLATE "C" NOT NULL DEFAULT 'dispatcher',
  "device" TEXT COLLATE "C",
  "occurred_at" BIGINT NOT NULL DEFAULT 0,
  "received_at" BIGINT NOT NULL DEFAULT 0,
  "state" TEXT COLLATE "C",
  "engineer_id" TEXT COLLATE "C",
  "previous_id" TEXT COLLATE "C",
  "from_at" BIGINT NOT NULL DEFAULT 0,
  "to_at" BIGINT NOT NULL DEFAULT 0,
  "reason" TEXT COLLATE "C",
  "text" TEXT COLLATE "C",
  "warnings" TEXT COLLATE "C",
  "by_proxy" BIGINT NOT NULL DEFAULT 0,
  "group_id" TEXT COLLATE "C",
  "before" TEXT COLLATE "C",
  "undone_by" TEXT COLLATE "C"
);
CREATE INDEX "event_ticket_id" ON "event" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "event_house_id" ON "event" ("house_id")
  WHERE "house_id" IS NOT NULL;
CREATE INDEX "event_subject_id" ON "event" ("subject_id")
  WHERE "subject_id" IS NOT NULL;
CREATE INDEX "event_seq" ON "event" ("seq");

-- The store's own tables.

CREATE TABLE "account" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "login" TEXT COLLATE "C",
  "password" TEXT COLLATE "C",
  "role" TEXT COLLATE "C" NOT NULL DEFAULT 'dispatcher',
  "staff_id" TEXT COLLATE "C",
  "disabled" BIGINT NOT NULL DEFAULT 0,
  "created_at" BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "account_login" ON "account" ("login");
CREATE INDEX "account_staff_id" ON "account" ("staff_id")
  WHERE "staff_id" IS NOT NULL;

CREATE TABLE "session" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "token_hash" TEXT COLLATE "C",
  "account_id" TEXT COLLATE "C" REFERENCES "account" ("id"),
  "login" TEXT COLLATE "C",
  "role" TEXT COLLATE "C" NOT NULL DEFAULT 'dispatcher',
  "staff_id" TEXT COLLATE "C",
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'desk',
  "device_id" TEXT COLLATE "C",
  "device" TEXT COLLATE "C",
  "app" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "used_at" BIGINT NOT NULL DEFAULT 0,
  "ended_at" BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "session_token_hash" ON "session" ("token_hash");
CREATE INDEX "session_account_id" ON "session" ("account_id")
  WHERE "account_id" IS NOT NULL;

CREATE TABLE "tracker" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "secret_hash" TEXT COLLATE "C",
  "staff_id" TEXT COLLATE "C",
  "name" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "ended_at" BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "tracker_secret_hash" ON "tracker" ("secret_hash");
CREATE INDEX "tracker_staff_id" ON "tracker" ("staff_id")
  WHERE "staff_id" IS NOT NULL;

CREATE TABLE "delay" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "n_failures" BIGINT NOT NULL DEFAULT 0,
  "failed_at" BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE "look" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "at" BIGINT NOT NULL DEFAULT 0,
  "account_id" TEXT COLLATE "C",
  "session_id" TEXT COLLATE "C",
  "table_name" TEXT COLLATE "C",
  "row_id" TEXT COLLATE "C",
  "field" TEXT COLLATE "C"
);
CREATE INDEX "look_row_id" ON "look" ("row_id")
  WHERE "row_id" IS NOT NULL;

CREATE TABLE "peer" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "last_mid" BIGINT NOT NULL DEFAULT 0,
  "seen_at" BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE "op" (
  "id" TEXT COLLATE "C" NOT NULL UNIQUE,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT PRIMARY KEY,
  "client" TEXT COLLATE "C" NOT NULL,
  "mid" BIGINT NOT NULL DEFAULT 0,
  "type" TEXT COLLATE "C",
  "args" TEXT COLLATE "C",
  "at" BIGINT NOT NULL DEFAULT 0,
  "received_at" BIGINT NOT NULL DEFAULT 0,
  "account_id" TEXT COLLATE "C",
  "session_id" TEXT COLLATE "C",
  "staff_id" TEXT COLLATE "C",
  "role" TEXT COLLATE "C" NOT NULL DEFAULT 'dispatcher',
  "device" TEXT COLLATE "C",
  "verdict" TEXT COLLATE "C" NOT NULL DEFAULT 'ok',
  "refusal" TEXT COLLATE "C",
  "field" TEXT COLLATE "C",
  "current_table" TEXT COLLATE "C",
  "current_id" TEXT COLLATE "C",
  UNIQUE ("client", "mid")
);

-- The log and the looks only ever grow.
CREATE FUNCTION "stands" () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
    MESSAGE = format ('the table %s only grows', TG_TABLE_NAME);
END $$;
CREATE TRIGGER "op_stands" BEFORE UPDATE OR DELETE ON "op"
  FOR EACH ROW EXECUTE FUNCTION "stands" ();
CREATE TRIGGER "op_stays" BEFORE TRUNCATE ON "op"
  FOR EACH STATEMENT EXECUTE FUNCTION "stands" ();
CREATE TRIGGER "look_stands" BEFORE UPDATE OR DELETE ON "look"
  FOR EACH ROW EXECUTE FUNCTION "stands" ();
CREATE TRIGGER "look_stays" BEFORE TRUNCATE ON "look"
  FOR EACH STATEMENT EXECUTE FUNCTION "stands" ();

-- What the store keeps count of, and its uuid: another one begins a new epoch.
CREATE TABLE "number" (
  "name" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "value" BIGINT NOT NULL
) WITH (fillfactor = 10); -- written at each commit: room for the next versions on the same page
INSERT INTO "number" VALUES ('head', 0), ('floor', 0), ('ticket_number', 1);

CREATE TABLE "epoch" (
  "one" BIGINT PRIMARY KEY CHECK ("one" = 1),
  "uuid" TEXT COLLATE "C" NOT NULL
);

-- Tombstones: no personal data, ninety days.
CREATE TABLE "deletion" (
  "table_name" TEXT COLLATE "C" NOT NULL,
  "id" TEXT COLLATE "C" NOT NULL,
  "seq" BIGINT NOT NULL,
  "made_at" BIGINT NOT NULL,
  PRIMARY KEY ("table_name", "id")
);
CREATE INDEX "deletion_seq" ON "deletion" ("seq");

-- Where the engineers were; accuracy, speed, course and battery are negative when unknown.
CREATE TABLE "position" (
  "engineer_id" TEXT COLLATE "C" NOT NULL,
  "at" BIGINT NOT NULL,
  "latitude" DOUBLE PRECISION NOT NULL,
  "longitude" DOUBLE PRECISION NOT NULL,
  "accuracy_m" DOUBLE PRECISION NOT NULL,
  "speed_mps" DOUBLE PRECISION NOT NULL,
  "course_deg" DOUBLE PRECISION NOT NULL,
  "battery_percent" BIGINT NOT NULL,
  "source" TEXT COLLATE "C",
  "received_at" BIGINT NOT NULL,
  "shown" BIGINT NOT NULL,
  PRIMARY KEY ("engineer_id", "at")
);
CREATE INDEX "position_received_at" ON "position" ("received_at");

CREATE TABLE "position_fate" (
  "engineer_id" TEXT COLLATE "C" NOT NULL,
  "fate" BIGINT NOT NULL,
  "n" BIGINT NOT NULL,
  PRIMARY KEY ("engineer_id", "fate")
);

-- What waits for the store's own clock.
CREATE INDEX "ticket_wake" ON "ticket" ("wake_at") WHERE "state" = 'on_hold';
CREATE INDEX "ticket_resolved" ON "ticket" ("resolved_at") WHERE "state" = 'resolved';
CREATE INDEX "visit_due" ON "visit" ("due_at")
  WHERE "state" IN ('planned', 'assigned', 'accepted', 'en_route') AND "due_at" > 0;
CREATE INDEX "shift_of" ON "shift" ("staff_id", "starts_at");
CREATE UNIQUE INDEX "ticket_number" ON "ticket" ("number") WHERE "number" > 0;
