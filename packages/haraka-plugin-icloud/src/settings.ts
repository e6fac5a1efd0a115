import { IniReader, type Ini } from './ini-reader.ts'

/** The plugin's configuration, checked. */
export interface Settings {
  /** Where the engine remembers, as `openLedger` takes it; `null`: `icloud.db` in Haraka's directory. */
  ledger: string | null
  /** The stream of mail that names none. */
  stream: string
  /** The streams that a client may name. */
  streams: readonly string[]
  streamHeader: string
  /** The lane of each stream; `default` for those that have none. */
  lanes: ReadonlyMap<string, string>
  /** Whether the sender hears of recipients that were dropped because they are suppressed. */
  suppressionDsn: boolean
  /** How long an answer about a domain's MX is believed, in ms. */
  cacheTtl: number
  /** How many domains are remembered. */
  cacheSize: number
  /** How long an answer is waited for, in ms. */
  resolveTimeout: number
  /** All durations of the policy times this. */
  timeScale: number
  testing: TestingSettings
}

/** Stands in for Apple and for DNS, in tests. */
export interface TestingSettings {
  /** Where mail to Apple goes instead. Empty: to Apple. */
  mx: readonly { exchange: string; port: number; name: string }[]
  /** Answers to questions for MX records, instead of DNS; a value such as `ESERVFAIL` is a failure. `null`: DNS. */
  mxRecords: ReadonlyMap<string, readonly string[]> | null
}

/** The options of each section; `null`: any. */
const KNOWN = new Map<string, readonly string[] | null>([
  ['main', ['ledger', 'stream', 'streams', 'stream_header']],
  ['suppression', ['dsn']],
  ['destination', ['cache_ttl', 'cache_size', 'timeout']],
  ['lanes', null],
  ['policy', ['time_scale']],
  ['testing', ['mx', 'names']],
  ['testing_mx_records', null],
])

/**
 * Reads `icloud.ini`. A value that is not allowed gives a line in `problems` and leaves the default in force; so does
 * what is not known at all.
 */
export function readSettings(ini: Ini): { settings: Settings; problems: readonly string[] } {
  const reader = new IniReader('config/icloud.ini', ini)
  reader.refuseUnknown(KNOWN)
  const stream = reader.name('main', 'stream', 'transactional')
  const streams = reader.names('main', 'streams', ['transactional', 'marketing'])
  const settings: Settings = {
    ledger: ledgerOf(reader),
    stream,
    streams: [...new Set([stream, ...streams])],
    streamHeader: reader.name('main', 'stream_header', 'X-Stream'),
    lanes: new Map(reader.keys('lanes').map((key) => [key, reader.name('lanes', key, 'default')])),
    suppressionDsn: reader.flag('suppression', 'dsn', true),
    cacheTtl: reader.number('destination', 'cache_ttl', 3600, [1, 86_400]) * 1000,
    cacheSize: reader.number('destination', 'cache_size', 10_000, [1, 1_000_000]),
    resolveTimeout: reader.number('destination', 'timeout', 5, [0.1, 60]) * 1000,
    timeScale: reader.number('policy', 'time_scale', 1, [0.000_001, 1]),
    testing: { mx: testingMx(reader), mxRecords: testingMxRecords(reader) },
  }
  return { settings, problems: reader.problems }
}

function ledgerOf(reader: IniReader): string | null {
  const ledger = reader.text('main', 'ledger')
  if (ledger === null || /^(?:file:.+|memory:|rediss?:\/\/.+)$/.test(ledger)) return ledger
  // What stands before an @ may be a password.
  const found = ledger.includes('@') ? `...${ledger.slice(ledger.lastIndexOf('@'))}` : ledger
  reader.complain('main', 'ledger', found, 'file:<path>, redis://<host> or memory:', 'using the default')
  return null
}

function testingMx(reader: IniReader): TestingSettings['mx'] {
  const names = reader.list('testing', 'names')
  return reader.list('testing', 'mx').flatMap((address, index) => {
    const match = /^([\d.]+):(\d{1,5})$/.exec(address)
    if (!match) {
      reader.complain('testing', 'mx', address, '<IPv4 address>:<port>', 'leaving it out')
      return []
    }
    const [, exchange = '', port = ''] = match
    return [{ exchange, port: Number(port), name: names[index] ?? `mx0${index + 1}.mail.icloud.com` }]
  })
}

function testingMxRecords(reader: IniReader): TestingSettings['mxRecords'] {
  if (!reader.has('testing_mx_records')) return null
  return new Map(
    reader
      .keys('testing_mx_records')
      .map((domain) => [domain.toLowerCase(), reader.list('testing_mx_records', domain)]),
  )
}
