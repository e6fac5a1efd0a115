import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import type { CheckedOptions, Viewer } from '../options.ts'
import { securityHeaders } from '../security/headers.ts'
import { isAllowedHost } from '../security/host-check.ts'
import { isSameOrigin } from '../security/same-origin.ts'

/** What Hono carries along. */
export interface Env {
  Bindings: { incoming?: IncomingMessage }
  Variables: { viewer: Viewer }
}

type Guard = MiddlewareHandler<Env>

const longestBy = 200

/** On every answer the security headers; and nobody in who calls us by another name. */
export function guard({ allowedHosts }: CheckedOptions): Guard {
  return async (context, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value)
    const host = hostOf(context.req.raw)
    if (!isAllowedHost(host, allowedHosts)) {
      const message =
        'This host name is not allowed. If it is yours, name it in the option allowedHosts of the dashboard.'
      return context.json({ error: { code: 'EHOST', message } }, 403)
    }
    await next()
  }
}

/** Only who may look. */
export function needsViewer({ authorize, readOnly }: CheckedOptions): Guard {
  return async (context, next) => {
    const incoming = context.env?.incoming
    const found = await authorize(context.req.raw, incoming === undefined ? {} : { incoming })
    if (found !== true && (typeof found !== 'object' || found === null || typeof found.by !== 'string')) {
      const message = 'You have to sign in to see this.'
      return context.json({ error: { code: 'EUNAUTHORIZED', message } }, 401)
    }
    const viewer = found === true ? { by: 'dashboard' } : found
    context.set('viewer', {
      by: viewer.by.slice(0, longestBy),
      readOnly: readOnly || viewer.readOnly === true,
    })
    await next()
  }
}

/** For what a page must not be able to send that is not ours. */
export function needsSameOrigin({ origin }: CheckedOptions): Guard {
  return async (context, next) => {
    const { method, raw } = context.req
    if (method !== 'GET' && method !== 'HEAD' && !isSameOrigin(raw.headers, hostOf(raw), origin)) {
      const message =
        'This did not come from the dashboard itself. Behind a proxy that changes the Host header set the option origin.'
      return context.json({ error: { code: 'EORIGIN', message } }, 403)
    }
    await next()
  }
}

/** For what changes something. */
export function needsWriter(): Guard {
  return async (context, next) => {
    if (context.req.method !== 'GET' && context.get('viewer').readOnly === true) {
      const message = 'This dashboard is read-only.'
      return context.json({ error: { code: 'EREADONLY', message } }, 403)
    }
    await next()
  }
}

/** A web-standard request may have its host in the URL alone. */
function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}
