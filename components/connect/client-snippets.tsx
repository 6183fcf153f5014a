'use client';

import { useState, useSyncExternalStore } from 'react';
import { TOKEN_VARIABLE } from '@/components/shared/shell-words';
import { Snippet } from '@/components/shared/snippet';
import { Switch } from '@/components/ui/checkbox';
import { Tabs } from '@/components/ui/tabs';
import { CLIENT_SNIPPETS } from './snippets/all-clients';

const KEY = 'callgate.client';
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The tabs remember the last choice; the token is masked to an environment variable unless asked. */
export function ClientSnippets({
  slug,
  gatewayUrl,
  token,
  absent,
}: {
  slug: string;
  gatewayUrl: string;
  token: string | null;
  /** Why there is no token to put in, and where one comes from. */
  absent?: string;
}) {
  const chosen = useSyncExternalStore(
    subscribe,
    () => window.localStorage.getItem(KEY) ?? 'claude-code',
    () => 'claude-code',
  );
  const [withToken, setWithToken] = useState(false);
  const choose = (id: string) => {
    window.localStorage.setItem(KEY, id);
    for (const listener of listeners) listener();
  };
  return (
    <div className="flex flex-col gap-3">
      <Tabs
        label="Client"
        value={chosen}
        onChange={choose}
        items={CLIENT_SNIPPETS.map((snippet) => ({
          value: snippet.id,
          label: snippet.client,
          content: (
            <div className="flex flex-col gap-2">
              <Snippet
                text={snippet.text({ slug, gatewayUrl, token: withToken ? token : null })}
                where={snippet.where}
                label={snippet.label}
              />
              <p className="text-meta text-ink-3">{snippet.note}</p>
            </div>
          ),
        }))}
      />
      {token ? (
        <Switch
          checked={withToken}
          onChange={setWithToken}
          label="Put the token into the snippet"
          hint={`Off: it is read from ${TOKEN_VARIABLE}, or asked for, which keeps it out of files and shell history.`}
        />
      ) : (
        <p className="text-meta text-ink-3">
          {absent ?? 'The token of this grant was shown once and is not stored. Rotate the grant to get a new one.'}
        </p>
      )}
    </div>
  );
}
