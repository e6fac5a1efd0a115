import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assemble, type Dashboard } from './dashboard.ts'
import { DashboardError } from './errors.ts'
import { checkOptions, ranged, wrong, type DashboardOptions } from './options.ts'
import { Sessions } from './security/sessions.ts'

/** What {@link startDashboard} takes. */
export interface StartOptions extends Omit<DashboardOptions, 'authorize' | 'basePath'> {
  /** 0 to 65535; 0 is any free port. Default 0. */
  port?: number
  /** Where to listen. Default `127.0.0.1`: only this machine. */
  host?: string
  /** Whose name stands in the audit log. Default `dashboard`. */
  by?: string
}

/** A dashboard that runs. */
export interface RunningDashboard {
  /** With the token behind the `#`, where no server and no log sees it. For one person: show it, do not keep it. */
  readonly url: string
  /** The same without token. */
  readonly origin: string
  readonly token: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Runs a dashboard on this machine, behind a token that is new each time. The page exchanges it for a cookie; programs such as
 * Prometheus send `Authorization: Bearer <token>`.
 *
 * @throws DashboardError `ELISTEN` if the port cannot be had, `EARGUMENT` for options that cannot be right
 */
export async function startDashboard(options: StartOptions): Promise<RunningDashboard> {
  const { port: wanted, host = '127.0.0.1', by = 'dashboard', ...given } = options
  const asked = ranged('startDashboard', 'port', wanted, 0, 0, 65_535)
  if (typeof host !== 'string' || host === '') throw wrong('startDashboard', 'host', 'an address', host)
  if (typeof by !== 'string' || by === '') throw wrong('startDashboard', 'by', 'a name', by)
  const server = createServer({ keepAliveTimeout: keepAliveMs })
  server.listen(asked, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new DashboardError(
      'ELISTEN',
      `startDashboard: ${host} port ${asked} cannot be had (${code}). Choose another port, or 0 for a free one`,
      { cause },
    )
  }
  const { port } = server.address() as AddressInfo
  let dashboard: Dashboard
  try {
    const sessions = new Sessions(`icloud_delivery_${port}`, { by })
    const checked = checkOptions({ ...given, authorize: sessions.authorize })
    checked.allowedHosts = new Set([...checked.allowedHosts, ...(isNamed(host) ? [host.toLowerCase()] : [])])
    dashboard = assemble(checked, sessions)
    server.on('request', dashboard.node)
    const origin = `http://${shown(host)}:${port}`
    return {
      url: `${origin}/#token=${sessions.token}`,
      origin,
      token: sessions.token,
      port,
      async close() {
        await dashboard.close()
        const closed = once(server, 'close')
        server.close()
        server.closeAllConnections()
        await closed
      },
    }
  } catch (error) {
    server.close()
    throw error
  }
}

/** Longer than the minute for which proxies keep a connection: one that we close first may be used just then, which is a 502. */
const keepAliveMs = 75_000

/** All addresses of this machine have no name of their own. */
function isNamed(host: string): boolean {
  return host !== '0.0.0.0' && host !== '::'
}

function shown(host: string): string {
  if (!isNamed(host)) return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
