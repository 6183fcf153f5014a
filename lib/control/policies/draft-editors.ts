import type { Actor, ControlContext } from '../context';

export interface Editor {
  readonly id: string;
  readonly name: string;
}

/** Who wrote part of a draft, as the row keeps it. */
export function editorsOf(stored: unknown): Editor[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((entry: Partial<Editor> | null) =>
    typeof entry?.id === 'string' && typeof entry.name === 'string' ? [{ id: entry.id, name: entry.name }] : [],
  );
}

/** The same with one more, once. */
export function withEditor(stored: unknown, actor: Pick<Actor | ControlContext['actor'], 'id' | 'name'>): Editor[] {
  const editors = editorsOf(stored);
  return editors.some((editor) => editor.id === actor.id) ? editors : [...editors, { id: actor.id, name: actor.name }];
}
