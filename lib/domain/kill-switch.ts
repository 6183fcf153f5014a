/** What a kill switch can stop, widest first; the order in which a call is matched. */
export const KILL_SCOPES = ['all', 'server', 'agent', 'tool'] as const;
export type KillScope = (typeof KILL_SCOPES)[number];

/** A kill switch that is engaged. */
export interface EngagedKill {
  readonly id: string;
  readonly scope: KillScope;
  /** Of scope `server` and `tool`; null otherwise. */
  readonly serverId: string | null;
  /** Of scope `agent`; null otherwise. */
  readonly agentId: string | null;
  /** The exact name, of scope `tool`; null otherwise. */
  readonly tool: string | null;
}

/** What may be stopped: who calls where, and every tool that would run, the called one and those behind dispatchers. */
export interface KillSubject {
  readonly agentId: string;
  readonly serverId: string;
  readonly tools: readonly string[];
}

/** The widest engaged kill switch that stops this, or null. */
export function killOf(engaged: readonly EngagedKill[], subject: KillSubject): EngagedKill | null {
  if (engaged.length === 0) return null;
  for (const scope of KILL_SCOPES) {
    for (const kill of engaged) if (kill.scope === scope && stops(kill, subject)) return kill;
  }
  return null;
}

function stops(kill: EngagedKill, subject: KillSubject): boolean {
  switch (kill.scope) {
    case 'all':
      return true;
    case 'server':
      return kill.serverId === subject.serverId;
    case 'agent':
      return kill.agentId === subject.agentId;
    case 'tool':
      return kill.serverId === subject.serverId && kill.tool !== null && subject.tools.includes(kill.tool);
  }
}

const STOPPED: Record<KillScope, string> = {
  all: 'the calls of all agents',
  server: 'all calls to this server',
  agent: 'all calls of this agent',
  tool: 'all calls of this tool',
};

/** What the agent reads; the operator's reason is for people and is not in it. */
export function killWords({ scope }: Pick<EngagedKill, 'scope'>): string {
  return `The kill switch stops ${STOPPED[scope]}.`;
}
