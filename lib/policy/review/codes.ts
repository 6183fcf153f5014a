/** Everything that a review can say, and why it is said: one line a code, for documents and for the type of a finding. */
export const REVIEW_CODES = {
  'tool.unknown': 'The server has no tool of this name: a rule about nothing, often a misspelt rule about something.',
  'tool.no_match': 'A glob that matches no tool today.',
  'tool.unguarded': 'A tool of high or critical risk is allowed without a condition, a limit or an approval.',
  'tool.sibling': 'A tool is open that has the same effect as one that is held back: agents take the open one.',
  'argument.unknown': "The tool's schema declares no such argument.",
  'argument.optional':
    'A test on an optional argument without `exists`: leaving the argument out gets the call refused, or a person asked.',
  'argument.type': 'A test that can never fit the type that the tool declares for the argument.',
  'argument.choice': 'A value that is not among the choices that the tool declares.',
  'rule.contradiction': 'Rules that no value passes together, so that every call is denied.',
  'rule.never': 'Conditions of one rule that no value fulfils together.',
  'rule.shadowed': 'A rule that refuses nothing which another rule would not refuse.',
  'rule.unreachable': 'A rule of a tool that is hidden, or denied by its action, never decides.',
  'rule.always': 'A rule without conditions, or a test that every value passes.',
  'rule.nothing': 'Listing a tool that the default allows changes nothing.',
  'limit.redundant': 'Another limit, also one of all tools, is always used up before.',
  'counter.mixed': 'One counter adds up calls and amounts, or amounts of different arguments.',
  'counter.shared': 'Tools that have nothing in common use up the same limit.',
  'approval.unreachable': 'Every call that would be asked about is denied before.',
  'approval.always': 'The conditions of an approval change nothing: a person is asked each time.',
  'approval.everything': 'Every call of every tool asks a person.',
  'dispatch.undeclared': 'A tool runs any tool that the policy does not know.',
  'dispatch.disowned': 'A tool that looks as if it ran others is said not to.',
  'dispatch.opaque': 'What a tool runs cannot be read beforehand; it is decided as `execute`.',
  'pattern.unanchored': 'A required pattern that is open at an end.',
  'pattern.whole': 'A blocking pattern that fits only values which are nothing else.',
  'pattern.prefix': 'A beginning of a path or an address does not say where it leads: `..`, or a longer host, may follow.',
  'pattern.case': 'A block that the same text in another letter case gets past.',
  'pattern.encoding': 'A block of one spelling of a path, which has others.',
} as const;

export type ReviewCode = keyof typeof REVIEW_CODES;
