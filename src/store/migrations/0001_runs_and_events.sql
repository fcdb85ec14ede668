-- One row per run, for lists and for finding a run. Everything else about it is in its events.
CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    -- Milliseconds since 1970, UTC.
    started     BIGINT NOT NULL,
    -- NULL while it runs, and for ever when its process was killed.
    finished    BIGINT,
    interrupted BOOLEAN NOT NULL DEFAULT FALSE,
    -- Version of tokenfleet.
    version     TEXT NOT NULL,
    playbook    TEXT NOT NULL,
    -- JSON list of paths.
    inventories TEXT NOT NULL,
    host_limit  TEXT,
    -- How many hosts it set out to examine.
    hosts       BIGINT NOT NULL
);

CREATE INDEX runs_by_start ON runs (started);

-- What happened, in order. The first event of a run is its header.
CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq    BIGINT NOT NULL,
    -- NULL for events of the run as a whole.
    host   TEXT,
    kind   TEXT NOT NULL,
    -- JSON.
    body   TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
);
