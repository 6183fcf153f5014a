import { z } from 'zod';
import { TEMPLATE_CHARACTERS_MAX } from '@/lib/domain/approval/sentence-template';
import { defineContract } from '../define-contract';
import { lineSchema, timeSchema } from '../schema-parts';

const sentenceSchema = z.object({
  template: z.string().nullable().describe('null without: the tool’s name and arguments are told'),
  setBy: z.string().nullable(),
  setAt: timeSchema.nullable(),
  arguments: z.array(z.string()).describe('what the input schema names, to choose placeholders from'),
});
export type ToolSentenceAnswer = z.output<typeof sentenceSchema>;

export const getToolSentence = defineContract({
  name: 'getToolSentence',
  method: 'GET',
  path: '/servers/{server}/tools/{tool}/sentence',
  permission: 'read',
  summary: 'How a call of a tool is told to the people who decide about it.',
  answer: sentenceSchema,
});

export const setToolSentence = defineContract({
  name: 'setToolSentence',
  method: 'PUT',
  path: '/servers/{server}/tools/{tool}/sentence',
  permission: 'tool.classify',
  summary:
    'Sets, or with null takes away, the sentence: words, and paths of arguments in braces, as in `Refund {amount} {currency} to {customer.id}`. It changes nothing of what an approval is bound to. 422 with the reason for a template that cannot be read.',
  body: z.strictObject({ template: lineSchema(TEMPLATE_CHARACTERS_MAX).nullable() }),
  answer: sentenceSchema,
});
