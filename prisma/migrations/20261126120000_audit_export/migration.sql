-- How far the audit trail was handed to a collector: one row for each writer. Written only after the collector took the rows,
-- so that each of them arrives at least once.
CREATE TABLE "audit_export_cursors" (
  "exporter" text NOT NULL,
  "writer" text NOT NULL,
  "seq" bigint NOT NULL,
  -- The writer writes no more, and everything of it was handed over.
  "done" boolean NOT NULL DEFAULT false,
  "updated_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY ("exporter", "writer")
);
