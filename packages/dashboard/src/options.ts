import type { IncomingMessage } from 'node:http'
import type { Engine, Logger } from '@icloud-delivery/engine'
import { DashboardError, found } from './errors.ts'

/** Who looks at the dashboard. */
export interface Viewer {
  /** A name for the audit log; 200 characters are kept. */
  by: string
  /** May look, and change nothing. Default false. */
  readOnly?: boolean
}

/**
 * Says whether a request may see the dashboard, by a cookie of yours, a header of your proxy, a client certificate. Called for
 * everything: the page, the data, the event stream, the actions and `/metrics`.
 *
 * @returns who it is, `true` for somebody without a name, anything else for nobody
 */
export type Authorize = (
  request: Request,
  node: { incoming?: IncomingMessage },
) => Viewer | boolean | null | undefined | Promise<Viewer | boolean | null | undefined>

/** What {@link createDashboard} takes. */
export interface DashboardOptions {
  /** The engine to look at. It stays yours: close it yourself. */
  engine: Engine
  /** See {@link Authorize}. There is no default: the page names your readers. */
  authorize: Authorize
  /** Where it is mounted, such as `/icloud`. Default: at the root. */
  basePath?: string
  /**
   * Host names (without port) that requests may be addressed to, against DNS rebinding. Default: `localhost`, `127.0.0.1`,
   * `[::1]`. Name the host that you reach it by.
   */
  allowedHosts?: readonly string[]
  /** The origin in the browser's address line, such as `https://mail.example.com`, if a proxy changes the Host header. */
  origin?: string
  /** Nothing can be changed from the page. Default false. */
  readOnly?: boolean
  /** How often the event log is looked at for what other processes wrote, ms, 20 to 60,000. Default 250. */
  pollMs?: number
  /** How often a quiet event stream says that it is alive, seconds, 1 to 300. Default 15. */
  heartbeatSeconds?: number
  /** A line to be shown on top of the page, at most 300 characters. Default: none. */
  notice?: string
  /** Default: warnings and errors go to `console`. */
  logger?: Logger
}

/** {@link DashboardOptions} that were looked at. */
export interface CheckedOptions {
  engine: Engine
  authorize: Authorize
  /** Without a slash at the end: empty for the root. */
  basePath: string
  allowedHosts: ReadonlySet<string>
  origin: string | null
  readOnly: boolean
  pollMs: number
  heartbeatSeconds: number
  notice: string | null
  logger: Logger
}

const known: readonly string[] = [
  'engine',
  'authorize',
  'basePath',
  'allowedHosts',
  'origin',
  'readOnly',
  'pollMs',
  'heartbeatSeconds',
  'notice',
  'logger',
] satisfies (keyof DashboardOptions)[]

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** @throws DashboardError `EARGUMENT`, `EAUTHORIZE` */
export function checkOptions(options: DashboardOptions): CheckedOptions {
  const call = 'createDashboard'
  if (typeof options !== 'object' || options === null) throw wrong(call, 'the options', 'an object', options)
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new DashboardError(
        'EARGUMENT',
        `${call}: there is no option ${found(name)}; expected ${known.join(', ')}`,
      )
  const { engine, authorize, basePath = '', allowedHosts = loopback, origin, notice } = options
  if (typeof engine?.whyNot !== 'function' || typeof engine.ledger?.events !== 'function')
    throw wrong(call, 'engine', 'an engine, made by createEngine', engine)
  if (typeof authorize !== 'function') {
    throw new DashboardError(
      'EAUTHORIZE',
      `${call}: expected authorize, a function that says who may see the page, found ${found(authorize)}. The page names ` +
        'your readers. On your own machine use startDashboard, which protects it by a token',
    )
  }
  if (typeof basePath !== 'string' || (basePath !== '' && !/^(?:\/[\w.~-]+)+\/?$/.test(basePath)))
    throw wrong(call, 'basePath', 'a path such as "/icloud"', basePath)
  if (!Array.isArray(allowedHosts) || !allowedHosts.every((host) => typeof host === 'string' && host !== ''))
    throw wrong(call, 'allowedHosts', 'a list of host names', allowedHosts)
  if (origin !== undefined && !isOrigin(origin))
    throw wrong(call, 'origin', 'an origin such as "https://mail.example.com"', origin)
  if (notice !== undefined && (typeof notice !== 'string' || notice.length > 300))
    throw wrong(call, 'notice', 'a text of at most 300 characters', notice)
  return {
    engine,
    authorize,
    basePath: basePath.replace(/\/$/, ''),
    allowedHosts: new Set(allowedHosts.map((host) => (host as string).toLowerCase())),
    origin: origin ?? null,
    readOnly: options.readOnly ?? false,
    pollMs: ranged(call, 'pollMs', options.pollMs, 250, 20, 60_000),
    heartbeatSeconds: ranged(call, 'heartbeatSeconds', options.heartbeatSeconds, 15, 1, 300),
    notice: notice ?? null,
    logger: options.logger ?? console,
  }
}

/** A number between two bounds; throws `EARGUMENT`. */
export function ranged(
  call: string,
  name: string,
  value: unknown,
  otherwise: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return otherwise
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw wrong(call, name, `a number from ${min} to ${max}`, value)
  return value
}

/** An option of the wrong kind. */
export function wrong(call: string, name: string, expected: string, value: unknown): DashboardError {
  return new DashboardError('EARGUMENT', `${call}: expected ${name} to be ${expected}, found ${found(value)}`)
}

function isOrigin(origin: unknown): boolean {
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin
}
