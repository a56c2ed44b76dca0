-- outbox.db: what a person did at this desk. Never dropped; replica.db beside it is.

CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT
) STRICT;

-- One numbering per person: operations wait for their author, who alone may send them.
CREATE TABLE client (
  staff_id TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,          -- what the store counts mids by; a new one counts from 1
  last_mid INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE op (
  n INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which they were done
  id TEXT NOT NULL UNIQUE,
  staff_id TEXT NOT NULL,
  role INTEGER NOT NULL,
  device TEXT,
  mid INTEGER NOT NULL,
  command TEXT NOT NULL,            -- as on the wire
  state INTEGER NOT NULL DEFAULT 0, -- UchOpState
  seq INTEGER NOT NULL DEFAULT 0,   -- the store's, once it has answered
  answered_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX op_state ON op (state, n);
CREATE INDEX op_mid ON op (staff_id, mid);

CREATE TABLE refusal (
  id TEXT NOT NULL PRIMARY KEY,     -- of the operation
  staff_id TEXT NOT NULL,
  command TEXT NOT NULL,
  kind INTEGER NOT NULL,
  refusal TEXT NOT NULL,
  field TEXT,
  current_table TEXT,
  current TEXT,                     -- the row as it stood, as on the wire
  at INTEGER NOT NULL
) STRICT;

-- What was done at one stroke; undone: taken back, may be done again.
CREATE TABLE stroke (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stroke_staff ON stroke (staff_id, undone, n);

CREATE TABLE stroke_op (
  stroke INTEGER NOT NULL REFERENCES stroke (n) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL,                 -- of the operation that stands now
  command TEXT NOT NULL,            -- it, for doing it again
  inverse TEXT NOT NULL,            -- what takes it back
  created TEXT NOT NULL,            -- ids of the rows it made, comma separated
  PRIMARY KEY (stroke, place)
) STRICT;
CREATE INDEX stroke_op_id ON stroke_op (id);
