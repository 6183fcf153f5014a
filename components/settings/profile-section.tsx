'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError, type Page } from '@/components/shared/api/client';
import type { OwnSession } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { plural } from '@/components/shared/format';
import { PasswordField } from '@/components/shared/password-field';
import { useMe } from '@/components/shared/permission';
import { Loaded, SkeletonRows } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Facts, Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { ROLE_NAMES } from '@/lib/domain/roles';

export function ProfileSection() {
  const me = useMe();
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <Panel title="You">
          <Loaded query={me} what="Your profile" skeleton={<SkeletonRows rows={2} />}>
            {(data) => (
              <Facts
                items={[
                  ['Name', data.name],
                  ['E-mail', data.email],
                  ['Role', ROLE_NAMES[data.role]],
                ]}
              />
            )}
          </Loaded>
        </Panel>
        <PasswordPanel />
      </div>
      <SessionsPanel />
    </div>
  );
}

function PasswordPanel() {
  const client = useQueryClient();
  const [form, setForm] = useState({ current: '', next: '' });
  const save = useMutation({
    mutationFn: () => api<{ sessionsEnded: number }>('POST', '/me/password', { body: form }),
    onSuccess: (answer) => {
      setForm({ current: '', next: '' });
      client.invalidateQueries({ queryKey: ['sessions'] });
      toast.success('Password changed', { description: `${plural(answer.sessionsEnded, 'other session')} ended.` });
    },
  });
  return (
    <Panel title="Password">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <PasswordField
          label="Present password"
          kind="current-password"
          value={form.current}
          onChange={(current) => setForm({ ...form, current })}
          error={fieldError(save.error, 'current')}
        />
        <PasswordField
          label="New password"
          kind="new-password"
          value={form.next}
          onChange={(next) => setForm({ ...form, next })}
          error={fieldError(save.error, 'next')}
          hint="At least 12 characters; a few random words are good."
        />
        <FormError error={save.error} shownFields={['current', 'next']} />
        <Button
          type="submit"
          className="self-end"
          pending={save.isPending}
          disabledReason={form.current && form.next ? null : 'Fill in both passwords'}
        >
          Change password
        </Button>
      </form>
    </Panel>
  );
}

function SessionsPanel() {
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => (await api<Page<OwnSession>>('GET', '/me/sessions', { signal })).items,
  });
  const end = useMutation({
    mutationFn: (id: string) => api('DELETE', `/me/sessions/${id}`),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['sessions'] });
      toast.success('Session ended');
    },
    onError: (error) => toast.error('The session was not ended', { description: error.message }),
  });
  return (
    <Panel title="Where you are signed in" meta="30 min without use, 12 h at most" flush>
      <Loaded query={sessions} what="Sessions" skeleton={<SkeletonRows rows={3} />}>
        {(rows) => (
          <ul>
            {rows.map((session) => (
              <li key={session.id} className="flex items-center gap-3 border-line-soft border-b px-4 py-2 last:border-b-0">
                <span className="min-w-0 flex-1">
                  <span className="block truncate" title={session.userAgent ?? undefined}>
                    {session.userAgent ? <InertText text={browserWords(session.userAgent)} max={80} /> : 'unknown browser'}
                    {session.current ? <span className="ml-2 text-accent">this one</span> : null}
                  </span>
                  <span className="block text-meta text-ink-3">
                    {session.ip ?? 'unknown address'} · active <Time at={session.lastSeenAt} />
                  </span>
                </span>
                {session.current ? null : (
                  <Button size="sm" pending={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>
                    End session
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

/** `Firefox on Linux`; the whole text stays in the title. */
export function browserWords(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : agent.slice(0, 60);
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Android/.test(agent)
      ? 'Android'
      : /iPhone|iPad/.test(agent)
        ? 'iOS'
        : /Mac OS X/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return system ? `${browser} on ${system}` : browser;
}
