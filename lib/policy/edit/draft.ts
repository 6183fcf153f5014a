import type { Change } from './change';
import type { Source } from './source';
import { type TextEdit, tidyEdits } from './text-edit';
import { type Comment, commentsIn } from './trivia';

/** Collects what one command does to a text. Everything is said in offsets of the text as it was. */
export class Draft {
  private readonly edits: TextEdit[] = [];
  private readonly dropped = new Map<number, Comment>();

  constructor(readonly source: Source) {}

  replace(start: number, end: number, text: string): void {
    if (start !== end || text !== '') this.edits.push({ start, end, text });
  }

  /** Says that the comments of a stretch go; what takes them away is said with `replace`. */
  dropComments(start: number, end: number): void {
    for (const comment of commentsIn(this.source.text, start, end)) this.dropped.set(comment.start, comment);
  }

  change(): Change {
    const { text } = this.source;
    const removed = [...this.dropped.values()].sort((a, b) => a.start - b.start);
    return { edits: tidyEdits(text, this.edits), removedComments: removed.map(({ start, end }) => text.slice(start, end)) };
  }
}
