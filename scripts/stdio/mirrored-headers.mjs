const META_VERSION = 'io.modelcontextprotocol/protocolVersion';
const NAMED_BY = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};
const PRIMITIVES = new Set(['string', 'integer', 'boolean']);
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const DEPTH_MAX = 16;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The stateless revision that a message says it is of; null for one of the older revisions. */
export function statelessVersion(message) {
  const meta = isObject(message.params) ? message.params._meta : undefined;
  const version = isObject(meta) ? meta[META_VERSION] : undefined;
  return typeof version === 'string' ? version : null;
}

/** What the stateless revision has a request say in its headers too. `schemas` are the input schemas of tools by name, as far as they are known. */
export function mirroredHeaders(message, version, schemas) {
  const headers = { 'mcp-protocol-version': version, 'mcp-method': encode(message.method) };
  const name = message.params?.[NAMED_BY[message.method] ?? ''];
  if (typeof name === 'string') headers['mcp-name'] = encode(name);
  const schema = message.method === 'tools/call' && typeof name === 'string' ? schemas.get(name) : undefined;
  for (const [header, path] of schema === undefined ? [] : declaredIn(schema)) {
    const value = path.reduce((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), message.params.arguments);
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value)) headers[header] = encode(String(value));
  }
  return headers;
}

/** Arguments that a schema wants repeated in a header, along chains of `properties`; a header that is declared twice is none. */
function declaredIn(schema) {
  const found = new Map();
  const visit = (node, path) => {
    if (!isObject(node.properties) || path.length >= DEPTH_MAX) return;
    for (const [name, property] of Object.entries(node.properties)) {
      if (!isObject(property)) continue;
      const annotation = property['x-mcp-header'];
      if (typeof annotation === 'string' && TOKEN.test(annotation) && PRIMITIVES.has(property.type)) {
        const header = `mcp-param-${annotation.toLowerCase()}`;
        found.set(header, found.has(header) ? null : [...path, name]);
      }
      visit(property, [...path, name]);
    }
  };
  visit(schema, []);
  return [...found].filter(([, path]) => path !== null);
}

/** As it is, or as a base64 sentinel when a header cannot carry it unchanged. */
function encode(value) {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !value.startsWith('=?');
  return plain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
