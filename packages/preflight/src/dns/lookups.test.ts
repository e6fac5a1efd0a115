import { stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dnsTimeoutMs as usual, startDnsServer, type DnsServer } from './dns-server.test.fixture.ts'
import { Lookups, reverseName } from './lookups.ts'

describe('Lookups', () => {
  let dns: DnsServer
  beforeAll(async () => {
    dns = await startDnsServer({
      'example.com': {
        A: ['192.0.2.1'],
        AAAA: ['2001:db8::1'],
        MX: [[10, 'mx.example.com']],
        TXT: ['x'.repeat(400)],
      },
      'silent.example': 'silence',
      'broken.example': 'servfail',
      'closed.example': 'refused',
      '1.2.0.192.in-addr.arpa': { PTR: ['mail.example.com'] },
    })
  })
  afterAll(() => dns[Symbol.asyncDispose]())
  const lookups = (dnsTimeoutMs = usual): Lookups => new Lookups({ resolver: dns.resolver, dnsTimeoutMs })

  it('gives records in the form that the checks want', async () => {
    const ask = lookups()
    expect(await ask.txt('Example.com.')).toEqual({ kind: 'records', records: ['x'.repeat(400)] })
    expect(await ask.mx('example.com')).toEqual({
      kind: 'records',
      records: [{ exchange: 'mx.example.com', priority: 10 }],
    })
    expect(await ask.addresses('example.com')).toEqual({
      kind: 'records',
      records: ['192.0.2.1', '2001:db8::1'],
    })
    expect(await ask.ptr('::ffff:192.0.2.1')).toEqual({ kind: 'records', records: ['mail.example.com'] })
    expect(ask.unanswered()).toEqual([])
  })

  it('tells "no such record" from "no answer"', async () => {
    const ask = lookups()
    const brief = lookups(150)
    await ask.txt('example.com')
    expect(await ask.mx('nothing.example')).toEqual({ kind: 'none' })
    expect(await ask.ptr('192.0.2.2')).toEqual({ kind: 'none' })
    expect(await brief.txt('silent.example')).toEqual({ kind: 'no-answer', why: 'no answer within 150 ms' })
    expect(await ask.txt('broken.example')).toEqual({ kind: 'no-answer', why: 'ESERVFAIL' })
    expect(await ask.addresses('closed.example')).toEqual({ kind: 'no-answer', why: 'EREFUSED' })
    const [finding, ...others] = brief.unanswered()
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'dns-no-answer', severity: 'unknown', risks: [] })
    expect(ask.unanswered()).toMatchObject([
      {
        evidence: 'ESERVFAIL: TXT broken.example; EREFUSED: A closed.example, AAAA closed.example',
        where: 'TXT broken.example, A closed.example, AAAA closed.example',
      },
    ])
    expect(finding?.evidence).toBe('no answer within 150 ms: TXT silent.example')
  })

  it('believes "no such record" only from a resolver that finds something', async () => {
    const doubted = { kind: 'no-answer', why: expect.stringContaining('finds no name at all') }
    expect(await lookups().txt('gone.example')).toEqual(doubted)
    expect(await lookups().ptr('192.0.2.2')).toEqual(doubted)
    // What it finds may be the top-level domain, a record of the domain itself, or an earlier answer.
    dns.zones.test = { NS: ['a.ns.example'] }
    expect(await lookups().txt('gone.test')).toEqual({ kind: 'none' })
    expect(await lookups().txt('_dmarc.example.com')).toEqual({ kind: 'none' })
    const ask = lookups()
    await ask.txt('example.com')
    expect(await ask.txt('gone.example')).toEqual({ kind: 'none' })
    expect(await ask.ptr('192.0.2.2')).toEqual({ kind: 'none' })
    expect(ask.unanswered()).toEqual([])
  })

  it('names what is unanswered in the order of the questions, whatever is refused first', async () => {
    let refuse = (): void => {}
    const first = new Promise<void>((resolve) => (refuse = resolve))
    const resolver = {
      async resolve(_name: string, type: string): Promise<never> {
        if (type === 'A') await first
        else refuse()
        throw Object.assign(new Error('refused'), { code: 'EREFUSED' })
      },
    }
    const ask = new Lookups({ resolver, dnsTimeoutMs: usual })
    await ask.addresses('closed.example')
    expect(ask.unanswered()).toMatchObject([
      { where: 'A closed.example, AAAA closed.example', evidence: expect.stringContaining('A closed.') },
    ])
  })

  it('hears an answer that came in time, while the process was busy for longer', async () => {
    const resolver = {
      async resolve(): Promise<string[][]> {
        // It comes as from a socket, and needs no help from this process.
        await stat(import.meta.filename)
        return [['v=spf1 -all']]
      },
    }
    const asked = new Lookups({ resolver, dnsTimeoutMs: 50 }).txt('example.com')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    expect(await asked).toEqual({ kind: 'records', records: ['v=spf1 -all'] })
  })

  it('asks each question once, and none that no name could be', async () => {
    const ask = lookups()
    const before = dns.asked.length
    await Promise.all([
      ask.txt('example.com'),
      ask.txt('EXAMPLE.com'),
      ask.txt(`${'a'.repeat(64)}.example`),
      ask.txt('a..b'),
    ])
    expect(dns.asked.slice(before)).toEqual(['TXT example.com'])
  })
})

it.each([
  ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
  ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
])('the reverse name of %s', (ip, name) => {
  expect(reverseName(ip)).toBe(name)
})
