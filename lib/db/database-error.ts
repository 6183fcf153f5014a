/** The database cannot be used. The message says what, why and what to do, and is meant to be shown as it is. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
