/** The data on disk cannot be used as it is. The message is for the operator: what, where, what to do. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
}
