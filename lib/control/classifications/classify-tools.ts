import type { ToolDefinition } from '@/lib/domain/risk';
import { classify } from '@/lib/risk/classify';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { classifyTools as contract } from './contract';

/** Every so many tools the event loop gets its turn: 5,000 definitions are a second of work. */
const TOOLS_A_TURN = 50;

export async function classifyTools(_ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const answers: AnswerOf<typeof contract> = [];
  for (const [index, tool] of body.tools.entries()) {
    if (index > 0 && index % TOOLS_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const present = Object.fromEntries(Object.entries(tool).filter(([, value]) => value !== null)) as unknown as ToolDefinition;
    const { category, risk, reasons, confidence, findings, dispatch } = classify({ server: body.server, tool: present });
    answers.push({
      name: tool.name,
      category,
      risk,
      reasons: [...reasons],
      confidence,
      findings: [...findings],
      ...(dispatch ? { dispatch: { ...dispatch } } : {}),
    });
  }
  return answers;
}
