export { findRedisServer, hasRedisServer, noRedisServer } from './find-redis-server.ts'
export { RedisServer } from './redis-server.ts'
export type { RedisServerOptions } from './redis-server.ts'
export { TcpProxy } from './tcp-proxy.ts'
