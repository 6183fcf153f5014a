// Demo server over stdio: seven tools that register and run tools of other services. What a call really does stands in its arguments.
import { createServer, integer, serveStdio, ToolError, text, tool } from './mcp-server.mjs';

const registry = new Map([
  ['weather.get_forecast', { description: 'Forecast for a city.', keys: [], run: ({ city }) => ({ city, high: 18, low: 9, rain: 0.2 }) }],
  ['weather.get_alerts', { description: 'Weather warnings for a country.', keys: [], run: ({ country }) => ({ country, alerts: [] }) }],
  [
    'shipping.track',
    { description: 'Where a parcel is.', keys: ['SHIPPING_KEY'], run: ({ parcel }) => ({ parcel, status: 'in transit' }) },
  ],
  [
    'shipping.create_label',
    { description: 'Buys a shipping label.', keys: ['SHIPPING_KEY'], run: ({ weight }) => ({ label: 'lbl_1', weight }) },
  ],
  ['crm.export_contacts', { description: 'Exports every contact.', keys: ['CRM_KEY'], run: () => ({ rows: 1_204 }) }],
  ['crm.delete_contact', { description: 'Deletes a contact.', keys: ['CRM_KEY'], run: ({ contact }) => ({ deleted: contact }) }],
]);

const known = (name) => {
  const one = registry.get(name);
  if (!one) throw new ToolError(`Tool '${name}' is not registered.`);
  return one;
};
const name = { tool_name: text('Name of the tool with its manual, for example weather.get_forecast') };

const TOOLS = [
  tool(
    'register_manual',
    'Register a manual by its call template, which adds its tools.',
    { manual_call_template: { type: 'object', description: 'The template of the manual' } },
    () => {
      throw new ToolError('Manuals of the demo are fixed.');
    },
  ),
  tool('deregister_manual', 'Remove a manual and its tools.', { manual_name: text() }, ({ manual_name: manual }) => {
    throw new ToolError(`Manual '${manual}' is fixed.`);
  }),
  tool(
    'call_tool',
    'Call a tool of a registered manual.',
    { ...name, arguments: { type: 'object', description: 'Arguments of that tool', additionalProperties: true } },
    ({ tool_name, arguments: args = {} }) => ({ success: true, result: known(tool_name).run(args) }),
  ),
  tool(
    'search_tools',
    'Find tools by what they do.',
    { task_description: text(), limit: integer('At most this many', 1) },
    ({ task_description: task, limit = 10 }) => {
      const words = task
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => word.length > 2);
      return [...registry]
        .filter(([key, one]) => words.some((word) => `${key} ${one.description}`.toLowerCase().includes(word)))
        .slice(0, limit)
        .map(([key, one]) => ({ name: key, description: one.description }));
    },
    { optional: ['limit'] },
  ),
  tool('list_tools', 'List the names of all registered tools.', {}, () => [...registry.keys()]),
  tool('get_required_keys_for_tool', 'Name the variables that a tool needs.', name, ({ tool_name }) => known(tool_name).keys),
  tool('tool_info', 'Describe one tool.', name, ({ tool_name }) => ({ name: tool_name, description: known(tool_name).description })),
];

serveStdio(
  createServer({
    name: 'Tool bridge',
    version: '0.9.1',
    instructions: 'Find tools with search_tools, run them with call_tool.',
    tools: () => TOOLS,
  }),
);
