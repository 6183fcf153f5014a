import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/register.all';
import { jsonDefaults } from 'monaco-editor/languages/features/json/register';
import { DARK_THEME, LIGHT_THEME } from './themes';

let ready = false;

/** Only ever imported lazily, in the browser. Workers are files of this build: no CDN, no blob, no eval. */
export function loadMonaco(): typeof monaco {
  if (ready) return monaco;
  ready = true;
  self.MonacoEnvironment = {
    getWorker: (_id, label) =>
      label === 'json'
        ? new Worker(new URL('./json.worker.ts', import.meta.url), { type: 'module' })
        : new Worker(new URL('./editor.worker.ts', import.meta.url), { type: 'module' }),
  };
  monaco.editor.defineTheme('callgate-light', LIGHT_THEME);
  monaco.editor.defineTheme('callgate-dark', DARK_THEME);
  return monaco;
}

const schemas = new Map<string, object>();

/** Completion and hover for one model. Problems are the policy validator's alone, so the worker's own are off. */
export function setJsonSchema(modelUri: string, schema: object | null): void {
  if (schema) schemas.set(modelUri, schema);
  else schemas.delete(modelUri);
  jsonDefaults.setDiagnosticsOptions({
    validate: false,
    allowComments: true,
    enableSchemaRequest: false,
    schemas: [...schemas].map(([uri, value]) => ({ uri: `${uri}.schema`, fileMatch: [uri], schema: value })),
  });
}
