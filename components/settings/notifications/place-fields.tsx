'use client';

import { RefreshCw } from 'lucide-react';
import { fieldError } from '@/components/shared/api/client';
import type { NotificationChannel } from '@/components/shared/api/wire';
import { CopyButton } from '@/components/shared/copy-button';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { type ChannelDraft, newSigningSecret } from './channel-draft';

interface PlaceFieldsProps {
  draft: ChannelDraft;
  before: NotificationChannel | null;
  error: unknown;
  onChange: (patch: Partial<ChannelDraft>) => void;
}

const KEPT = 'Stored sealed. Leave empty to keep it.';

/** Where the messages go; what is secret is written and never read back. */
export function PlaceFields(props: PlaceFieldsProps) {
  return props.draft.kind === 'email' ? <MailFields {...props} /> : <AddressFields {...props} />;
}

function AddressFields({ draft, before, error, onChange }: PlaceFieldsProps) {
  return (
    <>
      <Field
        label="Address"
        error={fieldError(error, 'url')}
        hint={before ? `${KEPT} It goes to ${before.url?.host ?? 'nowhere'} now.` : 'https. Stored sealed, and not shown again.'}
      >
        <Input
          value={draft.url}
          onChange={(event) => onChange({ url: event.target.value })}
          placeholder={draft.kind === 'slack' ? 'https://hooks.slack.com/services/…' : 'https://hooks.example.com/callgate'}
          className="font-mono"
        />
      </Field>
      {draft.kind === 'webhook' ? (
        <div className="flex flex-col gap-2">
          <Field
            label="Signing secret"
            error={fieldError(error, 'signingSecret')}
            hint={before ? KEPT : 'The receiver verifies signatures with it. Copy it now; it is not shown again.'}
          >
            <Input
              value={draft.signingSecret}
              onChange={(event) => onChange({ signingSecret: event.target.value })}
              data-secret-shown="true"
              className="font-mono"
            />
          </Field>
          <div className="flex gap-2">
            <Button size="sm" onClick={() => onChange({ signingSecret: newSigningSecret() })}>
              <RefreshCw aria-hidden className="size-3.5" />
              Make a new one
            </Button>
            {draft.signingSecret === '' ? null : <CopyButton text={draft.signingSecret} label="Copy secret" withWord />}
          </div>
        </div>
      ) : null}
    </>
  );
}

function MailFields({ draft, before, error, onChange }: PlaceFieldsProps) {
  const wrong = (name: string) => fieldError(error, `smtp.${name}`);
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_96px_minmax(0,168px)]">
        <Field label="Mail server" error={wrong('host')}>
          <Input value={draft.host} onChange={(event) => onChange({ host: event.target.value })} placeholder="smtp.example.com" />
        </Field>
        <Field label="Port" error={wrong('port')}>
          <Input inputMode="numeric" value={draft.port} onChange={(event) => onChange({ port: event.target.value })} />
        </Field>
        <Field label="Protection" error={wrong('security')}>
          <Select
            value={draft.security}
            onChange={(value) => onChange({ security: value as ChannelDraft['security'] })}
            options={[
              { value: 'starttls', label: 'STARTTLS', hint: 'usually port 587' },
              { value: 'tls', label: 'TLS', hint: 'usually port 465' },
              { value: 'none', label: 'None', hint: 'listed private hosts only' },
            ]}
          />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="User" optional error={wrong('user')}>
          <Input value={draft.user} onChange={(event) => onChange({ user: event.target.value })} />
        </Field>
        <Field label="Password" optional error={wrong('password')} hint={before?.smtp?.password ? KEPT : undefined}>
          <Input
            type="password"
            autoComplete="new-password"
            value={draft.password}
            onChange={(event) => onChange({ password: event.target.value })}
          />
        </Field>
      </div>
      <Field label="From" error={wrong('from')}>
        <Input
          type="email"
          value={draft.from}
          onChange={(event) => onChange({ from: event.target.value })}
          placeholder="callgate@example.com"
        />
      </Field>
      <Field label="To" error={wrong('to')} hint="One address a line, 20 at most. Everybody sees the others.">
        <Textarea rows={3} value={draft.to} onChange={(event) => onChange({ to: event.target.value })} />
      </Field>
    </>
  );
}
