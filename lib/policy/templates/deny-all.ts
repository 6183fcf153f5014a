/** Nothing is callable. */
export const DENY_ALL = `{
  "$schema": "/schemas/policy-v1.json",
  "version": "1",
  // Nothing is callable until it is listed below.
  "default": "deny",
  "tools": {
    // Name a tool to allow it, for example:
    // "search_customers": {}
  }
}
`;
