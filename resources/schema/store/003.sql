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
