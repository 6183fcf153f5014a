import type { editor, IDisposable, IMarkdownString, languages } from 'monaco-editor/editor';
import type { Problem } from '@/components/shared/api/wire';
import { loadMonaco } from '@/components/shared/monaco/load-monaco';
import { markDeceptive } from '@/components/shared/unverified-text';
import type { Explanation } from '@/lib/policy/explain/explanation';
import { completeAt } from './complete-at';
import { hoverAt } from './hover-at';
import type { LanguageTool } from './place-at';

/** What the editor of one policy knows beside its text. */
export interface LanguageContext {
  readonly tools: readonly LanguageTool[];
  readonly explanation: Explanation | null;
  readonly problems: readonly Problem[];
  /** The text that the problems are about: the places of their fixes are offsets into it. */
  readonly checked: string;
}

const contexts = new Map<string, () => LanguageContext>();
let registered = false;

/** Completes, explains and mends one model; gives the way to stop it. The providers are made once for all models. */
export function attachLanguage(model: editor.ITextModel, context: () => LanguageContext): IDisposable {
  const uri = model.uri.toString();
  contexts.set(uri, context);
  register();
  return { dispose: () => contexts.delete(uri) };
}

function register(): void {
  if (registered) return;
  registered = true;
  const monaco = loadMonaco();
  const contextOf = (model: editor.ITextModel) => contexts.get(model.uri.toString())?.() ?? null;
  monaco.languages.registerCompletionItemProvider('json', {
    triggerCharacters: ['"', '.', ' '],
    provideCompletionItems(model, position) {
      const context = contextOf(model);
      if (context === null) return { suggestions: [] };
      return {
        suggestions: completeAt(model.getValue(), model.getOffsetAt(position), context.tools).map(
          (one): languages.CompletionItem => ({
            label: readable(one.label),
            detail: readable(one.detail),
            ...(one.about === null ? {} : { documentation: quoted(one.about) }),
            kind: one.isKey ? monaco.languages.CompletionItemKind.Property : monaco.languages.CompletionItemKind.Value,
            insertText: asSnippet(one.insert),
            insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
            // The range is the whole JSON text with its quotes, so that is what is typed against.
            filterText: one.filter,
            sortText: `0${one.label}`,
            range: rangeOf(model, one.start, one.end),
          }),
        ),
      };
    },
  });
  monaco.languages.registerHoverProvider('json', {
    provideHover(model, position) {
      const context = contextOf(model);
      const found = context === null ? null : hoverAt(model.getValue(), model.getOffsetAt(position), context.tools, context.explanation);
      if (found === null) return null;
      return {
        range: rangeOf(model, found.start, found.end),
        contents: [...found.lines.map(plain), ...(found.quoted === null ? [] : [quoted(found.quoted)])],
      };
    },
  });
  monaco.languages.registerCodeActionProvider('json', {
    provideCodeActions(model, range) {
      const context = contextOf(model);
      if (context === null || context.checked !== model.getValue()) return { actions: [], dispose() {} };
      const near = context.problems.filter((problem) => problem.line >= range.startLineNumber && problem.line <= range.endLineNumber);
      const actions = near.flatMap((problem) =>
        (problem.fixes ?? []).map(
          (fix): languages.CodeAction => ({
            title: fix.title,
            kind: 'quickfix',
            edit: {
              edits: fix.edits.map((edit) => ({
                resource: model.uri,
                versionId: model.getVersionId(),
                textEdit: { range: rangeOf(model, edit.start, edit.end), text: edit.text },
              })),
            },
          }),
        ),
      );
      return { actions, dispose() {} };
    },
  });
}

function rangeOf(model: editor.ITextModel, start: number, end: number) {
  const from = model.getPositionAt(start);
  const to = model.getPositionAt(end);
  return { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column };
}

/** The caret goes into an object that is still empty, else behind what was written; `$` and braces of the text itself stay what they are. */
function asSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, '\\$&').replace(/\{\\\}(,?)$/, '{$0\\}$1');
}

function readable(text: string): string {
  return markDeceptive(text)
    .map((part) => (part.mark ? `⟨${part.text}⟩` : part.text))
    .join('');
}

/** Texts of servers and authors are shown, never obeyed: every character that Markdown or HTML would read is escaped. */
function plain(text: string): IMarkdownString {
  return {
    value: readable(text)
      .replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&:/@]/g, '\\$&')
      .replaceAll('\n', ' '),
    isTrusted: false,
    supportHtml: false,
  };
}

const QUOTED_MAX = 600;

function quoted(text: string): IMarkdownString {
  const cut = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return plain(`server says, unverified: “${cut}”`);
}
