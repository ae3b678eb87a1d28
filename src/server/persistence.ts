/** provisional */
export interface Persistence {
  readonly stop: () => Promise<void>;
}
