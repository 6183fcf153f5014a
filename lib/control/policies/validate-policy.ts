import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import { compileText } from './compile-text';
import type { validatePolicy as contract } from './contract';

export async function validatePolicy(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const catalogue = body.server === undefined ? undefined : await catalogueOf(ctx.prisma, (await locateServer(ctx.prisma, body.server)).id);
  const { compiled, problems } = compileText(body.text, catalogue);
  return { valid: compiled !== null, problems };
}
