-- A shorter retention waits for a second admin.
ALTER TABLE "audit_retention"
  ADD COLUMN "proposed_days" integer CHECK ("proposed_days" >= 30),
  ADD COLUMN "proposed_at" timestamptz(3),
  ADD COLUMN "proposed_by_id" text,
  ADD COLUMN "proposed_by" text,
  ADD COLUMN "proposed_reason" text,
  ADD CONSTRAINT "audit_retention_proposal" CHECK (num_nulls("proposed_days", "proposed_at", "proposed_by_id", "proposed_by", "proposed_reason") IN (0, 5));
