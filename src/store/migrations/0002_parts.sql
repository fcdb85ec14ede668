-- A run is written by one process or by several, at once or one after another: each writes a part.
CREATE TABLE parts (
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- From 0; the first wrote the header.
    part     BIGINT NOT NULL,
    -- Whose process it is, for people: `anna@audit-1, process 4711`.
    holder   TEXT NOT NULL,
    -- What the process is, so that another on the same machine can tell whether it still lives.
    process  TEXT,
    -- Version of tokenfleet.
    version  TEXT NOT NULL,
    -- Which shard it examines, from 0; NULL where the hosts are not divided so.
    shard    BIGINT,
    -- Milliseconds since 1970, by the clock of the database.
    started  BIGINT NOT NULL,
    -- When it last said that it lives.
    seen     BIGINT NOT NULL,
    -- NULL while it runs, and for ever when its process was killed.
    finished BIGINT,
    PRIMARY KEY (run_id, part)
);

INSERT INTO parts (run_id, part, holder, version, started, seen, finished)
SELECT id, 0, 'a process of tokenfleet ' || version, version, started, started,
       COALESCE(finished, started)
FROM runs;

-- Who begins a part, or takes hosts, writes here first, and by that alone waits for all others who do.
CREATE TABLE entrance (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    entered BIGINT NOT NULL
);

INSERT INTO entrance (id, entered) VALUES (1, 0);

-- The hosts of a run whose processes take them one after another, as they have room.
CREATE TABLE claims (
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    host     TEXT NOT NULL,
    -- In the order of the inventory.
    position BIGINT NOT NULL,
    -- The part that has it; NULL where none does.
    part     BIGINT,
    -- 1 once it has its outcome.
    done     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, host)
);

-- The events, each now of a part. SQLite cannot change a primary key.
CREATE TABLE events_of_parts (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    part   BIGINT NOT NULL,
    -- From 0 in each part.
    seq    BIGINT NOT NULL,
    -- NULL for events of the run as a whole.
    host   TEXT,
    kind   TEXT NOT NULL,
    -- JSON; NULL where it is packed.
    body   TEXT,
    -- The same, compressed by zstd. SQLite knows no such type and takes the bytes as they are.
    packed BYTEA,
    PRIMARY KEY (run_id, part, seq)
);

INSERT INTO events_of_parts (run_id, part, seq, host, kind, body)
SELECT run_id, 0, seq, host, kind, body FROM events;

DROP TABLE events;

ALTER TABLE events_of_parts RENAME TO events;
