-- What each notification of an audit told last, so that it tells a change once. It outlives the runs.
CREATE TABLE notifications (
    -- Playbook, inventories and limit, as JSON.
    audit  TEXT NOT NULL,
    name   TEXT NOT NULL,
    -- The run that it told of.
    run_id TEXT NOT NULL,
    -- Milliseconds since 1970, UTC.
    told   BIGINT NOT NULL,
    -- JSON.
    state  TEXT NOT NULL,
    PRIMARY KEY (audit, name)
);

-- What became of each delivery of a run.
CREATE TABLE deliveries (
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- NULL where it was delivered.
    failure  TEXT,
    PRIMARY KEY (run_id, name)
);
