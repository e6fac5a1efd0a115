import dns2 from 'dns2'
import type { DnsResolver } from './resolver.ts'
import { wholeTimeResolver } from './whole-time-resolver.ts'

/** The records of one name, or how the server fails to give any. `silence`: it says nothing at all. */
export type Zone =
  | {
      A?: readonly string[]
      AAAA?: readonly string[]
      TXT?: readonly string[]
      MX?: readonly (readonly [priority: number, exchange: string])[]
      PTR?: readonly string[]
      NS?: readonly string[]
    }
  | 'silence'
  | 'servfail'
  | 'refused'

/** What is a promise is answered when it is kept. */
export type Zones = Record<string, Zone | Promise<Zone>>

export interface DnsServer extends AsyncDisposable {
  /** Replaced by tests as they go on. */
  zones: Zones
  resolver: DnsResolver
  /** Its address, with the port. */
  address: string
  /** `TXT example.com` and so on, in order. */
  asked: string[]
}

/** ms that answers may take: more than a machine stands still. What a test is about that gets none waits less. */
export const dnsTimeoutMs = 50_000

const { Packet } = dns2
const typeNames = ['A', 'AAAA', 'TXT', 'MX', 'PTR', 'NS'] as const

/** A real DNS server on the loopback, over UDP and TCP. What is in no zone does not exist. */
export async function startDnsServer(zones: Zones = {}): Promise<DnsServer> {
  const asked: string[] = []
  const server = dns2.createUDPServer((request, send) => {
    const [question] = request.questions
    if (question === undefined) return
    const response = Packet.createResponseFromRequest(request)
    const name = question.name.toLowerCase()
    const type = typeNames.find((one) => Packet.TYPE[one] === question.type)
    asked.push(`${type ?? question.type} ${name}`)
    const answer = (zone: Zone | undefined): void => {
      if (zone === 'silence') return
      if (zone === undefined) response.header.rcode = Packet.RCODE.NXDOMAIN
      else if (zone === 'servfail') response.header.rcode = Packet.RCODE.SERVFAIL
      else if (zone === 'refused') response.header.rcode = Packet.RCODE.REFUSED
      else if (type !== undefined) response.answers.push(...(answersOf(zone, name, type) as never[]))
      void send(response)
    }
    const zone = own.zones[name]
    if (zone instanceof Promise) void zone.then(answer)
    else answer(zone)
  })
  await server.listen(0, '127.0.0.1')
  const address = `127.0.0.1:${server.address().port}`
  const own: DnsServer = {
    zones,
    resolver: wholeTimeResolver(dnsTimeoutMs, [address]),
    address,
    asked,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(resolve)
      })
    },
  }
  return own
}

function answersOf(zone: Exclude<Zone, string>, name: string, type: (typeof typeNames)[number]): object[] {
  const record = { name, type: Packet.TYPE[type], class: Packet.CLASS.IN, ttl: 60 }
  switch (type) {
    case 'A':
    case 'AAAA':
      return (zone[type] ?? []).map((address) => ({ ...record, address }))
    case 'TXT':
      return (zone.TXT ?? []).map((text) => ({ ...record, data: text.match(/.{1,255}/gs) ?? [''] }))
    case 'MX':
      return (zone.MX ?? []).map(([priority, exchange]) => ({ ...record, priority, exchange }))
    case 'PTR':
      return (zone.PTR ?? []).map((domain) => ({ ...record, domain }))
    case 'NS':
      return (zone.NS ?? []).map((ns) => ({ ...record, ns }))
  }
}

/** One answer to every question. */
export function everywhere(zone: Exclude<Zone, object>): Zones {
  return new Proxy({}, { get: () => zone })
}
