import type { editor, IRange } from 'monaco-editor/editor';
import { parsePolicyText, type SyntaxNode } from '@/lib/policy/parse';
import type { Problem } from '@/lib/policy/problem';
import type { PolicyReader, PolicyView } from './policy-view';

/** Offsets are UTF-16 units of the text before the change, sorted and not overlapping. */
export interface BufferEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The last text that could be read as a whole, with its tree and view. */
export interface ValidText {
  readonly text: string;
  readonly root: SyntaxNode;
  readonly view: PolicyView;
}

/** What everybody sees of the text at one moment. */
export interface BufferState {
  readonly text: string;
  readonly ready: boolean;
  readonly valid: ValidText | null;
  /** Syntax errors of the text as it is now; while there are some, `valid` is an older text. */
  readonly broken: readonly Problem[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

export type ModelMaker = (text: string) => editor.ITextModel;

const PARSE_AFTER_MS = 150;

/**
 * The one text of a policy. It is a Monaco model that lives as long as the page, whether or not an editor shows it, so that
 * the builder and the JSON write into one undo stack. What the builder writes is read back at once; what is typed, once the
 * keys have been still for a moment.
 */
export class PolicyBuffer {
  private state: BufferState;
  private model: editor.ITextModel | null = null;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isOurs = false;

  constructor(
    text: string,
    private readonly reader: PolicyReader,
  ) {
    this.state = { text, ready: false, valid: null, broken: [], canUndo: false, canRedo: false };
    this.read();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): BufferState => this.state;
  readonly textNow = (): string => this.state.text;
  readonly modelNow = (): editor.ITextModel | null => this.model;

  /** Gives the text its model; the function given back takes it away again. */
  attach(make: ModelMaker): () => void {
    const model = make(this.state.text);
    this.model = model;
    const listening = model.onDidChangeContent(() => this.changed());
    this.update({ text: model.getValue(), ready: true });
    this.read();
    return () => {
      listening.dispose();
      model.dispose();
      if (this.timer !== null) clearTimeout(this.timer);
      this.model = null;
      this.update({ ready: false });
    };
  }

  /** Makes a change that belongs to the text as it is now, as one step of undo. false while there is no model yet. */
  apply(edits: readonly BufferEdit[]): boolean {
    const { model } = this;
    if (model === null) return false;
    if (edits.length === 0) return true;
    this.isOurs = true;
    model.pushStackElement();
    model.pushEditOperations(
      null,
      edits.map((edit) => ({ range: rangeOf(model, edit.start, edit.end), text: edit.text })),
      () => null,
    );
    model.pushStackElement();
    this.isOurs = false;
    return true;
  }

  /** Puts another text in its place; only the part that differs is written, so that caret and folding stay. */
  replace(next: string): void {
    const before = this.state.text;
    if (before === next) return;
    if (this.model === null) {
      this.update({ text: next });
      this.read();
      return;
    }
    let start = 0;
    while (start < before.length && start < next.length && before[start] === next[start]) start += 1;
    let end = 0;
    while (end < before.length - start && end < next.length - start && before[before.length - 1 - end] === next[next.length - 1 - end])
      end += 1;
    this.apply([{ start, end: before.length - end, text: next.slice(start, next.length - end) }]);
  }

  undo(): void {
    this.step((model) => model.undo());
  }

  redo(): void {
    this.step((model) => model.redo());
  }

  /** Goes back step by step until the text can be read again. */
  undoToValid(): void {
    while (this.state.broken.length > 0 && this.model?.canUndo()) this.undo();
  }

  /** Reads a text that was typed without waiting for the keys to rest. */
  flush(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.read();
  }

  private step(take: (model: editor.ITextModel) => unknown): void {
    if (this.model === null) return;
    this.isOurs = true;
    take(this.model);
    this.isOurs = false;
  }

  private changed(): void {
    const { model } = this;
    if (model === null) return;
    this.update({ text: model.getValue(), canUndo: model.canUndo(), canRedo: model.canRedo() });
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.isOurs) this.read();
    else this.timer = setTimeout(() => this.read(), PARSE_AFTER_MS);
  }

  private read(): void {
    this.timer = null;
    const { text } = this.state;
    const { root, list } = parsePolicyText(text);
    const broken = list.problems.filter((problem) => /^(syntax|text)\.|^number\.invalid$/.test(problem.code));
    if (root === null || root.kind !== 'object' || broken.length > 0) this.update({ broken: broken.length > 0 ? broken : [NO_OBJECT] });
    else this.update({ broken: [], valid: { text, root, view: this.reader.read(text, root) } });
  }

  private update(part: Partial<BufferState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

const NO_OBJECT: Problem = {
  severity: 'error',
  code: 'syntax.value',
  message: 'A policy is one object.',
  path: '',
  line: 1,
  column: 1,
};

function rangeOf(model: editor.ITextModel, start: number, end: number): IRange {
  const from = model.getPositionAt(start);
  const to = model.getPositionAt(end);
  return { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column };
}
