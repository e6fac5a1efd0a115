import type { IncomingMessage, ServerResponse } from 'node:http'

/** As much of Fastify as is needed here. */
export interface FastifyLike {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown) => Promise<unknown>,
  ): unknown
  all(
    path: string,
    handler: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): unknown }) => void,
  ): unknown
}

/** A plugin for `app.register`. */
export type FastifyPlugin = (instance: FastifyLike, options: unknown) => Promise<void>

/** Hands requests over as they are: no parser of Fastify's reads their bodies. */
export function fastifyPlugin(
  node: (request: IncomingMessage, response: ServerResponse) => void,
): FastifyPlugin {
  return async (instance) => {
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', () => Promise.resolve(null))
    for (const path of ['/', '/*'])
      instance.all(path, ({ raw }, reply) => {
        reply.hijack()
        node(raw, reply.raw)
      })
  }
}
