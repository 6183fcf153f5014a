-- The overview asks for what people decided in a time.
CREATE INDEX "approvals_decided_at_idx" ON "approvals" ("decided_at") WHERE "decided_by" IS NOT NULL;
