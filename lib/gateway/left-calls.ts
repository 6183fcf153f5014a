/** Calls that one agent may leave running at one server; each holds a connection until its outcome is known. */
const PER_AGENT_MAX = 16;
/** The same for all agents together: half of the connections that a server has for calls. */
const PER_SERVER_MAX = 128;

/**
 * Calls whose clients left before the answer, in the revisions in which that cancels nothing. They are read to their end, because the record
 * says how they ended; a bound keeps those who leave many from taking a server away from everybody else.
 */
export class LeftCalls {
  /** The agents of these calls, one for each, by server. */
  private readonly byServer = new Map<string, string[]>();

  /** How to say that the call no longer holds a connection; null when there is no room for another one. */
  add(serverId: string, agentId: string): (() => void) | null {
    const agents = this.byServer.get(serverId) ?? [];
    if (agents.length >= PER_SERVER_MAX || agents.filter((one) => one === agentId).length >= PER_AGENT_MAX) return null;
    this.byServer.set(serverId, agents);
    agents.push(agentId);
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      agents.splice(agents.indexOf(agentId), 1);
      if (agents.length === 0) this.byServer.delete(serverId);
    };
  }
}
