'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { importMcpJson, type ServerDraft } from './server-draft';
import { slugOf } from './server-words';

/** Takes the configuration of a client as it is and fills the form with one of its entries. */
export function ImportDialog({ onClose, onChoose }: { onClose: () => void; onChoose: (draft: ServerDraft) => void }) {
  const [text, setText] = useState('');
  const result = text.trim() ? importMcpJson(text, slugOf) : null;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={text === ''}
      title="Import mcp.json"
      description="Paste the configuration of a client. It is read here in the browser; nothing is saved until you add the server."
    >
      <div className="flex flex-col gap-4">
        <Field label="Configuration" error={result && !result.ok ? result.message : null}>
          <Textarea
            rows={9}
            className="font-mono text-meta"
            placeholder={'{ "mcpServers": { "billing": { "url": "https://…" } } }'}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {result?.ok ? (
          <ul className="rounded-control border border-line">
            {result.servers.map((draft) => (
              <li key={draft.name} className="flex items-center gap-3 border-line-soft border-b px-3 py-2 last:border-b-0">
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{draft.name}</span>
                  <code className="block truncate font-mono text-meta text-ink-3">
                    {draft.url || `${draft.command} ${draft.args.replaceAll('\n', ' ')}`}
                  </code>
                </span>
                <Button size="sm" onClick={() => onChoose(draft)}>
                  Fill form
                </Button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </Dialog>
  );
}
