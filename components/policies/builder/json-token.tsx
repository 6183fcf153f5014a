'use client';

import { useBuilder } from './builder-context';
import { LineEditor } from './line-editor';
import { takeLiteral } from './rule-edits';
import { Token } from './token';

/** What has no form of its own is edited as JSON, in its place. */
export function JsonToken({ pointer, literal, what = 'JSON' }: { pointer: string; literal: string; what?: string }) {
  const builder = useBuilder();
  return (
    <Token
      id={`${pointer}/json`}
      what={what}
      look="value"
      words={literal.length > 120 ? `${literal.slice(0, 119)}…` : literal}
      editorClassName="w-[min(440px,90vw)]"
    >
      {(close) => (
        <LineEditor
          kind="json"
          label={what}
          start={literal}
          onTake={(next) => {
            close();
            if (next !== literal) builder.edit(takeLiteral(pointer, next));
          }}
        />
      )}
    </Token>
  );
}
