-- Exports of each past hour, day or week to a folder or a webhook. `done_to` moves only when a period was handed over whole, so that none
-- is left out; `last_at` and `last_id` are how far a webhook took the present one.

CREATE TABLE "export_schedules" (
  "id" text PRIMARY KEY,
  "name" text NOT NULL UNIQUE,
  "enabled" boolean NOT NULL DEFAULT true,
  "every" text NOT NULL CHECK ("every" IN ('hour', 'day', 'week')),
  "format" text NOT NULL CHECK ("format" IN ('ndjson', 'csv', 'ocsf')),
  "columns" jsonb NOT NULL,
  "filter" jsonb NOT NULL,
  "target" text NOT NULL CHECK ("target" IN ('folder', 'webhook')),
  -- A folder below the allowed one, or the host of the webhook.
  "place" text NOT NULL,
  -- Address and signing secret of a webhook, sealed.
  "envelope" text,
  "done_to" timestamptz(3) NOT NULL,
  "last_at" timestamptz(3),
  "last_id" text,
  "parts" integer NOT NULL DEFAULT 0,
  "rows" bigint NOT NULL DEFAULT 0,
  "due_at" timestamptz(3) NOT NULL,
  "runner" text,
  "alive_at" timestamptz(3),
  "failures" integer NOT NULL DEFAULT 0,
  "detail" text,
  "last_run_at" timestamptz(3),
  "last_rows" bigint,
  "owner_kind" text NOT NULL,
  "owner_id" text NOT NULL,
  "owner_name" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX "export_schedules_due_at_idx" ON "export_schedules" ("due_at");
