import { type AnomalyAction, type AnomalyKind, KINDS } from './anomaly-kinds';

/** Who a setting is for; null is everybody, or every tool. A tool is named together with its server. */
export interface SettingSubject {
  readonly agentId: string | null;
  readonly serverId: string | null;
  readonly tool: string | null;
}

/** What an operator has tuned; what is null is left to the next wider setting. */
export interface AnomalySetting extends SettingSubject {
  readonly kind: AnomalyKind;
  readonly enabled: boolean | null;
  readonly threshold: number | null;
  readonly action: AnomalyAction | null;
  readonly minutes: number | null;
}

/** What holds for one subject in the end. */
export interface EffectiveSetting {
  readonly enabled: boolean;
  readonly threshold: number;
  readonly action: AnomalyAction;
  readonly minutes: number;
}

/** The most particular setting that says something, member by member: agent and tool, agent, tool, everybody, then the default. */
export function settingFor(settings: readonly AnomalySetting[], kind: AnomalyKind, subject: SettingSubject): EffectiveSetting {
  const facts = KINDS[kind];
  let held: EffectiveSetting = { enabled: true, threshold: facts.threshold, action: facts.action, minutes: facts.minutes };
  if (settings.length === 0) return held;
  const fitting = settings.filter((setting) => setting.kind === kind && fits(setting, subject)).sort((a, b) => weightOf(a) - weightOf(b));
  for (const { enabled, threshold, action, minutes } of fitting) {
    held = {
      enabled: enabled ?? held.enabled,
      threshold: threshold ?? held.threshold,
      action: action ?? held.action,
      minutes: minutes ?? held.minutes,
    };
  }
  return held;
}

function fits(setting: SettingSubject, subject: SettingSubject): boolean {
  if (setting.agentId !== null && setting.agentId !== subject.agentId) return false;
  return setting.tool === null || (setting.tool === subject.tool && setting.serverId === subject.serverId);
}

const weightOf = ({ agentId, tool }: SettingSubject): number => (agentId === null ? 0 : 2) + (tool === null ? 0 : 1);
