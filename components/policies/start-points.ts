export interface StartPoint {
  id: string;
  label: string;
  hint: string;
  /** null: made by the server from the classification of its tools. */
  text: string | null;
}

/** Where a policy can begin. Text, with its reasons as comments, because text is what is stored and reviewed. */
export const START_POINTS: readonly StartPoint[] = [
  { id: 'recommended', label: 'Recommended for this server', hint: 'Least privilege, made from the risk of each tool', text: null },
  {
    id: 'read-only',
    label: 'Read only',
    hint: 'Tools that read are allowed, everything else is denied',
    text: `{
  "version": "1",
  // What no rule names is denied.
  "default": "deny",
  "risk": {
    // Every tool that only reads.
    "read": {}
  },
  "tools": {}
}
`,
  },
  {
    id: 'deny-all',
    label: 'Deny everything',
    hint: 'Nothing is callable until you list it',
    text: `{
  "version": "1",
  "default": "deny",
  // Name a tool to allow it, for example:
  // "search_customers": {}
  "tools": {}
}
`,
  },
  {
    id: 'observe',
    label: 'Observe only',
    hint: 'Decides and records, lets every call pass',
    text: `{
  "version": "1",
  "default": "deny",
  // "observe" lets pass what would be refused. Change it to "enforce" when the activity looks right.
  "mode": "observe",
  "risk": {
    "read": {}
  },
  "tools": {}
}
`,
  },
];
