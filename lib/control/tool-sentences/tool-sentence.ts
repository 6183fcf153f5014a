import { argumentNames, parseTemplate, unknownPaths } from '@/lib/domain/approval/sentence-template';
import { nearest } from '@/lib/policy/nearest';
import { change } from '../change';
import type { ControlContext, Reader, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateServer, locateTool } from '../locate';
import { storableText } from '../storable';
import type { getToolSentence as reading, setToolSentence as setting, ToolSentenceAnswer } from './contract';

interface Found {
  readonly key: { readonly serverId: string; readonly tool: string };
  readonly id: string;
  readonly name: string;
  readonly inputSchema: unknown;
}

export async function getToolSentence(ctx: ControlContext, { params }: VerbInput<typeof reading>): Promise<AnswerOf<typeof reading>> {
  return answer(ctx.prisma, await find(ctx.prisma, params));
}

/** By the tool's name on its server, so that it survives a sync that takes the tool away and brings it back. */
export async function setToolSentence(ctx: ControlContext, { params, body }: VerbInput<typeof setting>): Promise<AnswerOf<typeof setting>> {
  const found = await find(ctx.prisma, params);
  const template = body.template === null ? null : storableText(body.template);
  if (template !== null) check(template, found.inputSchema);
  await change(ctx, async (tx, record) => {
    const where = { serverId_tool: found.key };
    const before = await tx.toolSentence.findUnique({ where });
    const facts = { setBy: ctx.actor.name, setAt: ctx.now };
    if (template === null) await tx.toolSentence.deleteMany({ where: found.key });
    else await tx.toolSentence.upsert({ where, create: { ...found.key, ...facts, template }, update: { ...facts, template } });
    await record({
      action: 'tool.sentence',
      entity: 'tool',
      entityId: found.id,
      entityName: found.name,
      before: { template: before?.template ?? null },
      after: { template },
    });
  });
  return answer(ctx.prisma, found);
}

function check(template: string, inputSchema: unknown): void {
  const parsed = parseTemplate(template);
  if (!parsed.ok) throw wrong(parsed.error);
  const [unknown] = unknownPaths(parsed.value, inputSchema);
  if (unknown === undefined) return;
  const near = nearest(unknown, argumentNames(inputSchema));
  throw wrong(`The tool has no argument "${unknown}"${near === null ? '.' : `; did you mean "${near}"?`}`);
}

const wrong = (message: string) => new ControlError(422, 'tool.sentence', message, [{ path: '/template', message }]);

async function find(db: Reader, params: { readonly server: string; readonly tool: string }): Promise<Found> {
  const server = await locateServer(db, params.server);
  const tool = await locateTool(db, server.id, params.tool);
  const { inputSchema } = tool.definition as { inputSchema?: unknown };
  return { key: { serverId: server.id, tool: tool.name }, id: tool.id, name: `${server.slug}/${tool.name}`, inputSchema };
}

async function answer(db: Reader, { key, inputSchema }: Found): Promise<ToolSentenceAnswer> {
  const row = await db.toolSentence.findUnique({ where: { serverId_tool: key } });
  return {
    template: row?.template ?? null,
    setBy: row?.setBy ?? null,
    setAt: row?.setAt.toISOString() ?? null,
    arguments: argumentNames(inputSchema),
  };
}
