import type { editor } from 'monaco-editor/editor';
import type { Problem } from '../api/wire';
import { loadMonaco } from './load-monaco';

/** Problems as the editor underlines them. */
export function problemMarkers(model: editor.ITextModel, problems: readonly Problem[]): editor.IMarkerData[] {
  const { MarkerSeverity } = loadMonaco();
  const severities = { error: MarkerSeverity.Error, warning: MarkerSeverity.Warning, info: MarkerSeverity.Info };
  return problems.map((problem) => {
    const word = model.getWordAtPosition({
      lineNumber: Math.min(problem.line, model.getLineCount()),
      column: Math.max(1, problem.column),
    });
    return {
      severity: severities[problem.severity],
      message: problem.hint ? `${problem.message}\n${problem.hint}` : problem.message,
      code: problem.code,
      startLineNumber: problem.line,
      startColumn: problem.column,
      endLineNumber: problem.line,
      endColumn: word?.endColumn ?? problem.column + 1,
    };
  });
}
