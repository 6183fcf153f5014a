// Demo server: an office suite with 120 tools, twelve kinds of things with ten verbs each, kept in this process.
import { createServer, integer, ToolError, text, tool } from './mcp-server.mjs';

const KINDS = {
  document: 'a text document',
  spreadsheet: 'a spreadsheet',
  presentation: 'a presentation',
  message: 'an e-mail message',
  event: 'a calendar event',
  contact: 'a contact',
  file: 'a file in the drive',
  channel: 'a chat channel',
  task: 'a task',
  form: 'a form',
  note: 'a note',
  room: 'a meeting room',
};
const store = new Map(
  Object.keys(KINDS).map((kind) => [
    kind,
    new Map([1, 2, 3].map((at) => [`${kind}-${at}`, { id: `${kind}-${at}`, title: `${kind} ${at}` }])),
  ]),
);
const reads = { annotations: { readOnlyHint: true } };

function toolsOf(kind, what) {
  const things = store.get(kind);
  const id = { id: text(`Id of the ${kind}`) };
  const one = (key) => {
    const thing = things.get(key);
    if (!thing) throw new ToolError(`There is no ${kind} ${key}.`);
    return thing;
  };
  const create = ({ title }) => {
    const thing = { id: `${kind}-${things.size + 1}`, title };
    things.set(thing.id, thing);
    return thing;
  };
  return [
    tool(
      `list_${kind}s`,
      `List every ${kind} you can see.`,
      { limit: integer('At most this many', 1) },
      ({ limit = 50 }) => [...things.values()].slice(0, limit),
      { optional: ['limit'], ...reads },
    ),
    tool(
      `search_${kind}s`,
      `Search for ${what}.`,
      { query: text('Words to look for') },
      ({ query }) => [...things.values()].filter(({ title }) => title.includes(query)),
      reads,
    ),
    tool(`get_${kind}`, `Get ${what} by id.`, id, (args) => one(args.id), reads),
    tool(`create_${kind}`, `Create ${what}.`, { title: text() }, create),
    tool(`update_${kind}`, `Change the title of ${what}.`, { ...id, title: text() }, (args) =>
      Object.assign(one(args.id), { title: args.title }),
    ),
    tool(`copy_${kind}`, `Make a copy of ${what}.`, id, (args) => create({ title: `${one(args.id).title} (copy)` })),
    tool(
      `share_${kind}`,
      `Give somebody access to ${what}, also outside the company.`,
      { ...id, email: text('Who gets access') },
      (args) => ({ shared: one(args.id).id, with: args.email }),
    ),
    tool(`archive_${kind}`, `Move ${what} to the archive.`, id, (args) => Object.assign(one(args.id), { archived: true })),
    tool(
      `export_${kind}s`,
      `Export all of them as a file.`,
      { format: text('csv, pdf or zip') },
      ({ format }) => ({ format, count: things.size }),
      reads,
    ),
    tool(`delete_${kind}`, `Delete ${what} for good.`, id, (args) => ({ deleted: things.delete(one(args.id).id) }), {
      annotations: { destructiveHint: true },
    }),
  ];
}

const TOOLS = Object.entries(KINDS).flatMap(([kind, what]) => toolsOf(kind, what));

export const office = createServer({ name: 'Office suite', version: '11.4.0', tools: () => TOOLS });
