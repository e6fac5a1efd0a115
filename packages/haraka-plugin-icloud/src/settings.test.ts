import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.ts'

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toEqual({
      problems: [],
      settings: {
        ledger: null,
        stream: 'transactional',
        streams: ['transactional', 'marketing'],
        streamHeader: 'X-Stream',
        lanes: new Map(),
        suppressionDsn: true,
        cacheTtl: 3_600_000,
        cacheSize: 10_000,
        resolveTimeout: 5000,
        timeScale: 1,
        testing: { mx: [], mxRecords: null },
      },
    })
  })

  it("reads what Haraka's parser gives: numbers as numbers", () => {
    const { settings, problems } = readSettings({
      main: { ledger: 'file:/var/lib/icloud.db', stream: 'news', streams: 'news, alerts' },
      suppression: { dsn: 'off' },
      destination: { cache_ttl: 60, cache_size: 5, timeout: 0.5 },
      lanes: { news: 'bulk' },
      policy: { time_scale: 0.001 },
      testing: { mx: '127.0.0.1:2526, 127.0.0.1:2527', names: 'mx9.mail.icloud.com' },
      testing_mx_records: { 'Brand.example': 'mx01.mail.icloud.com, mx02.mail.icloud.com' },
    })
    expect(problems).toEqual([])
    expect(settings).toMatchObject({
      ledger: 'file:/var/lib/icloud.db',
      stream: 'news',
      streams: ['news', 'alerts'],
      suppressionDsn: false,
      cacheTtl: 60_000,
      cacheSize: 5,
      resolveTimeout: 500,
      timeScale: 0.001,
      testing: {
        mx: [
          { exchange: '127.0.0.1', port: 2526, name: 'mx9.mail.icloud.com' },
          { exchange: '127.0.0.1', port: 2527, name: 'mx02.mail.icloud.com' },
        ],
      },
    })
    expect(settings.lanes).toEqual(new Map([['news', 'bulk']]))
    expect(settings.testing.mxRecords).toEqual(
      new Map([['brand.example', ['mx01.mail.icloud.com', 'mx02.mail.icloud.com']]]),
    )
  })

  it('takes a ledger in Redis, and prints no password of one that is mistyped', () => {
    const ledger = 'rediss://haraka:secret@redis.example.com:6379/0'
    expect(readSettings({ main: { ledger } })).toMatchObject({ settings: { ledger }, problems: [] })
    const { settings, problems } = readSettings({ main: { ledger: 'redis:haraka:secret@redis.example.com' } })
    expect(settings.ledger).toBeNull()
    expect(problems).toEqual([expect.stringContaining('"...@redis.example.com"')])
    expect(problems[0]).not.toContain('secret')
  })

  it.each([
    ['main', 'ledger', 'icloud.db', 'file:<path>, redis://<host> or memory:'],
    ['main', 'stream', 'a b', 'a name of letters'],
    ['suppression', 'dsn', 'perhaps', 'true or false'],
    ['destination', 'cache_ttl', 0, 'a number from 1 to 86400'],
    ['destination', 'timeout', 'soon', 'a number from 0.1 to 60'],
    ['policy', 'time_scale', 2, 'a number from 0.000001 to 1'],
    ['testing', 'mx', 'localhost', '<IPv4 address>:<port>'],
  ])(
    '[%s] %s=%s: names file, key and what is allowed, and keeps the default',
    (section, key, value, allowed) => {
      const { settings, problems } = readSettings({ [section]: { [key]: value } })
      expect(problems).toEqual([expect.stringContaining(`config/icloud.ini [${section}] ${key}: `)])
      expect(problems[0]).toContain(allowed)
      expect(problems[0]).toContain(JSON.stringify(String(value)))
      expect(settings).toEqual(readSettings({}).settings)
    },
  )

  it('names what it does not know', () => {
    const { problems } = readSettings({ main: { leger: 'file:a.db' }, policies: {} })
    expect(problems).toEqual([
      'config/icloud.ini [main] leger: no such option; there are ledger, stream, streams, stream_header',
      expect.stringContaining('config/icloud.ini [policies]: no such section; there are main, '),
    ])
  })

  it('leaves out a stream that cannot be a name', () => {
    const { settings, problems } = readSettings({ main: { streams: 'news, a b' } })
    expect(settings.streams).toEqual(['transactional', 'news'])
    expect(problems).toEqual([expect.stringMatching(/\[main\] streams: .* found "a b"; leaving it out$/)])
  })
})
