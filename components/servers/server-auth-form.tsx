'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { IssuerConfirm, unconfirmedIssuer } from './issuer-confirm';
import { SecretRows } from './secret-rows';
import type { SecretRow } from './server-draft';

const KINDS = [
  { value: 'oauth', label: 'OAuth', hint: 'a person connects once' },
  { value: 'client_credentials', label: 'Client credentials', hint: 'a client of its own' },
];

const HEADERS = { value: 'headers', label: 'Headers', hint: 'sent in place of the server’s' };

/** Sets an authorization. With OAuth nothing has to be typed where the authorization server registers clients by itself. */
export function ServerAuthForm({
  path,
  agent,
  redirectUri,
  onDone,
  onCancel,
}: {
  path: string;
  /** Id of the agent whose own credential it is; the server’s without. */
  agent?: string;
  redirectUri: string;
  onDone: () => void;
  onCancel: () => void;
}) {
  const [form, setForm] = useState({ type: agent === undefined ? 'oauth' : 'headers', clientId: '', clientSecret: '', scopes: '' });
  const [rows, setRows] = useState<SecretRow[]>([{ name: 'Authorization', value: '' }]);
  const isHeaders = form.type === 'headers';
  const change = (patch: Partial<typeof form>) => setForm((old) => ({ ...old, ...patch }));
  const filled = rows.filter(({ name, value }) => name.trim() !== '' && value !== '');
  const save = useMutation({
    mutationFn: (issuer: string | null) =>
      api('PUT', path, {
        body: {
          type: form.type,
          ...(issuer === null ? {} : { issuer }),
          ...(agent === undefined ? {} : { agent }),
          ...(isHeaders ? { headers: Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value])) } : {}),
          ...(!isHeaders && form.clientId.trim() ? { clientId: form.clientId.trim() } : {}),
          ...(!isHeaders && form.clientSecret ? { clientSecret: form.clientSecret } : {}),
          ...(!isHeaders && form.scopes.trim() ? { scopes: form.scopes.trim().split(/\s+/).join(' ') } : {}),
        },
      }),
    onSuccess: onDone,
  });
  const isOAuth = form.type === 'oauth';
  const missing = isHeaders
    ? filled.length > 0
      ? null
      : 'Type at least one header with its value'
    : !isOAuth && !(form.clientId.trim() && form.clientSecret)
      ? 'Client credentials take a client id and its secret'
      : null;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === null) save.mutate(null);
      }}
    >
      <Field label="Kind">
        <Select value={form.type} onChange={(type) => change({ type })} options={agent === undefined ? KINDS : [HEADERS, ...KINDS]} />
      </Field>
      {isHeaders ? (
        <SecretRows
          optional={false}
          legend="Headers"
          nameLabel="Header"
          hint="Stored encrypted, never shown again"
          rows={rows}
          onChange={setRows}
        />
      ) : (
        <>
          <Field
            label="Client id"
            optional={isOAuth}
            hint={isOAuth ? 'Only where clients are registered by hand' : undefined}
            error={fieldError(save.error, 'clientId')}
          >
            <Input className="font-mono" value={form.clientId} onChange={(event) => change({ clientId: event.target.value })} />
          </Field>
          <Field
            label="Client secret"
            optional={isOAuth}
            hint="Stored encrypted, never shown again"
            error={fieldError(save.error, 'clientSecret')}
          >
            <Input
              type="password"
              autoComplete="off"
              className="font-mono"
              value={form.clientSecret}
              onChange={(event) => change({ clientSecret: event.target.value })}
            />
          </Field>
          <Field
            label="Scopes"
            optional
            hint="Separated by spaces; left empty: what the server announces"
            error={fieldError(save.error, 'scopes')}
          >
            <Input className="font-mono" value={form.scopes} onChange={(event) => change({ scopes: event.target.value })} />
          </Field>
        </>
      )}
      {isOAuth ? (
        <p className="text-meta text-ink-3">
          Redirect address of a client that you register by hand: <code className="break-all font-mono">{redirectUri}</code>
        </p>
      ) : null}
      <IssuerConfirm error={save.error} pending={save.isPending} onConfirm={save.mutate} onCancel={save.reset} />
      <FormError
        error={unconfirmedIssuer(save.error) === null ? save.error : null}
        shownFields={isHeaders ? [] : ['clientId', 'clientSecret', 'scopes']}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={save.isPending} disabledReason={missing}>
          {agent === undefined ? 'Save authentication' : 'Save credential'}
        </Button>
      </div>
    </form>
  );
}
