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

type Section = Readonly<Record<string, string | number | boolean | null | undefined>>

const FILE = 'config/icloud.ini'
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/**
 * Reads what Haraka's configuration parser made of `icloud.ini`. A value that is not allowed gives a line in `problems`
 * and leaves the default in force.
 */
export function readSettings(ini: Readonly<Record<string, Section | undefined>>): {
  settings: Settings
  problems: string[]
} {
  const problems: string[] = []
  const value = (section: string, key: string): string | null => {
    const raw = ini[section]?.[key]
    return raw === undefined || raw === null || raw === '' ? null : String(raw)
  }
  const reject = <T>(section: string, key: string, found: string, allowed: string, kept: T): T => {
    problems.push(
      `${FILE} [${section}] ${key}: ${allowed} is expected, found ${JSON.stringify(found)}; using ${kept === null ? 'the default' : String(kept)}`,
    )
    return kept
  }
  const number = (section: string, key: string, least: number, most: number, standard: number): number => {
    const raw = value(section, key)
    if (raw === null) return standard
    const parsed = Number(raw)
    if (parsed >= least && parsed <= most) return parsed
    return reject(section, key, raw, `a number from ${least} to ${most}`, standard)
  }
  const flag = (section: string, key: string, standard: boolean): boolean => {
    const raw = value(section, key)
    if (raw === null) return standard
    if (/^(?:true|yes|on|1)$/i.test(raw)) return true
    if (/^(?:false|no|off|0)$/i.test(raw)) return false
    return reject(section, key, raw, 'true or false', standard)
  }
  const name = (section: string, key: string, standard: string): string => {
    const raw = value(section, key)
    if (raw === null || NAME.test(raw)) return raw ?? standard
    return reject(section, key, raw, 'a name of letters, digits, ".", "_" and "-"', standard)
  }

  const stream = name('main', 'stream', 'transactional')
  const streams = list(value('main', 'streams') ?? 'transactional, marketing')
  const ledger = value('main', 'ledger')
  return {
    settings: {
      ledger:
        ledger === null || /^(?:file:.+|memory:)$/.test(ledger)
          ? ledger
          : reject('main', 'ledger', ledger, 'file:<path> or memory:', null),
      stream,
      streams: [...new Set([stream, ...streams.filter((one) => NAME.test(one))])],
      streamHeader: name('main', 'stream_header', 'X-Stream'),
      lanes: new Map(Object.keys(ini.lanes ?? {}).map((key) => [key, name('lanes', key, 'default')])),
      suppressionDsn: flag('suppression', 'dsn', true),
      cacheTtl: number('destination', 'cache_ttl', 1, 86_400, 3600) * 1000,
      cacheSize: number('destination', 'cache_size', 1, 1_000_000, 10_000),
      resolveTimeout: number('destination', 'timeout', 0.1, 60, 5) * 1000,
      timeScale: number('policy', 'time_scale', 0.000_001, 1, 1),
      testing: {
        mx: testingMx(value('testing', 'mx'), value('testing', 'names'), problems),
        mxRecords:
          ini.testing_mx_records === undefined
            ? null
            : new Map(
                Object.keys(ini.testing_mx_records).map((domain) => [
                  domain.toLowerCase(),
                  list(value('testing_mx_records', domain) ?? ''),
                ]),
              ),
      },
    },
    problems,
  }
}

function testingMx(
  addresses: string | null,
  names: string | null,
  problems: string[],
): TestingSettings['mx'] {
  const given = list(names ?? '')
  return list(addresses ?? '').flatMap((address, index) => {
    const match = /^([\d.]+):(\d{1,5})$/.exec(address)
    if (!match) {
      problems.push(
        `${FILE} [testing] mx: <IPv4 address>:<port> is expected, found ${JSON.stringify(address)}`,
      )
      return []
    }
    const [, exchange = '', port = ''] = match
    return [{ exchange, port: Number(port), name: given[index] ?? `mx0${index + 1}.mail.icloud.com` }]
  })
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
