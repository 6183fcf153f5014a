import { api } from '@/components/shared/api/client';
import type { ObservedPolicy, Tool } from '@/components/shared/api/wire';
import { TEMPLATES, type TemplateId } from '@/lib/policy/templates/template';

export type StartId = TemplateId | 'observed';

export interface StartPoint {
  readonly id: StartId;
  readonly label: string;
  readonly hint: string;
}

/** Where a policy can begin: templates made from the classified tools of the server, and what its agents were seen to use. */
export const START_POINTS: readonly StartPoint[] = [
  ...TEMPLATES.map(({ id, label, hint }) => ({ id, label, hint })),
  {
    id: 'observed',
    label: 'From observed traffic',
    hint: 'What agents used in the last 30 days is allowed as they used it, everything else is denied',
  },
];

/** The text to begin with. Throws when the server's tools or traffic cannot be read, or say nothing. */
export async function startText(id: StartId, server: string): Promise<string> {
  if (id === 'observed') {
    const observed = await api<ObservedPolicy>('GET', `/servers/${server}/observed-policy?days=30`);
    if (observed.calls === 0)
      throw new Error(
        'No allowed call to this server was recorded in the last 30 days, so there is nothing to learn from. Start with “Observe only” and come back.',
      );
    return observed.text;
  }
  const tools = await api<Tool[]>('GET', `/servers/${server}/tools`);
  const template = TEMPLATES.find((one) => one.id === id);
  if (template === undefined) throw new Error(`There is no template ${id}.`);
  return template.text(tools.filter((tool) => tool.removedAt === null));
}
