-- Photos of tickets; their pictures, by hash; one-time sign-in of a phone.

CREATE TABLE "photo" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "ticket_id" TEXT COLLATE "C",
  "visit_id" TEXT COLLATE "C",
  "text" TEXT COLLATE "C",
  "sha256" TEXT COLLATE "C",
  "mime" TEXT COLLATE "C",
  "size" BIGINT NOT NULL DEFAULT 0,
  "width" BIGINT NOT NULL DEFAULT 0,
  "height" BIGINT NOT NULL DEFAULT 0,
  "taken_at" BIGINT NOT NULL DEFAULT 0,
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "created_by" TEXT COLLATE "C",
  "withdrawn" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "photo_ticket_id" ON "photo" ("ticket_id")
  WHERE "ticket_id" IS NOT NULL;
CREATE INDEX "photo_sha256" ON "photo" ("sha256")
  WHERE "sha256" IS NOT NULL;
CREATE INDEX "photo_seq" ON "photo" ("seq");

CREATE TABLE "picture" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "mime" TEXT COLLATE "C",
  "size" BIGINT NOT NULL DEFAULT 0,
  "data" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE "invite" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "secret_hash" TEXT COLLATE "C",
  "account_id" TEXT COLLATE "C",
  "created_by" TEXT COLLATE "C",
  "created_at" BIGINT NOT NULL DEFAULT 0,
  "used_at" BIGINT NOT NULL DEFAULT 0,
  "session_id" TEXT COLLATE "C"
);
CREATE UNIQUE INDEX "invite_secret_hash" ON "invite" ("secret_hash");
CREATE INDEX "invite_account_id" ON "invite" ("account_id")
  WHERE "account_id" IS NOT NULL;

-- The production calendar, and the contacts that are owed to clients after the work.

CREATE TABLE "calendar_day" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'off',
  "source" TEXT COLLATE "C" NOT NULL DEFAULT 'hand',
  "name" TEXT COLLATE "C"
);
CREATE INDEX "calendar_day_seq" ON "calendar_day" ("seq");

CREATE TABLE "followup" (
  "id" TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  "rev" TEXT COLLATE "C",
  "seq" BIGINT NOT NULL DEFAULT 0,
  "ticket_id" TEXT COLLATE "C",
  "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'quality',
  "state" TEXT COLLATE "C" NOT NULL DEFAULT 'open',
  "merged" BIGINT NOT NULL DEFAULT 0,
  "number" BIGINT NOT NULL DEFAULT 0,
  "category" TEXT COLLATE "C",
  "house_id" TEXT COLLATE "C",
  "zone_id" TEXT COLLATE "C",
  "address" TEXT COLLATE "C",
  "client_id" TEXT COLLATE "C",
  "client_name" TEXT COLLATE "C",
  "phone" TEXT COLLATE "C",
  "engineer_id" TEXT COLLATE "C",
  "work_at" BIGINT NOT NULL DEFAULT 0,
  "made_at" BIGINT NOT NULL DEFAULT 0,
  "not_before_at" BIGINT NOT NULL DEFAULT 0,
  "target_at" BIGINT NOT NULL DEFAULT 0,
  "deadline_at" BIGINT NOT NULL DEFAULT 0,
  "next_at" BIGINT NOT NULL DEFAULT 0,
  "prefers_from" BIGINT NOT NULL DEFAULT 0,
  "prefers_to" BIGINT NOT NULL DEFAULT 0,
  "call_back_at" BIGINT NOT NULL DEFAULT 0,
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "tried_at" TEXT COLLATE "C",
  "taken_by" TEXT COLLATE "C",
  "taken_until_at" BIGINT NOT NULL DEFAULT 0,
  "outcome" TEXT COLLATE "C" NOT NULL DEFAULT 'none',
  "score" BIGINT NOT NULL DEFAULT 0,
  "nps" BIGINT NOT NULL DEFAULT 0,
  "nps_given" BIGINT NOT NULL DEFAULT 0,
  "reasons" TEXT COLLATE "C",
  "text" TEXT COLLATE "C",
  "done_by" TEXT COLLATE "C",
  "done_at" BIGINT NOT NULL DEFAULT 0,
  "call_id" TEXT COLLATE "C",
  "result_id" TEXT COLLATE "C"
);
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
