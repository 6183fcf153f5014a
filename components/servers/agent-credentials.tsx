'use client';

import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useAllAgents } from '@/components/shared/api/lists';
import type { UpstreamConnection } from '@/components/shared/api/wire';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { ConnectionState, STATES } from './connection-state';
import { ServerAuthForm } from './server-auth-form';

interface AgentCredentialsProps {
  path: string;
  redirectUri: string;
  connections: readonly UpstreamConnection[];
  refusal: string | null;
  onChanged: () => void;
  onLeave: () => void;
}

/** Agents for which another credential is used than the server's: which, in which state, and what to do about it. */
export function AgentCredentials(props: AgentCredentialsProps) {
  const { connections, refusal } = props;
  const [adding, setAdding] = useState(false);
  return (
    <section aria-label="Credentials of single agents" className="flex flex-col gap-2 border-line-soft border-t pt-4">
      <h3 className="font-medium">Credentials of single agents</h3>
      <p className="text-ink-2">
        {connections.length === 0
          ? 'No agent has a credential of its own here. All calls go with what is set above.'
          : 'These take the place of what is set above, for calls of these agents alone.'}
      </p>
      <ul className="flex flex-col gap-2">
        {connections.map((connection) => (
          <AgentCredential key={connection.agent?.id} connection={connection} {...props} />
        ))}
      </ul>
      {adding ? (
        <NewCredential {...props} onClose={() => setAdding(false)} />
      ) : (
        <Button className="self-start" disabledReason={refusal} onClick={() => setAdding(true)}>
          Add a credential
        </Button>
      )}
    </section>
  );
}

function AgentCredential({
  connection,
  path,
  redirectUri,
  refusal,
  onChanged,
  onLeave,
}: AgentCredentialsProps & { connection: UpstreamConnection }) {
  const [replacing, setReplacing] = useState(false);
  const { agent, kind, status } = connection;
  const needsPerson = kind !== 'headers' && status !== 'connected';
  if (agent === null) return null;
  return (
    <li className="rounded-control border border-line-soft">
      <details open={needsPerson || undefined} className="group">
        <summary className="flex min-h-9 cursor-pointer flex-wrap items-center gap-x-3 px-3 py-1.5">
          <ChevronRight aria-hidden className="-mr-1 size-3.5 text-ink-3 group-open:rotate-90" />
          <span className="font-medium">
            <InertText text={agent.name} max={80} />
          </span>
          <span className={kind === 'headers' ? 'text-ink-2' : STATES[status].look}>
            {kind === 'headers' ? 'Headers' : STATES[status].words}
          </span>
        </summary>
        <div className="flex flex-col gap-3 border-line-soft border-t p-3">
          <ConnectionState connection={connection} path={path} refusal={refusal} onChanged={onChanged} onLeave={onLeave}>
            {replacing ? null : (
              <Button disabledReason={refusal} onClick={() => setReplacing(true)}>
                Replace
              </Button>
            )}
          </ConnectionState>
          {replacing ? (
            <ServerAuthForm
              path={path}
              agent={agent.id}
              redirectUri={redirectUri}
              onDone={() => {
                setReplacing(false);
                onChanged();
              }}
              onCancel={() => setReplacing(false)}
            />
          ) : null}
        </div>
      </details>
    </li>
  );
}

function NewCredential({ path, redirectUri, connections, onChanged, onClose }: AgentCredentialsProps & { onClose: () => void }) {
  const agents = useAllAgents();
  const [agent, setAgent] = useState<string | null>(null);
  const free = (agents.data ?? []).filter(({ id }) => !connections.some((one) => one.agent?.id === id));
  return (
    <div className="flex flex-col gap-3 rounded-control border border-line-soft p-3">
      <Field
        label="Agent"
        error={agents.error ? 'The agents could not be read. Close this and try again.' : null}
        hint={agents.data && free.length === 0 ? 'Every agent has a credential of its own already.' : undefined}
      >
        <Select
          value={agent ?? undefined}
          placeholder="Choose an agent"
          onChange={setAgent}
          options={free.map(({ id, name, slug }) => ({ value: id, label: name, hint: slug }))}
        />
      </Field>
      {agent === null ? (
        <div className="flex justify-end">
          <Button onClick={onClose}>Cancel</Button>
        </div>
      ) : (
        <ServerAuthForm
          path={path}
          agent={agent}
          redirectUri={redirectUri}
          onDone={() => {
            onClose();
            onChanged();
          }}
          onCancel={onClose}
        />
      )}
    </div>
  );
}
