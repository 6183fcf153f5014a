'use client';

import { fieldError } from '@/components/shared/api/client';
import { useMe } from '@/components/shared/permission';
import { Switch } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { SecretRows } from './secret-rows';
import type { ServerDraft } from './server-draft';
import { TRANSPORT_WORDS } from './server-words';

interface ConnectionFieldsProps {
  draft: ServerDraft;
  change: (patch: Partial<ServerDraft>) => void;
  error: unknown;
  transportFixed?: boolean;
}

/** How the gateway reaches the server; the same in Add and in Settings. */
export function ConnectionFields({ draft, change, error, transportFixed }: ConnectionFieldsProps) {
  const me = useMe();
  const stdioOff = me.data?.allowStdio === false;
  return (
    <div className="flex flex-col gap-4">
      {transportFixed ? null : (
        <fieldset>
          <legend className="mb-1 font-medium text-base">Transport</legend>
          <div className="grid gap-2 sm:grid-cols-3">
            {(['http', 'sse', 'stdio'] as const).map((transport) => (
              <label
                key={transport}
                className="flex items-start gap-2 rounded-control border border-line px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft"
              >
                <input
                  type="radio"
                  name="transport"
                  className="mt-0.5"
                  checked={draft.transport === transport}
                  onChange={() => change({ transport })}
                />
                <span>
                  <span className="font-medium">{TRANSPORT_WORDS[transport]}</span>
                  <span className="block text-meta text-ink-2">
                    {
                      { http: 'One URL, the current standard', sse: 'Older servers with an /sse URL', stdio: 'A command on this machine' }[
                        transport
                      ]
                    }
                  </span>
                </span>
              </label>
            ))}
          </div>
          {draft.transport === 'stdio' && stdioOff ? (
            <p className="mt-2 rounded-control bg-limited-chip px-3 py-2 text-limited">
              This gateway does not permit commands. Start it with CALLGATE_ALLOW_STDIO=true to allow stdio servers.
            </p>
          ) : null}
        </fieldset>
      )}
      {draft.transport === 'stdio' ? (
        <>
          <Field label="Command" error={fieldError(error, 'command')}>
            <Input
              required
              className="font-mono"
              placeholder="npx"
              value={draft.command}
              onChange={(event) => change({ command: event.target.value })}
            />
          </Field>
          <Field
            label="Arguments"
            optional
            hint="One argument a line. No shell is involved, so nothing is expanded."
            error={fieldError(error, 'args')}
          >
            <Textarea
              className="font-mono"
              rows={3}
              placeholder={'-y\n@modelcontextprotocol/server-filesystem\n/srv/files'}
              value={draft.args}
              onChange={(event) => change({ args: event.target.value })}
            />
          </Field>
          <SecretRows
            legend="Environment"
            nameLabel="Variable"
            hint="The command gets these and nothing else. Stored encrypted, never shown again."
            rows={draft.env}
            onChange={(env) => change({ env })}
            errorOf={(name) => (name ? fieldError(error, `env.${name}`) : null)}
          />
        </>
      ) : (
        <>
          <Field label="URL" error={fieldError(error, 'url')}>
            <Input
              required
              type="url"
              inputMode="url"
              className="font-mono"
              placeholder={draft.transport === 'sse' ? 'https://mcp.example.com/sse' : 'https://mcp.example.com/mcp'}
              value={draft.url}
              onChange={(event) => change({ url: event.target.value })}
            />
          </Field>
          <Field
            label="Bearer token"
            optional
            hint="Sent as Authorization to the server; agents never see it. Stored encrypted, never shown again."
            error={fieldError(error, 'auth')}
          >
            <Input
              type="password"
              autoComplete="off"
              className="font-mono"
              value={draft.bearer}
              onChange={(event) => change({ bearer: event.target.value })}
            />
          </Field>
          <SecretRows
            legend="Headers"
            nameLabel="Header"
            hint="Sent with every request. Stored encrypted, never shown again."
            rows={draft.headers}
            onChange={(headers) => change({ headers })}
            errorOf={(name) => (name ? fieldError(error, `headers.${name}`) : null)}
          />
        </>
      )}
      {draft.transport !== 'sse' ? (
        <Switch
          checked={draft.bridge}
          onChange={(bridge) => change({ bridge })}
          label="The server speaks only revision 2026-07-28"
          hint="Clients of earlier revisions reach it by a bridge, and Callgate reads its tools that way. Leave it off when the server speaks both."
        />
      ) : null}
    </div>
  );
}
