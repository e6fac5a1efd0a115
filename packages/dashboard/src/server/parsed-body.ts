import type { IncomingMessage } from 'node:http'

/** A request whose body a parser of the host has read already, such as `express.json()`, gets it back as it was. */
export function withParsedBody(request: IncomingMessage): IncomingMessage {
  const { body } = request as { body?: unknown }
  if (body === undefined || !request.readableEnded) return request
  const raw = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return Object.assign(request, { rawBody: raw })
}
