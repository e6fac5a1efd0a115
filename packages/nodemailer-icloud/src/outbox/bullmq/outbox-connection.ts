/** A `Redis` of ioredis, as far as it concerns the types of this package. */
export interface RedisClientLike {
  duplicate(...args: never[]): unknown
}

/**
 * Where Redis is: `redis://host:port`, the options of ioredis, or a `Redis` of ioredis, of which copies are made. Their
 * `commandTimeout` says how long an answer may take, 5 s by default.
 */
export type OutboxConnection =
  | string
  | { readonly host?: string; readonly port?: number; readonly [option: string]: unknown }
  | RedisClientLike
