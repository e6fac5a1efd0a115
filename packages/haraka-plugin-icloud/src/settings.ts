import { option, perKey, type Complain, type Ini, type Option } from './option.ts'
import {
  endpoint,
  flag,
  hostName,
  ipAddress,
  ledgerUrl,
  listOf,
  name,
  names,
  nullable,
  number,
  oneOf,
  returnPathDomain,
  returnPathPrefix,
  seconds,
  text,
  wholeNumber,
  type Endpoint,
} from './option-kinds.ts'
import { standardStream } from './stream.ts'

/** The values of the options. */
export interface Options {
  /** Where the engine remembers, as `openLedger` takes it; `null`: `icloud.db` in Haraka's directory. */
  ledger: string | null
  /** The directory for outcomes that wait for a ledger in Redis. `null`: the engine's own choice. */
  buffer: string | null
  /** The stream of mail that names none. `null`: its headers tell, or it is transactional. */
  stream: string | null
  /** The streams that a client may name, besides the default one. */
  namedStreams: readonly string[]
  streamHeader: string
  /** Names the mailing that a message belongs to. */
  campaignHeader: string
  /** Names the time from which a message is of no use any more. */
  deliverByHeader: string
  /** The lane of each stream; `default` for those that have none. */
  lanes: ReadonlyMap<string, string>
  /** The IP address that a lane sends from. */
  laneIps: ReadonlyMap<string, string>
  /** The name that a lane gives in EHLO. */
  laneHelos: ReadonlyMap<string, string>
  /** How long a connection to Apple may take, in ms. */
  connectTimeOut: number
  /** How long Apple may take for a reply, in ms. */
  replyTimeOut: number
  /** The same for the reply to the final dot, in ms. */
  dotTimeOut: number
  /** Whether the sender hears of recipients that were dropped because they are suppressed. */
  suppressionDsn: boolean
  /** Whether a client that may relay is told of them at RCPT. */
  rejectAtRcpt: boolean
  /** Where bounces of signed mail come back to. `null`: MAIL FROM stays as it is. */
  returnPathDomain: string | null
  /** What the local part of such an address begins with. */
  returnPathPrefix: string
  /** Whether bounces that come back there are accepted at RCPT. */
  returnPathAccept: boolean
  /** What looks at messages before they are sent: a file or package. `null`: nothing does. */
  preflightModule: string | null
  /** What is done about its findings. */
  preflightMode: 'off' | 'warn' | 'refuse'
  /** How long it is waited for, in ms. */
  preflightTimeOut: number
  /** How many recipients of a mailing go first, by stream. */
  canary: ReadonlyMap<string, number>
  /** How long an answer about a domain's MX is believed, in ms. */
  cacheTtl: number
  /** How many domains are remembered. */
  cacheSize: number
  /** How long an answer is waited for, in ms. */
  resolveTimeout: number
  /** Where the numbers are served. `null`: nowhere. */
  metricsListen: Endpoint | null
  /** All durations of the policy times this. */
  timeScale: number
  testingMx: readonly Endpoint[]
  testingNames: readonly string[]
  testingMxRecords: ReadonlyMap<string, readonly string[]>
}

/** One row for each option: a new one needs a row here, a line in {@link Options}, in `config/icloud.ini` and in the README. */
const table: { readonly [K in keyof Options]: Option<Options[K]> } = {
  ledger: option('main', 'ledger', ledgerUrl, null, { restart: true }),
  buffer: option<string | null>('main', 'buffer', nullable(text, 'none'), null, { restart: true }),
  stream: option<string | null>('main', 'stream', nullable(name, 'none'), null),
  namedStreams: option('main', 'streams', names, ['transactional', 'marketing']),
  streamHeader: option('main', 'stream_header', name, 'X-Stream'),
  campaignHeader: option('main', 'campaign_header', name, 'X-Campaign'),
  deliverByHeader: option('main', 'deliver_by_header', name, 'X-Deliver-By'),
  lanes: perKey('lanes', name),
  laneIps: perKey('lane_ips', ipAddress),
  laneHelos: perKey('lane_helos', hostName),
  connectTimeOut: option('time_outs', 'connect', seconds(0.1, 300), 30_000),
  replyTimeOut: option('time_outs', 'reply', seconds(0.1, 3600), 300_000),
  dotTimeOut: option('time_outs', 'dot', seconds(0.1, 3600), 600_000),
  suppressionDsn: option('suppression', 'dsn', flag, true),
  rejectAtRcpt: option('suppression', 'reject_at_rcpt', flag, false),
  returnPathDomain: option<string | null>('return_path', 'domain', nullable(returnPathDomain, 'none'), null),
  returnPathPrefix: option('return_path', 'prefix', returnPathPrefix, 'bounce+'),
  returnPathAccept: option('return_path', 'accept', flag, false),
  preflightModule: option<string | null>('preflight', 'module', nullable(text, 'none'), null),
  preflightMode: option('preflight', 'mode', oneOf('off', 'warn', 'refuse'), 'warn'),
  preflightTimeOut: option('preflight', 'timeout_ms', number(10, 60_000), 2000),
  canary: perKey('canary', wholeNumber(1, 1000)),
  cacheTtl: option('destination', 'cache_ttl', seconds(1, 86_400), 3_600_000),
  cacheSize: option('destination', 'cache_size', number(1, 1_000_000), 10_000),
  resolveTimeout: option('destination', 'timeout', seconds(0.1, 60), 5000),
  metricsListen: option<Endpoint | null>('metrics', 'listen', nullable(endpoint, 'nowhere'), null),
  timeScale: option('policy', 'time_scale', number(0.000_001, 1), 1, { restart: true }),
  testingMx: option('testing', 'mx', listOf(endpoint), [], { restart: true }),
  testingNames: option('testing', 'names', names, [], { restart: true }),
  testingMxRecords: perKey('testing_mx_records', names, { restart: true }),
}

/** The plugin's configuration, checked. */
export interface Settings extends Options {
  /** The streams that a client may name. */
  streams: readonly string[]
  testing: TestingSettings
}

/** Stands in for Apple and for DNS, in tests. */
export interface TestingSettings {
  /** Where mail to Apple goes instead. Empty: to Apple. */
  mx: readonly { exchange: string; port: number; name: string }[]
  /** Answers to questions for MX records, instead of DNS; a value such as `ESERVFAIL` is a failure. `null`: DNS. */
  mxRecords: ReadonlyMap<string, readonly string[]> | null
}

/** What {@link readSettings} found. */
export interface Reading {
  settings: Settings
  /** One line for each mistake: file, option, what is allowed, what was found, what stays in force. */
  problems: readonly string[]
  /** The options whose values are other ones than before. */
  changed: readonly string[]
  /** Of these, those whose former values stay in force until Haraka is started again. */
  waiting: readonly string[]
}

const FILE = 'config/icloud.ini'

const rows: readonly Pick<Option<unknown>, 'section' | 'key'>[] = Object.values(table)

/** Every option, as section and key; a key of `null` stands for names that the operator chooses. */
export function knownOptions(): readonly { section: string; key: string | null }[] {
  return rows.map(({ section, key }) => ({ section, key }))
}

/**
 * Reads `icloud.ini`. A value that is not allowed gives a line in `problems` and leaves the former one in force, or, at
 * the start, the default; so does what is not known at all.
 *
 * @param former what was in force until now; none at the start
 */
export function readSettings(ini: Ini, former: Settings | null = null): Reading {
  const problems = unknownIn(ini)
  const changed: string[] = []
  const waiting: string[] = []
  const complain: Complain = (where, expected, found, instead) => {
    const stays = former ? 'keeping' : 'using the default,'
    problems.push(
      `${FILE} ${where}: expected ${expected}, found ${JSON.stringify(found)}; ${stays} ${instead}`,
    )
  }
  const read = <T>(row: Option<T>, before: T | undefined): T => {
    const value = row.read(ini, before ?? row.standard, complain)
    if (before === undefined || row.same(value, before)) return value
    const where = `[${row.section}]${row.key === null ? '' : ` ${row.key}`}`
    changed.push(where)
    if (!row.restart) return value
    waiting.push(where)
    return before
  }
  const options = Object.fromEntries(
    (Object.keys(table) as (keyof Options)[]).map((key) => [
      key,
      read(table[key] as Option<unknown>, former?.[key]),
    ]),
  ) as unknown as Options
  const settings: Settings = {
    ...options,
    streams: [...new Set([standardStream(options), ...options.namedStreams])],
    testing: former?.testing ?? testingOf(ini, options),
  }
  problems.push(...unknownStreams(settings))
  return { settings, problems, changed, waiting }
}

/** Complains of sections and options that there are not. */
function unknownIn(ini: Ini): string[] {
  const sections = [...new Set(rows.map(({ section }) => section))]
  return Object.entries(ini).flatMap(([section, options]) => {
    if (!sections.includes(section))
      return [`${FILE} [${section}]: no such section; there are ${sections.join(', ')}`]
    const keys = rows.filter((row) => row.section === section).map(({ key }) => key)
    if (keys.includes(null)) return []
    return Object.keys(options ?? {})
      .filter((key) => !keys.includes(key))
      .map((key) => `${FILE} [${section}] ${key}: no such option; there are ${keys.join(', ')}`)
  })
}

/** Complains of streams that no mail can belong to. */
function unknownStreams({ streams, lanes, canary }: Settings): string[] {
  const named = { lanes: [...lanes.keys()], canary: [...canary.keys()] }
  return Object.entries(named).flatMap(([section, keys]) =>
    keys
      .filter((key) => !streams.includes(key))
      .map((key) => `${FILE} [${section}] ${key}: no such stream; there are ${streams.join(', ')}`),
  )
}

function testingOf(ini: Ini, { testingMx, testingNames, testingMxRecords }: Options): TestingSettings {
  const mx = testingMx.map(({ host, port }, index) => ({
    exchange: host,
    port,
    name: testingNames[index] ?? `mx0${index + 1}.mail.icloud.com`,
  }))
  const mxRecords = ini.testing_mx_records
    ? new Map([...testingMxRecords].map(([domain, hosts]) => [domain.toLowerCase(), hosts]))
    : null
  return { mx, mxRecords }
}
