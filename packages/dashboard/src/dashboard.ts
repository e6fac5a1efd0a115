import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { AlertBook } from './known/alert-book.ts'
import { ReplyBook } from './known/reply-book.ts'
import { SuppressionBook } from './known/suppression-book.ts'
import { EventStreams } from './live/event-stream.ts'
import { EventTail } from './live/event-tail.ts'
import { Metrics } from './metrics/metrics.ts'
import { checkOptions, type CheckedOptions, type DashboardOptions } from './options.ts'
import type { Sessions } from './security/sessions.ts'
import { app } from './server/app.ts'
import { fastifyPlugin, type FastifyPlugin } from './server/fastify.ts'
import { SharedAnswers } from './server/shared-answers.ts'
import { withParsedBody } from './server/parsed-body.ts'

const oldestShared = 1000

/** A dashboard, to be mounted. */
export interface Dashboard {
  /** Web standard: `app.mount('/icloud', dashboard.fetch)` in Hono, and wherever there are `Request` and `Response`. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Node: `createServer(dashboard.node)`, and `app.use('/icloud', dashboard.node)` in Express. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => void
  /** Fastify: `app.register(dashboard.fastify, { prefix: '/icloud' })`. */
  readonly fastify: FastifyPlugin
  /** Ends the event streams. The engine stays open. */
  close(): Promise<void>
}

/**
 * Makes a dashboard over an engine, to be mounted in a server of yours.
 *
 * @throws DashboardError `EAUTHORIZE` without `authorize`, `EARGUMENT` for options that cannot be right, `EPAGE` if the package
 *   is not whole
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  return assemble(checkOptions(options), null)
}

/** Puts the parts together. With `sessions` the page asks for a token. */
export function assemble(options: CheckedOptions, sessions: Sessions | null): Dashboard {
  const { engine, pollMs, heartbeatSeconds, logger, basePath } = options
  const tail = new EventTail(engine, pollMs, logger)
  const book = new SuppressionBook(engine)
  const replies = new ReplyBook(engine.ledger)
  const alerts = new AlertBook(engine.ledger)
  const metrics = new Metrics(engine, () => book.size)
  const streams = new EventStreams(tail, engine.ledger, heartbeatSeconds * 1000)
  const shared = new SharedAnswers(oldestShared)
  // The first to be told: the pages ask for what is new as soon as they hear of it.
  tail.follow((batch) => {
    shared.forget()
    metrics.take(batch)
    replies.take(batch)
    alerts.take(batch)
    // A ledger that is out of reach is told of by those who need an answer.
    book.take(batch).catch(() => book.forget())
  })
  // All addresses are read as soon as the first one looks at the page, or at its numbers.
  let isUsed = false
  const hono = app({ engine, options, book, replies, alerts, shared, streams, metrics, sessions })
  const handle = async (request: Request, env?: { incoming?: IncomingMessage }): Promise<Response> => {
    if (!isUsed) {
      isUsed = true
      book.load().catch(() => {
        isUsed = false
      })
    }
    return hono.fetch(withoutBase(request, basePath), env ?? {})
  }
  const listener = getRequestListener(
    (request, env) => handle(request, env as { incoming: IncomingMessage }),
    {
      overrideGlobalObjects: false,
    },
  )
  const node = (request: IncomingMessage, response: ServerResponse): void => {
    void listener(withParsedBody(request), response)
  }
  return {
    fetch: (request) => handle(request),
    node,
    fastify: fastifyPlugin(node),
    async close() {
      streams.close()
      await tail.close()
    },
  }
}

/** Some servers take the path off that we are mounted at, and some do not. */
function withoutBase(request: Request, basePath: string): Request {
  const url = new URL(request.url)
  if (basePath === '' || (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)))
    return request
  url.pathname = url.pathname.slice(basePath.length) || '/'
  const { body, method, headers, signal } = request
  return new Request(url, {
    method,
    headers,
    signal,
    ...(body !== null && { body, duplex: 'half' }),
  })
}
