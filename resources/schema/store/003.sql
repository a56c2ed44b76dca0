-- Photos of tickets; their pictures, by hash; one-time sign-in of a phone.

CREATE TABLE "photo" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "ticket_id" TEXT,
  "visit_id" TEXT,
  "text" TEXT,
  "sha256" TEXT,
  "mime" TEXT,
  "size" INTEGER NOT NULL DEFAULT 0,
  "width" INTEGER NOT NULL DEFAULT 0,
  "height" INTEGER NOT NULL DEFAULT 0,
  "taken_at" INTEGER NOT NULL DEFAULT 0,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "created_by" TEXT,
  "withdrawn" INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX "photo_ticket_id" ON "photo" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "photo_sha256" ON "photo" ("sha256")
  WHERE "sha256" IS NOT NULL;
CREATE INDEX "photo_seq" ON "photo" ("seq");

CREATE TABLE "picture" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "mime" TEXT,
  "size" INTEGER NOT NULL DEFAULT 0,
  "data" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE "invite" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "secret_hash" TEXT,
  "account_id" TEXT,
  "created_by" TEXT,
  "created_at" INTEGER NOT NULL DEFAULT 0,
  "used_at" INTEGER NOT NULL DEFAULT 0,
  "session_id" TEXT
) STRICT;
CREATE UNIQUE INDEX "invite_secret_hash" ON "invite" ("secret_hash");
CREATE INDEX "invite_account_id" ON "invite" ("account_id")
  WHERE "account_id" IS NOT NULL;

-- The production calendar, and the contacts that are owed to clients after the work.

CREATE TABLE "calendar_day" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "kind" TEXT NOT NULL DEFAULT 'off',
  "source" TEXT NOT NULL DEFAULT 'hand',
  "name" TEXT
) STRICT;
CREATE INDEX "calendar_day_seq" ON "calendar_day" ("seq");

CREATE TABLE "followup" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "rev" TEXT,
  "seq" INTEGER NOT NULL DEFAULT 0,
  "ticket_id" TEXT,
  "kind" TEXT NOT NULL DEFAULT 'quality',
  "state" TEXT NOT NULL DEFAULT 'open',
  "merged" INTEGER NOT NULL DEFAULT 0,
  "number" INTEGER NOT NULL DEFAULT 0,
  "category" TEXT,
  "house_id" TEXT,
  "zone_id" TEXT,
  "address" TEXT,
  "client_id" TEXT,
  "client_name" TEXT,
  "phone" TEXT,
  "engineer_id" TEXT,
  "work_at" INTEGER NOT NULL DEFAULT 0,
  "made_at" INTEGER NOT NULL DEFAULT 0,
  "not_before_at" INTEGER NOT NULL DEFAULT 0,
  "target_at" INTEGER NOT NULL DEFAULT 0,
  "deadline_at" INTEGER NOT NULL DEFAULT 0,
  "next_at" INTEGER NOT NULL DEFAULT 0,
  "prefers_from" INTEGER NOT NULL DEFAULT 0,
  "prefers_to" INTEGER NOT NULL DEFAULT 0,
  "call_back_at" INTEGER NOT NULL DEFAULT 0,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "tried_at" TEXT,
  "taken_by" TEXT,
  "taken_until_at" INTEGER NOT NULL DEFAULT 0,
  "outcome" TEXT NOT NULL DEFAULT 'none',
  "score" INTEGER NOT NULL DEFAULT 0,
  "nps" INTEGER NOT NULL DEFAULT 0,
  "nps_given" INTEGER NOT NULL DEFAULT 0,
  "reasons" TEXT,
  "text" TEXT,
  "done_by" TEXT,
  "done_at" INTEGER NOT NULL DEFAULT 0,
  "call_id" TEXT,
  "result_id" TEXT
) STRICT;
CREATE INDEX "followup_ticket_id" ON "followup" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "followup_phone" ON "followup" ("phone")
  WHERE "phone" IS NOT NULL;
CREATE INDEX "followup_engineer_id" ON "followup" ("engineer_id")
  WHERE "engineer_id" IS NOT NULL;
CREATE INDEX "followup_seq" ON "followup" ("seq");

-- What waits for the store's own clock: work that was done, contacts that are owed.
CREATE INDEX "ticket_done" ON "ticket" ("resolved_at") WHERE "state" IN ('resolved', 'closed');
CREATE INDEX "followup_owed" ON "followup" ("work_at") WHERE "state" = 'open';
