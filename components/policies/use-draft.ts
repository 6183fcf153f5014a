'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, api } from '@/components/shared/api/client';
import type { PolicyDetail, PolicySaved } from '@/components/shared/api/wire';
import { toast } from '@/components/ui/toaster';
import { useBuffer, usePolicyBuffer } from './builder/use-policy-buffer';
import { type DraftBackup, type DraftBase, dropBackup, readBackup, writeBackup } from './draft-backup';

interface SaveOptions {
  /** The etag of somebody else's draft that this text was merged with. */
  over?: string;
  /** The live version that this text was merged with. */
  baseVersion?: number;
}

/**
 * The text of the policy's one buffer, kept and saved. Unsaved text is also kept in this browser, so that a crash or a closed tab loses nothing; a
 * save is refused when somebody else saved meanwhile (`conflict`), and nothing is overwritten silently.
 */
export function useDraft(policy: PolicyDetail) {
  const client = useQueryClient();
  const saved = policy.draft?.text ?? policy.liveText ?? '';
  const buffer = usePolicyBuffer(policy.id, saved);
  const text = useBuffer(buffer, (state) => state.text);
  const setText = useCallback((next: string) => buffer.replace(next), [buffer]);
  const [base, setBase] = useState<DraftBase>({ text: saved, etag: policy.etag });
  const [backup, setBackup] = useState<DraftBackup | null>(() => {
    const kept = readBackup(window.localStorage, policy.id);
    return kept !== null && kept.text !== saved ? kept : null;
  });
  const dirty = text !== base.text;

  useEffect(() => {
    if (!dirty) {
      if (backup === null) dropBackup(window.localStorage, policy.id);
      return;
    }
    const timer = setTimeout(() => writeBackup(window.localStorage, policy.id, { text, base }), 500);
    const guard = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', guard);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('beforeunload', guard);
    };
  }, [dirty, text, base, backup, policy.id]);

  // Somebody else's save reaches a clean editor; a changed one keeps its text and hears of it when it saves.
  useEffect(() => {
    if (policy.etag !== base.etag && !dirty) {
      setText(saved);
      setBase({ text: saved, etag: policy.etag });
    }
  }, [policy.etag, base.etag, dirty, saved, setText]);

  const save = useMutation({
    mutationFn: ({ over, baseVersion }: SaveOptions) =>
      // Read now, not as last rendered: ⌘S right after a key saves that key too.
      api<PolicySaved>('PUT', path(policy), {
        body: { text: buffer.textNow(), ...(baseVersion === undefined ? {} : { baseVersion }) },
        headers: { 'if-match': `"${over ?? base.etag}"` },
      }),
    onSuccess: (answer) => {
      setBase({ text: answer.draft.text, etag: answer.etag });
      dropBackup(window.localStorage, policy.id);
      client.setQueryData<PolicyDetail>(['policy', policy.server.slug, policy.slug], (old) => (old ? { ...old, ...answer } : old));
      client.invalidateQueries({ queryKey: ['policies'] });
    },
    onError: (error) => {
      if (!(error instanceof ApiError && error.status === 412))
        toast.error('The draft was not saved', { description: `${error.message} Your text is kept.` });
    },
  });
  return {
    buffer,
    text,
    setText,
    /** What was last loaded or saved here: the base of a merge. */
    savedText: base.text,
    dirty,
    hasUnsaved: () => buffer.textNow() !== base.text,
    save,
    conflict: save.error instanceof ApiError && save.error.status === 412,
    backup,
    takeBackup: () => {
      if (backup !== null) {
        // Over what it was typed over, not over what others saved since: saving it merges or asks.
        setBase(backup.base);
        setText(backup.text);
      }
      setBackup(null);
    },
    dropBackup: () => setBackup(null),
  };
}

export const path = (policy: Pick<PolicyDetail, 'server' | 'slug'>) => `/servers/${policy.server.slug}/policies/${policy.slug}`;
