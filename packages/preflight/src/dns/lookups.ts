import ipaddr from 'ipaddr.js'
import { found, type Finding } from '../findings/finding.ts'
import type { Answer } from './answer.ts'
import { Reach } from './reach.ts'
import type { DnsOptions, DnsResolver } from './resolver.ts'
import { wholeTimeResolver } from './whole-time-resolver.ts'

export interface Mx {
  exchange: string
  priority: number
}

type RecordType = 'A' | 'AAAA' | 'MX' | 'NS' | 'PTR' | 'TXT'

/** The DNS questions of one check. Each is asked once, with a time limit, and remembers whether it went unanswered. */
export class Lookups {
  readonly #resolver: DnsResolver
  readonly #timeoutMs: number
  readonly #asked = new Map<string, Promise<Answer<unknown>>>()
  readonly #reach = new Reach((name, type) => this.#askOnce(name, type))
  readonly #unanswered = new Map<string, string>()

  constructor({ resolver, dnsTimeoutMs = 5000 }: DnsOptions) {
    this.#resolver = resolver ?? wholeTimeResolver(dnsTimeoutMs)
    this.#timeoutMs = dnsTimeoutMs
  }

  /** The strings of each TXT record joined. */
  async txt(name: string): Promise<Answer<string>> {
    return mapped(await this.#ask(name, 'TXT'), (record) =>
      Array.isArray(record) ? record.join('') : typeof record === 'string' ? record : null,
    )
  }

  async mx(name: string): Promise<Answer<Mx>> {
    return mapped(await this.#ask(name, 'MX'), (record) => {
      const { exchange, priority } = (record ?? {}) as Partial<Mx>
      return typeof exchange === 'string'
        ? { exchange: plainName(exchange), priority: Number(priority) }
        : null
    })
  }

  async addresses(name: string, family?: 4 | 6): Promise<Answer<string>> {
    const types =
      family === 4 ? (['A'] as const) : family === 6 ? (['AAAA'] as const) : (['A', 'AAAA'] as const)
    const answers = await Promise.all(types.map((type) => this.#ask(name, type)))
    const records = answers.flatMap((answer) => (answer.kind === 'records' ? answer.records : []))
    if (records.length > 0) return mapped({ kind: 'records', records }, textOrNull)
    return (
      (answers.find((answer) => answer.kind === 'no-answer') as Answer<string> | undefined) ?? {
        kind: 'none',
      }
    )
  }

  async ptr(ip: string): Promise<Answer<string>> {
    return mapped(await this.#ask(reverseName(ip), 'PTR'), (record) =>
      typeof record === 'string' ? plainName(record) : null,
    )
  }

  /** The form in which mailauth asks. */
  readonly forMailauth = async (name: string, type: string): Promise<string[]> => {
    const answer = await this.#ask(name, type as RecordType)
    if (answer.kind === 'records') return [...answer.records] as string[]
    const code = answer.kind === 'none' ? 'ENODATA' : 'ETIMEOUT'
    throw Object.assign(new Error(`${name} ${type}: ${answer.kind}`), { code })
  }

  /** One finding for all questions that went unanswered. */
  unanswered(): Finding[] {
    if (this.#unanswered.size === 0) return []
    // In the order of the questions, and not in that of the answers, which is another one each time.
    const unanswered = [...this.#asked.keys()].filter((question) => this.#unanswered.has(question))
    const byReason = new Map<string, string[]>()
    for (const question of unanswered) {
      const why = this.#unanswered.get(question) ?? ''
      byReason.set(why, [...(byReason.get(why) ?? []), question])
    }
    return [
      found('dns-no-answer', {
        where: unanswered.join(', '),
        evidence: [...byReason].map(([why, questions]) => `${why}: ${questions.join(', ')}`).join('; '),
      }),
    ]
  }

  async #ask(name: string, type: RecordType): Promise<Answer<unknown>> {
    const plain = plainName(name)
    const answer = await this.#examine(plain, await this.#askOnce(plain, type))
    if (answer.kind === 'no-answer') this.#unanswered.set(`${type} ${plain}`, answer.why)
    return answer
  }

  /** Whether "no such record" can be believed. */
  async #examine(name: string, answer: Answer<unknown>): Promise<Answer<unknown>> {
    if (answer.kind !== 'none' || !isName(name)) return answer
    const why = await this.#reach.doubtOf(name)
    return why === null ? answer : { kind: 'no-answer', why }
  }

  #askOnce(name: string, type: RecordType): Promise<Answer<unknown>> {
    const question = `${type} ${name}`
    let answer = this.#asked.get(question)
    if (answer === undefined) {
      answer = this.#askAnew(name, type).then((given) => {
        if (given.kind === 'records') this.#reach.prove()
        return given
      })
      this.#asked.set(question, answer)
    }
    return answer
  }

  async #askAnew(name: string, type: RecordType): Promise<Answer<unknown>> {
    if (!isName(name)) return { kind: 'none' }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Answer<unknown>>((resolve) => {
      const why = `no answer within ${this.#timeoutMs} ms`
      // What came while the process was busy is read first: timers are earlier than answers.
      const giveUp = (): void => void setImmediate(() => resolve({ kind: 'no-answer', why }))
      timer = setTimeout(giveUp, this.#timeoutMs)
    })
    try {
      return await Promise.race([late, this.#resolver.resolve(name, type).then(answerOf, answerOfError)])
    } finally {
      clearTimeout(timer)
    }
  }
}

function answerOf(records: unknown): Answer<unknown> {
  return Array.isArray(records) && records.length > 0 ? { kind: 'records', records } : { kind: 'none' }
}

function answerOfError(error: unknown): Answer<unknown> {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === 'ENOTFOUND' || code === 'ENODATA') return { kind: 'none' }
  // The resolver’s own words for a name that DNS cannot hold.
  if (code === 'EBADNAME') return { kind: 'none' }
  return { kind: 'no-answer', why: String(code ?? message ?? error) }
}

function mapped<T>(answer: Answer<unknown>, map: (record: unknown) => T | null): Answer<T> {
  if (answer.kind !== 'records') return answer
  const records = answer.records.map(map).filter((record) => record !== null)
  return records.length > 0 ? { kind: 'records', records } : { kind: 'none' }
}

function textOrNull(record: unknown): string | null {
  return typeof record === 'string' ? record : null
}

/** Lower case, without the dot of the root. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

function isName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 253 &&
    name.split('.').every((label) => /^[\x21-\x7e]{1,63}$/.test(label))
  )
}

/** `10.2.0.192.in-addr.arpa`, and the like for IPv6. */
export function reverseName(ip: string): string {
  const address = ipaddr.process(ip)
  if (address.kind() === 'ipv4') return `${address.toByteArray().toReversed().join('.')}.in-addr.arpa`
  const nibbles = address.toByteArray().flatMap((byte) => [byte >> 4, byte & 15])
  return `${nibbles
    .toReversed()
    .map((nibble) => nibble.toString(16))
    .join('.')}.ip6.arpa`
}

/** The one way in which this IP is written here; `null` if it is none. */
export function plainIp(ip: string): string | null {
  return ipaddr.isValid(ip) ? ipaddr.process(ip).toString() : null
}
