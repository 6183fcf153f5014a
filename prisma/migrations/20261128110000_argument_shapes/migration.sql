-- What the arguments of a call that goes on look like: names that its tool declares with their types, and a keyed digest of the rest.
-- Part of a row's hash only where it is set.
ALTER TABLE "audit_events" ADD COLUMN "arguments_shape" text;

-- The shapes that an agent has sent a tool, with when each came first; made by the counting of calls beside the trail.
CREATE TABLE "argument_shapes" (
  "agent_id" text NOT NULL,
  "server_id" text NOT NULL,
  "tool" text NOT NULL,
  "shape" text NOT NULL,
  "first_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("agent_id", "server_id", "tool", "shape")
);
CREATE INDEX "argument_shapes_first_at" ON "argument_shapes" ("first_at");

ALTER TABLE "alerts" DROP CONSTRAINT "alerts_kind_check", ADD CONSTRAINT "alerts_kind_check"
  CHECK ("kind" IN ('loop', 'repeated_read', 'denial_storm', 'burst', 'first_use', 'new_shape', 'out_of_hours', 'many_sessions'));
ALTER TABLE "anomaly_settings" DROP CONSTRAINT "anomaly_settings_kind_check", ADD CONSTRAINT "anomaly_settings_kind_check"
  CHECK ("kind" IN ('loop', 'repeated_read', 'denial_storm', 'burst', 'first_use', 'new_shape', 'out_of_hours', 'many_sessions'));
