'use client';

import { noteOf } from '@/lib/policy/edit/note-of';
import { setNote } from '@/lib/policy/edit/set-note';
import { useBuilder } from './builder-context';
import { SentenceToken } from './sentence-token';

/** The comment directly above something, for people; the engine never sees it. */
export function NoteLine({ pointer }: { pointer: string }) {
  const { valid } = useBuilder();
  return (
    <SentenceToken
      id={`${pointer}/note`}
      what="Note"
      value={noteOf(valid.text, pointer)}
      empty="+ note"
      hint="A comment above it in the text."
      words={(text) => <span className="text-meta italic">{text}</span>}
      write={(text) => (now) => setNote(now, pointer, text)}
    />
  );
}
