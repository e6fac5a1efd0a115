import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.ts'

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toEqual({
      problems: [],
      changed: [],
      waiting: [],
      settings: {
        ledger: null,
        buffer: null,
        stream: null,
        namedStreams: ['transactional', 'marketing'],
        streams: ['transactional', 'marketing'],
        streamHeader: 'X-Stream',
        campaignHeader: 'X-Campaign',
        deliverByHeader: 'X-Deliver-By',
        lanes: new Map(),
        laneIps: new Map(),
        laneHelos: new Map(),
        connectTimeOut: 30_000,
        replyTimeOut: 300_000,
        dotTimeOut: 600_000,
        suppressionDsn: true,
        preflightModule: null,
        preflightMode: 'warn',
        preflightTimeOut: 2000,
        canary: new Map(),
        returnPathDomain: null,
        returnPathPrefix: 'bounce+',
        returnPathAccept: false,
        rejectAtRcpt: false,
        cacheTtl: 3_600_000,
        cacheSize: 10_000,
        resolveTimeout: 5000,
        metricsListen: null,
        timeScale: 1,
        testingMx: [],
        testingNames: [],
        testingMxRecords: new Map(),
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
      lane_ips: { bulk: '192.0.2.7' },
      lane_helos: { bulk: 'bulk.example.com' },
      time_outs: { dot: 900 },
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
    ['main', 'ledger', 'icloud.db', 'file:<path>, redis://<host>, rediss://<host> or memory:'],
    ['main', 'stream', 'a b', 'a name of letters'],
    ['suppression', 'dsn', 'perhaps', 'true or false'],
    ['destination', 'cache_ttl', 0, 'seconds from 1 to 86400'],
    ['destination', 'timeout', 'soon', 'seconds from 0.1 to 60'],
    ['policy', 'time_scale', 2, 'a number from 0.000001 to 1'],
    ['testing', 'mx', 'localhost', '<IPv4 address>:<port>'],
    ['metrics', 'listen', '127.0.0.256:9925', '<IPv4 address>:<port>'],
    ['metrics', 'listen', '127.0.0.1:65536', '<IPv4 address>:<port>'],
    ['suppression', 'reject_at_rcpt', 'maybe', 'true or false'],
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
      'config/icloud.ini [main] leger: no such option; there are ledger, buffer, stream, streams, stream_header, ' +
        'campaign_header, deliver_by_header',
      expect.stringContaining('config/icloud.ini [policies]: no such section; there are main, '),
    ])
  })

  it('names streams that no mail can belong to', () => {
    const ini = {
      main: { streams: 'transactional, news' },
      lanes: { news: 'bulk', newz: 'bulk' },
      canary: { marketing: 9 },
    }
    const { settings, problems } = readSettings(ini)
    expect(problems).toEqual([
      'config/icloud.ini [lanes] newz: no such stream; there are transactional, news',
      'config/icloud.ini [canary] marketing: no such stream; there are transactional, news',
    ])
    expect(settings.lanes.get('news')).toBe('bulk')
  })

  it('one name that is none spoils a list', () => {
    const { settings, problems } = readSettings({ main: { streams: 'news, a b' } })
    expect(settings.streams).toEqual(['transactional', 'marketing'])
    expect(problems).toEqual([
      'config/icloud.ini [main] streams: expected names, separated by commas, each a name of letters, digits, ".", "_" ' +
        'and "-", at most 64, found "news, a b"; using the default, transactional, marketing',
    ])
  })

  it.each([
    ['main', 'stream', 'news', 'a b'],
    ['main', 'streams', 'news, alerts', 'a b'],
    ['suppression', 'dsn', 'false', 'perhaps'],
    ['destination', 'cache_ttl', 60, 0],
    ['lanes', 'marketing', 'bulk', 'a b'],
  ])('[%s] %s=%s stays in force when it becomes %s', (section, key, right, wrong) => {
    const { settings } = readSettings({ [section]: { [key]: right } })
    const again = readSettings({ [section]: { [key]: wrong } }, settings)
    expect(again.settings).toEqual(settings)
    expect(again.problems).toEqual([expect.stringMatching(`\\[${section}\\] ${key}: .*; keeping ${right}$`)])
    expect(again.changed).toEqual([])
  })

  it('says what has changed, and what has to wait for a restart', () => {
    const { settings } = readSettings({ main: { stream: 'news' }, testing: { mx: '127.0.0.1:2526' } })
    expect(readSettings({ main: { stream: 'news' }, testing: { mx: '127.0.0.1:2526' } }, settings)).toEqual({
      settings,
      problems: [],
      changed: [],
      waiting: [],
    })
    const again = readSettings({ main: { ledger: 'memory:' }, lanes: { news: 'bulk' } }, settings)
    expect(again.changed).toEqual(['[main] ledger', '[main] stream', '[lanes]', '[testing] mx'])
    expect(again.waiting).toEqual(['[main] ledger', '[testing] mx'])
    expect(again.settings).toMatchObject({
      ledger: null,
      stream: null,
      testing: { mx: [{ port: 2526 }] },
    })
    expect(again.settings.lanes).toEqual(new Map([['news', 'bulk']]))
  })
})
