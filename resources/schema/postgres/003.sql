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
