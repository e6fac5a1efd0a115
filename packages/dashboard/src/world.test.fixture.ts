import { request as ask } from 'node:http'
import {
  createEngine,
  memoryLedger,
  type Engine,
  type EngineOptions,
  type Logger,
} from '@icloud-delivery/engine'
import { startDashboard, type RunningDashboard, type StartOptions } from './start-dashboard.ts'

/** The host that answers in these tests. */
export const mx = 'mx01.mail.icloud.com'
export const replies = {
  full: '552 5.2.2 <anna@icloud.com>: user is over quota',
  invalid: '550 5.1.1 <anna@icloud.com>: user does not exist',
  blocked: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
  limited: '421 4.7.1 Messages to anna@icloud.com deferred due to excessive volume. Try again later',
  unknown: '550 5.9.9 The moon is in the seventh house of anna@icloud.com [192.0.2.7]',
}
export const quiet: Logger = { warn: () => {}, error: () => {} }

/** An engine in memory with a dashboard that runs, and calls to both. */
export interface World {
  engine: Engine
  dashboard: RunningDashboard
  /** With a session, as the page does. */
  get: (path: string, headers?: Record<string, string>) => Promise<Response>
  json: <T>(path: string) => Promise<T>
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>
  cookie: string
  reply: (input: string, to?: string, more?: { stream?: string; lane?: string }) => Promise<unknown>
  deliver: (to?: string, more?: { stream?: string; lane?: string }) => Promise<unknown>
  close: () => Promise<void>
}

export async function world(
  options: Partial<StartOptions> = {},
  engineOptions: Partial<EngineOptions> = {},
): Promise<World> {
  const engine = options.engine ?? createEngine({ ledger: memoryLedger(), logger: quiet, ...engineOptions })
  const dashboard = await startDashboard({ pollMs: 20, logger: quiet, ...options, engine })
  const { origin, token } = dashboard
  const signIn = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-icloud-dashboard': '1' },
    body: JSON.stringify({ token }),
  })
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(origin + path, { headers: { cookie, ...headers } })
  let message = 0
  const record = (
    recipient: string,
    outcome: Parameters<Engine['record']>[0]['outcome'],
    more: object,
  ): Promise<unknown> =>
    engine.record({ recipient, sender: 'shop@example.com', messageId: `m${++message}`, outcome, ...more })
  return {
    engine,
    dashboard,
    cookie,
    get,
    json: async <T>(path: string) => (await (await get(path)).json()) as T,
    post: (path, body, headers = {}) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', 'x-icloud-dashboard': '1', ...headers },
        body: JSON.stringify(body),
      }),
    reply: (input, to = 'anna@icloud.com', more = {}) =>
      record(to, { kind: 'reply', input: input.replaceAll('anna@icloud.com', to), mx }, more),
    deliver: (to = 'anna@icloud.com', more = {}) => record(to, { kind: 'delivered' }, more),
    async close() {
      await dashboard.close()
      await engine.close()
    },
  }
}

/** A request with a Host header of one's choice: fetch does not let one. */
export function askAs(host: string, port: number, path: string, headers: object = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = ask({ host: '127.0.0.1', port, path, headers: { host, ...headers } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end()
  })
}

/** Reads server-sent events until `enough` says so of those that are there as a whole. */
export async function readEvents(response: Response, enough: (text: string) => boolean): Promise<string> {
  let text = ''
  // What a socket gives at once ends anywhere.
  const whole = (): string => text.slice(0, text.lastIndexOf('\n\n') + 2)
  const decoder = new TextDecoder()
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  while (!enough(whole())) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return whole()
}
