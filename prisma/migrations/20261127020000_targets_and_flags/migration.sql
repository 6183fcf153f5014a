-- What a request other than a tool call was about: the address of a resource, the name of a prompt, what a server asked for.
ALTER TABLE "audit_events" ADD COLUMN "target" text;
-- What was noticed in the answer: a sorted list of words; null for nothing. Both are part of a row's hash only where they are set.
ALTER TABLE "audit_outcomes" ADD COLUMN "flags" jsonb;
