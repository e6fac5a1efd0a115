import { EngineError } from '../../errors.ts'

/** What a `redis://` string says. */
export interface RedisAddress {
  host: string
  port: number
  db: number
  tls: boolean
  username: string | null
  password: string | null
  prefix: string | null
  /** The same without user and password, for messages. */
  where: string
}

const form = 'redis://host:port/db or rediss://user:password@host:port/db?prefix=name'

/**
 * Reads `redis://` and `rediss://`. What it was given is never part of an error: it may hold a password.
 *
 * @throws EngineError `ELEDGERURL`
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:'))
    throw wrong('it is no such URL')
  if (url.hostname === '') throw wrong('it has no host')
  const [, db = ''] = /^(?:\/(\d{0,4}))?$/.exec(url.pathname) ?? [null, null]
  if (db === null) throw wrong('what comes after the host must be the number of a database, such as /0')
  for (const name of url.searchParams.keys())
    if (name !== 'prefix') throw wrong('the only option behind the question mark is prefix')
  if (url.hash !== '') throw wrong('it has a # part; write %23 if it belongs to the password')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? 6379 : Number(url.port)
  return {
    host,
    port,
    db: Number(db),
    tls: url.protocol === 'rediss:',
    username: decoded(url.username),
    password: decoded(url.password),
    prefix: url.searchParams.get('prefix'),
    where: `${url.protocol}//${url.hostname}:${port}/${Number(db)}`,
  }
}

function decoded(text: string): string | null {
  if (text === '') return null
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('a % in user or password must be written as %25')
  }
}

function wrong(why: string): EngineError {
  return new EngineError('ELEDGERURL', `a Redis ledger must be ${form}; ${why}`)
}
