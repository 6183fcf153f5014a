-- Exports that are made in the background. How far one is stands here after each piece that is safe in its file, so that it goes on there
-- after a crash.

CREATE TABLE "export_jobs" (
  "id" text PRIMARY KEY,
  "format" text NOT NULL CHECK ("format" IN ('ndjson', 'csv', 'ocsf')),
  "columns" jsonb NOT NULL,
  "filter" jsonb NOT NULL,
  "status" text NOT NULL DEFAULT 'queued' CHECK ("status" IN ('queued', 'running', 'done', 'cancelled', 'failed', 'expired')),
  -- Whose data folder holds the file; only processes on that folder make it.
  "folder" text NOT NULL,
  "runner" text,
  "alive_at" timestamptz(3),
  "rows_done" bigint NOT NULL DEFAULT 0,
  "rows_expected" bigint,
  "bytes" bigint NOT NULL DEFAULT 0,
  -- The last row in the file.
  "last_at" timestamptz(3),
  "last_id" text,
  "error" text,
  "owner_kind" text NOT NULL,
  "owner_id" text NOT NULL,
  "owner_name" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "started_at" timestamptz(3),
  "finished_at" timestamptz(3),
  "expires_at" timestamptz(3)
);
CREATE INDEX "export_jobs_created_at_id_idx" ON "export_jobs" ("created_at", "id");
CREATE INDEX "export_jobs_folder_status_idx" ON "export_jobs" ("folder", "status");
