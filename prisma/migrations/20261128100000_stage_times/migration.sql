-- Of the gateway's time for a call, what the policy and what the admission took, in milliseconds; null where it was not recorded.
-- Both are part of a row's hash only where they are set. No default: rows that are there are not rewritten.
ALTER TABLE "audit_outcomes" ADD COLUMN "policy_ms" double precision, ADD COLUMN "admission_ms" double precision;
