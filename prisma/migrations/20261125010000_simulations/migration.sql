-- Replays of recorded calls through a draft policy: jobs, their progress and their bounded results.
CREATE TABLE "simulations" (
  "id" text PRIMARY KEY,
  "server_id" text NOT NULL REFERENCES "servers" ("id") ON DELETE CASCADE,
  -- Whose calls are replayed; null for every call on the server.
  "policy_id" text REFERENCES "policies" ("id") ON DELETE CASCADE,
  -- The text is kept until the job has ended; what it was stays known by its digest.
  "text" text,
  "text_sha256" text NOT NULL,
  "from_at" timestamptz(3) NOT NULL,
  "to_at" timestamptz(3) NOT NULL,
  -- Ids of agents; null for all.
  "agents" jsonb,
  "against" text NOT NULL CHECK ("against" IN ('recorded', 'live')),
  "warm" boolean NOT NULL,
  "status" text NOT NULL DEFAULT 'queued' CHECK ("status" IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  "calls_done" integer NOT NULL DEFAULT 0,
  "calls_total" integer,
  -- The incarnation of the process that runs it, and its last sign of life.
  "runner" text,
  "alive_at" timestamptz(3),
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "created_by" text NOT NULL,
  "started_at" timestamptz(3),
  "finished_at" timestamptz(3),
  "error" text,
  "summary" jsonb,
  "result" jsonb
);
CREATE INDEX "simulations_policy_idx" ON "simulations" ("server_id", "policy_id", "created_at" DESC, "id" DESC);
-- Only what waits or runs: looking for work reads nothing else.
CREATE INDEX "simulations_open_idx" ON "simulations" ("created_at") WHERE "status" IN ('queued', 'running');
