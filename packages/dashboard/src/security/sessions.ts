import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Authorize, Viewer } from '../options.ts'

const lastsMs = 12 * 3_600_000
const most = 100

/** One token, printed when the dashboard starts, and the sessions that it was exchanged for. */
export class Sessions {
  /** 43 characters, 256 bits. */
  readonly token: string
  readonly cookie: string
  private readonly viewer: Viewer
  private readonly ends = new Map<string, number>()
  private readonly clock: () => number

  /**
   * @param name of the cookie: cookies of one host are sent to all its ports, so each dashboard has a name of its own
   * @param clock ms since the epoch
   */
  constructor(name: string, viewer: Viewer, clock: () => number = Date.now) {
    this.token = randomBytes(32).toString('base64url')
    this.cookie = name
    this.viewer = viewer
    this.clock = clock
  }

  /** The value for Set-Cookie, if the token is the right one. The cookie is not the token. */
  exchange(token: unknown, path: string): string | null {
    if (typeof token !== 'string' || !isSame(token, this.token)) return null
    const id = randomBytes(32).toString('base64url')
    const now = this.clock()
    for (const [old, end] of this.ends) if (end < now || this.ends.size >= most) this.ends.delete(old)
    this.ends.set(digest(id), now + lastsMs)
    return `${this.cookie}=${id}; Path=${path}; HttpOnly; SameSite=Strict; Max-Age=${lastsMs / 1000}`
  }

  /** By the cookie, or, for programs such as Prometheus, by `Authorization: Bearer <token>`. */
  readonly authorize: Authorize = (request) => {
    const bearer = /^Bearer ([\w-]{1,100})$/.exec(request.headers.get('authorization') ?? '')?.[1]
    if (bearer !== undefined) return isSame(bearer, this.token) ? this.viewer : null
    const id = cookieOf(request.headers.get('cookie') ?? '', this.cookie)
    if (id === null) return null
    const end = this.ends.get(digest(id))
    return end !== undefined && end > this.clock() ? this.viewer : null
  }
}

function cookieOf(header: string, name: string): string | null {
  for (const part of header.slice(0, 8192).split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name) return value ?? null
  }
  return null
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Takes the same time wherever they differ. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))
}
