-- The server speaks only the stateless revision of MCP; clients of the stateful ones reach it by the bridge.
ALTER TABLE "servers" ADD COLUMN "bridge" boolean NOT NULL DEFAULT false;
