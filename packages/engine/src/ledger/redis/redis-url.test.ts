import { describe, expect, it } from 'vitest'
import { openLedger, parseLedgerUrl } from '../open-ledger.ts'
import { redisLedger } from './redis-ledger.ts'
import { parseRedisUrl } from './redis-url.ts'

describe('a redis:// string', () => {
  it('names host, port, database, account and prefix', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      host: 'localhost',
      port: 6379,
      db: 0,
      tls: false,
      username: null,
      password: null,
      prefix: null,
      where: 'redis://localhost:6379/0',
    })
    expect(parseRedisUrl('rediss://mail:p%40ss%25@[::1]:7000/3?prefix=shop')).toEqual({
      host: '::1',
      port: 7000,
      db: 3,
      tls: true,
      username: 'mail',
      password: 'p@ss%',
      prefix: 'shop',
      where: 'rediss://[::1]:7000/3',
    })
    expect(parseLedgerUrl('redis://localhost/')).toEqual({ kind: 'redis', url: 'redis://localhost/' })
  })

  it.each([
    'redis://',
    'redis:secret@localhost',
    'Redis//:secret@localhost',
    'redis://:secret@localhost/one',
    'redis://:secret@localhost/0/1',
    'redis://:secret@localhost:port',
    'redis://:secret@localhost?password=secret',
    'redis://:secret#secret@localhost',
    'redis://:secret%@localhost',
    'http://:secret@localhost',
    'secret@localhost',
  ])('is refused without being printed: %s', async (url) => {
    const refused = await openLedger(url).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'ELEDGERURL' })
    expect(String(refused)).not.toContain('secret')
  })
})

it.each([
  [null, 'the options'],
  [{ url: 'redis://localhost', maxAge: 1 }, 'maxAge'],
  [{ url: 'redis://localhost', client: {} }, 'either url or client'],
  [{ client: {} }, 'client'],
  [{ url: 'redis://localhost', prefix: '{a}' }, 'prefix'],
  [{ url: 'redis://localhost?prefix=a%0a' }, 'prefix'],
  [{ url: 'redis://localhost', timeoutSeconds: 0 }, 'timeoutSeconds'],
  [{ url: 'redis://localhost', maxEvents: 0.5 }, 'maxEvents'],
  [{ url: 'redis://localhost', maxEventAgeSeconds: 1 }, 'maxEventAgeSeconds'],
])('options are refused that cannot be right: %o', async (options, name) => {
  await expect(redisLedger(options as never)).rejects.toMatchObject({
    code: 'EARGUMENT',
    message: expect.stringContaining(name),
  })
})

it('needs url or client', async () => {
  await expect(redisLedger({})).rejects.toMatchObject({ code: 'ELEDGERURL' })
})
