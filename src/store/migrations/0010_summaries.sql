-- What is kept of a run that is over and judged, so that many runs can be looked at in a moment. It
-- can be made anew from the events at any time.
CREATE TABLE summaries (
    run_id   TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    -- Number of the form in which it is kept.
    format   BIGINT NOT NULL,
    -- As in runs, when it was made; with the number of events it says whether it is of today.
    finished BIGINT,
    events   BIGINT NOT NULL,
    -- The run in numbers, as JSON.
    counts   TEXT NOT NULL,
    -- The earlier run that it was compared with, and what came of it; NULL without one.
    compared TEXT,
    -- How many findings are new and gone, as JSON.
    changes  TEXT
);

-- The large parts, apart from what lists of runs need. Text, compressed by zstd.
CREATE TABLE snapshots (
    run_id   TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    -- Hosts and findings.
    overview BYTEA NOT NULL,
    -- Devices and tokens.
    states   BYTEA NOT NULL
);
