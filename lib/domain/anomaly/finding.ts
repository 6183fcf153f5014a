import type { AnomalyKind } from './anomaly-kinds';

export interface Named {
  readonly id: string;
  readonly slug: string;
}

/** What an alert is about. Server and tool are null where it is about the agent as a whole. */
export interface AnomalySubject {
  readonly agent: Named;
  readonly server: Named | null;
  readonly tool: string | null;
}

/** What a detector found, complete: nobody has to compute anything to explain it. */
export interface Finding {
  readonly kind: AnomalyKind;
  readonly subject: AnomalySubject;
  /** What is unusual, with the numbers; one or two sentences. Names of tools in it are hostile. */
  readonly explanation: string;
  readonly observed: number;
  /** What is usual; null where nothing is known or nothing would be. */
  readonly usual: number | null;
  readonly threshold: number;
  /** The normal band in words. */
  readonly band: string;
  /** Nothing follows by itself, whatever the setting says: something else keeps to its bounds already. */
  readonly tellOnly?: boolean;
  /** The filter of Activity that shows the calls; times are ISO 8601 UTC. */
  readonly evidence: Readonly<Record<string, string>>;
}

/** One condition: what goes on under the same key is the same alert. */
export function subjectKey(kind: AnomalyKind, { agent, server, tool }: AnomalySubject): string {
  return [kind, agent.id, server?.id ?? '', tool ?? ''].join(' ');
}

/** The tool with its server, as sentences name it. */
export const toolWords = ({ server, tool }: AnomalySubject): string => `${server?.slug ?? '?'}/${tool ?? '?'}`;

const MINUTE = 60_000;

/** Whole minutes around a time range, because the address of Activity holds minutes well. */
export function evidenceOf(subject: AnomalySubject, fromMs: number, toMs: number, more: Readonly<Record<string, string>> = {}) {
  return {
    agent: subject.agent.slug,
    ...(subject.server === null ? {} : { server: subject.server.slug }),
    ...(subject.tool === null ? {} : { tool: subject.tool }),
    ...more,
    from: new Date(Math.floor(fromMs / MINUTE) * MINUTE).toISOString(),
    to: new Date(Math.ceil((toMs + 1) / MINUTE) * MINUTE).toISOString(),
  };
}

/** A number for a sentence: thousands apart, at most one decimal. */
export const numberWords = (value: number): string => (Math.round(value * 10) / 10).toLocaleString('en-US');
