import type { DispatchShape, ToolDefinition } from '@/lib/domain/risk';
import { isJsonObject } from '@/lib/kernel/json';
import { flatten, topLevelProperties } from '@/lib/risk/schema-cues';
import { splitIdentifier } from '@/lib/risk/tokens';

/** A tool that runs other tools, or that changes which tools there are. */
export interface Dispatcher {
  /** null when the tool is only known to run others by its words */
  readonly shape: DispatchShape | null;
  readonly reason: string;
}

const TOOL_NAME_KEYS = new Set(['toolname', 'tool', 'toolid', 'targettool', 'remotetool', 'innertool', 'mcptool', 'toolslug', 'toolkey']);
/** Names of anything: a tool's name only where the definition speaks of calling tools. */
const LOOSE_NAME_KEYS = new Set([
  'name',
  'function',
  'functionname',
  'method',
  'methodname',
  'action',
  'actionname',
  'operation',
  'id',
  'actionid',
]);
const ARGUMENT_KEYS = new Set(
  'arguments args argument params parameters input inputs toolargs toolarguments toolinput toolparams toolparameters kwargs payload argumentsjson argsjson parametersjson inputdata'.split(
    ' ',
  ),
);
const PROGRAM_KEYS = new Set(['code', 'script', 'program', 'source', 'javascript', 'typescript', 'python', 'chain', 'steps']);
const CALL_VERBS = new Set(['call', 'invoke', 'execute', 'run', 'exec', 'dispatch', 'use', 'perform', 'proxy', 'forward', 'route']);

const RUNS_TOOLS =
  /\b(calls?|execut(es?|ing)|invok(es?|ing)|runs?|dispatch(es)?|forwards?|prox(y|ies)) (of )?(to )?(a|an|any|the|another|one of the|other|arbitrary|specified|specific|given|single)?\s*((?!this\b)[\w'-]+ ){0,4}(mcp |utcp )?tools?\b(?! (call )?(history|log|result))/i;
const CODE_OVER_TOOLS =
  /\b((access|calls?|call|chain|chaining|orchestrat\w+|invok\w+|using|with|use) (to )?(all |any |multiple |several |the |your |other )?([\w-]+ ){0,3}tools?\b|tools? (are|is) (available|exposed) as)/i;

/** Whether a definition is a dispatcher, and where it keeps the inner name and arguments; null when it is none. */
export function findDispatcher(tool: ToolDefinition): Dispatcher | null {
  const properties = topLevelProperties(tool.inputSchema);
  const keys = Object.keys(properties);
  const words = splitIdentifier(tool.name);
  const text = `${tool.title ?? ''}. ${tool.description ?? ''}`;
  const namesCalling = words.some((word) => CALL_VERBS.has(word)) && words.some((word) => word === 'tool' || word === 'tools');
  const speaksOfCalling = namesCalling || RUNS_TOOLS.test(firstWords(text));

  const program = keys.find((key) => PROGRAM_KEYS.has(flatten(key)));
  if (program !== undefined && (namesCalling || CODE_OVER_TOOLS.test(text.slice(0, 1500)))) {
    return {
      shape: { tool: argumentPath(program), arguments: null, opaque: true },
      reason: `runs a program in \`${program}\` that can call any tool, so what it does cannot be read beforehand`,
    };
  }
  const declared = keys.find((key) => TOOL_NAME_KEYS.has(flatten(key)) && isText(properties[key]));
  const loose = keys.find((key) => LOOSE_NAME_KEYS.has(flatten(key)) && isText(properties[key]));
  const inner = keys.find((key) => ARGUMENT_KEYS.has(flatten(key)) && !hasOwnProperties(properties[key]));
  const named = declared ?? (speaksOfCalling ? loose : undefined);
  if (named !== undefined && inner !== undefined) {
    const apart = isObjectLike(properties[inner]);
    return {
      shape: { tool: argumentPath(named), arguments: apart ? argumentPath(inner) : null },
      reason: `runs another tool: takes its name in \`${named}\` and its arguments in \`${inner}\``,
    };
  }
  if (!speaksOfCalling || looksThingsUp(words)) return null;
  const path = named ?? declared;
  return {
    shape: path === undefined ? null : { tool: argumentPath(path), arguments: null },
    reason: 'its name or description says that it runs other tools',
  };
}

const EXTENDS = new Set(['register', 'add', 'install', 'import', 'connect', 'enable', 'load', 'mount', 'deregister', 'unregister']);
const TOOL_SOURCES =
  /\b(manuals?|mcp servers?|tool providers?|utcp|call[- _]?templates?|plugins?|toolsets?|tool (collection|source|server|registry)s?)\b/i;

/** Why a tool changes the set of tools that can be run (registering a manual, a provider, a server), or null. */
export function extendsTools(tool: ToolDefinition): string | null {
  const words = splitIdentifier(tool.name);
  if (!words.slice(0, 3).some((word) => EXTENDS.has(word))) return null;
  const keys = Object.keys(topLevelProperties(tool.inputSchema)).join(' ');
  const source = TOOL_SOURCES.exec(`${words.join(' ')} ; ${keys} ; ${(tool.description ?? '').slice(0, 300)}`);
  return source === null ? null : `changes which tools can be run: it registers or removes a source of tools (\`${source[0]}\`)`;
}

const LOOKUPS = new Set(
  'search list get info describe find show schema help required keys validate explain history status discover documentation'.split(' '),
);
const looksThingsUp = (words: readonly string[]): boolean => words.some((word) => LOOKUPS.has(word));
const firstWords = (text: string): string => text.slice(0, 240);
const isText = (definition: unknown): boolean =>
  isJsonObject(definition) && (definition.type === 'string' || (definition.type === undefined && !isJsonObject(definition.properties)));

/** An arguments object with members of its own belongs to this tool, not to an inner one. */
function hasOwnProperties(definition: unknown): boolean {
  return isJsonObject(definition) && isJsonObject(definition.properties) && Object.keys(definition.properties).length > 0;
}

function isObjectLike(definition: unknown): boolean {
  if (!isJsonObject(definition)) return true;
  const kinds = [definition, ...branches(definition.anyOf), ...branches(definition.oneOf)];
  if (kinds.some((kind) => kind.type === 'object' || (Array.isArray(kind.type) && kind.type.includes('object')))) return true;
  return definition.type === undefined && kinds.length === 1;
}

const branches = (value: unknown) => (Array.isArray(value) ? value.filter(isJsonObject) : []);

/** Path of a top-level argument as the policy language writes it. */
function argumentPath(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `args.${key}` : `args[${JSON.stringify(key)}]`;
}
