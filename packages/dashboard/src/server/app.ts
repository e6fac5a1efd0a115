import { Readable } from 'node:stream'
import { Hono, type Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { EngineError, type TransferFormat } from '@icloud-delivery/engine'
import { actionNames, audit, readAction } from '../api/actions.ts'
import type { SessionAnswer } from '../api/answers.ts'
import { now } from '../api/now.ts'
import { placements } from '../api/placements.ts'
import { InputError, optionalText, readBody, textIn, windowIn } from '../api/read-input.ts'
import { report } from '../api/report.ts'
import { addressAnswer, who } from '../api/who.ts'
import { explainReply, why } from '../api/why.ts'
import { unknownIssue } from '../known/unknown-issue.ts'
import { newestId } from '../live/events-after.ts'
import type { Parts } from './parts.ts'
import { guard, needsSameOrigin, needsViewer, needsWriter, type Env } from './guards.ts'
import { pageFiles } from './page-files.ts'

/** All routes, without the base path. Who may come in is decided in `guards.ts`. */
export function app(parts: Parts): Hono<Env> {
  const { engine, options, book, replies, alerts, shared, streams, metrics, sessions } = parts
  const hono = new Hono<Env>()
  hono.use(guard(options))
  hono.onError((error, context) => failure(context, error, parts))
  hono.notFound((context) => problem(context, 404, 'ENOTFOUND', 'There is nothing here.'))

  if (sessions !== null) {
    hono.post('/api/session', needsSameOrigin(options), async (context) => {
      const { token } = await readBody(context.req.raw)
      const cookie = sessions.exchange(token, `${options.basePath}/`)
      if (cookie === null)
        return problem(context, 401, 'ETOKEN', 'This is not the token that was printed at the start.')
      context.header('Set-Cookie', cookie)
      return context.json({ done: 1 })
    })
    // Of nobody in particular: it holds no data, and has to be there to ask for the token.
    hono.get('*', pageFiles(options))
  }

  hono.use(needsViewer(options))
  hono.get('/metrics', async (context) => {
    const text = await metrics.text()
    return context.body(text, 200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
  })
  hono.use('/api/*', async (context, next) => {
    context.header('Cache-Control', 'no-store')
    await next()
  })

  hono.get('/api/session', async (context) => {
    const { by, readOnly = false } = context.get('viewer')
    const [{ bucketSeconds: minuteSeconds }, last] = await Promise.all([
      engine.rates({ window: 'hour' }),
      newestId(engine.ledger),
    ])
    const answer: SessionAnswer = { by, readOnly, notice: options.notice, minuteSeconds, last }
    return context.json(answer)
  })
  hono.get('/api/now', async (context) => {
    const window = windowIn(context.req.query('window'))
    return context.json(await shared.of(`now/${window}`, () => now(engine, alerts, window)))
  })
  hono.get('/api/why', async (context) => {
    const window = windowIn(context.req.query('window'))
    return context.json(await shared.of(`why/${window}`, () => why(engine, replies, window)))
  })
  hono.get('/api/engagement', async (context) =>
    context.json(await engine.readers({ window: windowIn(context.req.query('window')) })),
  )
  hono.get('/api/placements', async (context) =>
    context.json(await shared.of('placements', () => placements(engine))),
  )
  hono.get('/api/unknown', async (context) => {
    await replies.load()
    return context.json({
      replies: replies.unknown().map((reply) => ({ ...reply, issue: unknownIssue(reply) })),
    })
  })
  hono.get('/api/who', async (context) => {
    const text = (context.req.query('q') ?? '').slice(0, 320)
    return context.json(await who(engine, book, text.trim(), context.req.query('after') ?? null))
  })
  hono.get('/api/address', async (context) =>
    context.json(await addressAnswer(engine, (context.req.query('address') ?? '').trim())),
  )
  hono.get('/api/events', (context) => {
    const given = context.req.header('last-event-id') ?? context.req.query('after')
    const after = given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : null
    return streams.open(after, context.req.raw.signal)
  })
  hono.get('/api/export', (context) => {
    const format = formatIn(context.req.query('format'))
    const file = `suppressions.${format}`
    const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson'
    const body = Readable.toWeb(
      Readable.from(engine.export({ format, signal: context.req.raw.signal }), { encoding: 'utf8' }).map(
        (text: string) => Buffer.from(text),
      ),
    ) as unknown as ReadableStream<Uint8Array>
    return context.body(body, 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${file}"`,
      'Cache-Control': 'no-store',
    })
  })

  // Questions that come with a text, which has no place in an address line or a log.
  hono.use('/api/*', needsSameOrigin(options))
  hono.post('/api/explain', async (context) => {
    const body = await readBody(context.req.raw)
    const reply = textIn(body, 'reply', 20_000)
    return context.json(
      explainReply(reply, optionalText(body, 'recipient', 320), optionalText(body, 'mx', 253)),
    )
  })
  hono.post('/api/report', async (context) =>
    context.json(await report(engine, await readBody(context.req.raw), Date.now())),
  )

  hono.use('/api/*', needsWriter())
  hono.post('/api/import', async (context) => {
    const { by } = context.get('viewer')
    const format = formatIn(context.req.query('format'))
    const note = context.req.query('note')?.slice(0, 1000)
    await audit(engine, Date.now(), by, { name: 'import', subject: format, details: { note } })
    metrics.acted('import')
    const source = (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>
    const summary = await engine.import(source, { format, by, ...(note && { note }) })
    book.forget()
    return context.json(summary)
  })
  hono.post('/api/actions/:name', async (context) => {
    const { by } = context.get('viewer')
    const name = context.req.param('name')
    const action = readAction(name, await readBody(context.req.raw), by)
    if (action === null)
      return problem(
        context,
        404,
        'ENOTFOUND',
        `There is no such action. There are: ${actionNames.join(', ')}.`,
      )
    await audit(engine, Date.now(), by, action)
    metrics.acted(action.name)
    const done = await action.run(engine)
    // Whoever searches right after it does not find what was.
    if (action.name === 'suppress' || action.name === 'release-address') await book.look(action.subject)
    shared.forget()
    return context.json({ done })
  })

  if (sessions === null) hono.get('*', pageFiles(options))
  return hono
}

function formatIn(given: string | undefined): TransferFormat {
  if (given === 'csv' || given === 'ndjson') return given
  throw new InputError('"format" has to be csv or ndjson.')
}

function failure(context: Context<Env>, error: Error, { options }: Parts): Response {
  if (error instanceof InputError) return problem(context, 400, error.code, error.message)
  if (error instanceof EngineError) {
    const isTheirs = error.code === 'EARGUMENT' || error.code === 'EIMPORT'
    const message = isTheirs
      ? error.message
      : `The ledger does not answer: ${error.message}. Mail goes on as its policy says; this is asked again by itself.`
    return problem(context, isTheirs ? 400 : 503, error.code, message)
  }
  options.logger.error(
    `icloud-delivery: the dashboard failed at ${context.req.method} ${context.req.path}: ${error.stack}`,
  )
  return problem(context, 500, 'EINTERNAL', 'Something went wrong here; the log of the server tells more.')
}

/** An answer that says what went wrong. */
export function problem(
  context: Context<Env>,
  status: ContentfulStatusCode,
  code: string,
  message: string,
): Response {
  return context.json({ error: { code, message } }, status)
}
