'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { useAllAgents } from '@/components/shared/api/lists';
import type { DecisionAnswer, PolicyDetail, Tool } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { Trace } from '@/components/shared/trace';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { exampleArguments } from './example-arguments';

/** What the gateway would decide with the text in the editor: the real engine, nothing is sent, nothing is charged. */
export function TryPanel({ server, text, policy }: { server: string; text: string; policy: PolicyDetail }) {
  const tools = useQuery({
    queryKey: ['tools', 'names', server],
    queryFn: ({ signal }) => api<Tool[]>('GET', `/servers/${server}/tools`, { signal }),
  });
  const agents = useAllAgents();
  const [tool, setTool] = useState('');
  const [agent, setAgent] = useState('');
  const [args, setArgs] = useState('{}');
  const [badJson, setBadJson] = useState<string | null>(null);
  const attempt = useMutation({
    mutationFn: (parsed: object) =>
      api<DecisionAnswer>('POST', '/decisions', { body: { server, text, tool, arguments: parsed, ...(agent ? { agent } : {}) } }),
  });
  const chosen = tools.data?.find((one) => one.name === tool);
  useEffect(() => {
    if (chosen) setArgs(JSON.stringify(exampleArguments(chosen.inputSchema), null, 2));
  }, [chosen]);
  const run = () => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(args || '{}');
    } catch (cause) {
      return setBadJson(cause instanceof Error ? cause.message : 'This is not JSON.');
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return setBadJson('Arguments are one JSON object.');
    setBadJson(null);
    attempt.mutate(parsed);
  };
  return (
    <Panel title="Try a call" meta="nothing is sent to the server">
      <div className="flex flex-col gap-3">
        <Field label="Tool">
          <Select
            value={tool || undefined}
            onChange={setTool}
            placeholder={tools.data?.length === 0 ? 'This server has no tools yet' : 'Choose a tool'}
            options={(tools.data ?? []).map((one) => ({ value: one.name, label: one.name, hint: `${one.category}, ${one.risk} risk` }))}
          />
        </Field>
        <Field label="As agent" optional hint="For rules that look at the agent.">
          <Select
            value={agent || 'none'}
            onChange={(value) => setAgent(value === 'none' ? '' : value)}
            options={[
              { value: 'none', label: 'Nobody in particular' },
              ...(agents.data ?? []).map((one) => ({ value: one.slug, label: one.name })),
            ]}
          />
        </Field>
        <Field label="Arguments" error={badJson ?? fieldError(attempt.error, 'arguments')}>
          <Textarea rows={6} className="font-mono text-meta" value={args} onChange={(event) => setArgs(event.target.value)} />
        </Field>
        <Button pending={attempt.isPending} disabledReason={tool ? null : 'Choose a tool'} onClick={run}>
          <FlaskConical aria-hidden className="size-4" />
          Try call
        </Button>
        <FormError error={attempt.error} shownFields={['arguments']} />
        {attempt.data ? (
          <div aria-live="polite" className="border-line-soft border-t pt-3">
            <Trace
              decision={attempt.data.observed ? (`observed_${attempt.data.outcome}` as 'observed_denied') : attempt.data.outcome}
              rule={attempt.data.rule}
              policy={`${policy.slug}, this text`}
              message={attempt.data.message}
              steps={attempt.data.trace}
            />
            {attempt.data.charges.length > 0 ? (
              <ul className="mt-2 text-ink-2">
                {attempt.data.charges.map((charge) => (
                  <li key={charge.rule} className="num">
                    {charge.counter}: {charge.used} of {charge.max} used, this call would take {charge.amount}
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        ) : null}
      </div>
    </Panel>
  );
}
