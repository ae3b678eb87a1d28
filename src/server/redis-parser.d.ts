/** The part of the package redis-parser that is used here; it comes without types. */
declare module 'redis-parser' {
  export interface ParserOptions {
    readonly returnReply: (reply: unknown) => void;
    readonly returnError: (error: Error) => void;
    readonly returnFatalError: (error: Error) => void;
    readonly returnBuffers?: boolean;
  }

  export default class RedisParser {
    constructor(options: ParserOptions);
    execute(buffer: Buffer): void;
  }
}
