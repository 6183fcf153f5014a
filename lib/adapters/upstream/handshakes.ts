import { type ClientProfile, UpstreamFailure } from '@/lib/gateway/upstream-port';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { BRIDGED_VERSION, initializeResult, statelessParams } from './bridge/legacy-shape';
import type { Channel } from './channel';

/** Protocol revisions of the handshake that channels understand, newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
const NEWEST_LEGACY = LEGACY_VERSIONS[0];

/** Begins to speak on an open channel; gives the answer to `initialize`, or what stands for one. Rejects with `UpstreamFailure`. */
export type Handshake = (channel: Channel, profile: ClientProfile, timeoutMs: number) => Promise<JsonObject>;

/** The stateful revisions: `initialize`, once for the connection. */
export const initializeHandshake: Handshake = async (channel, { capabilities, clientInfo }, timeoutMs) => {
  const result = await channel.ask('initialize', { protocolVersion: NEWEST_LEGACY, capabilities, clientInfo }, timeoutMs);
  if (!LEGACY_VERSIONS.some((version) => version === result.protocolVersion)) {
    throw new UpstreamFailure(
      `The upstream speaks protocol revision ${String(result.protocolVersion).slice(0, 40)}, which is not supported.`,
      false,
    );
  }
  if (!isJsonObject(result.capabilities) || !isJsonObject(result.serverInfo))
    throw new UpstreamFailure('The answer to initialize is not that of an MCP server.', false);
  await channel.notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return result;
};

/** The stateless revision needs none; asking what the server speaks tells whether it is one of that revision. */
export const discoverHandshake: Handshake = async (channel, { clientInfo }, timeoutMs) => {
  const params = statelessParams({}, { clientInfo, capabilities: {}, logLevel: null });
  const result = initializeResult(await channel.ask('server/discover', params, timeoutMs));
  if (typeof result === 'string') throw new UpstreamFailure(`The upstream does not speak ${BRIDGED_VERSION}.`, false);
  return result;
};
