import dns2 from 'dns2'

/** The records of one name. What is in no zone does not exist. */
export type Zones = Record<string, { A?: string[]; TXT?: string[]; MX?: string[]; PTR?: string[] }>

const { Packet } = dns2
const types = ['A', 'TXT', 'MX', 'PTR'] as const

/** A DNS server on the loopback. `flags` are those with which it is asked, however long the machine stands still. */
export async function startDns(zones: Zones): Promise<{ flags: string[]; close(): Promise<void> }> {
  const server = dns2.createUDPServer((request, send) => {
    const [question] = request.questions
    if (question === undefined) return
    const response = Packet.createResponseFromRequest(request)
    const name = question.name.toLowerCase()
    const type = types.find((one) => Packet.TYPE[one] === question.type)
    const zone = zones[name]
    if (zone === undefined) response.header.rcode = Packet.RCODE.NXDOMAIN
    else if (type !== undefined)
      response.answers.push(...((zone[type] ?? []).map((value) => record(name, type, value)) as never[]))
    void send(response)
  })
  await server.listen(0, '127.0.0.1')
  return {
    flags: ['--dns', `127.0.0.1:${server.address().port}`, '--dns-timeout', '50000'],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(resolve)
      }),
  }
}

function record(name: string, type: (typeof types)[number], value: string): object {
  const base = { name, type: Packet.TYPE[type], class: Packet.CLASS.IN, ttl: 60 }
  if (type === 'A') return { ...base, address: value }
  if (type === 'TXT') return { ...base, data: value.match(/.{1,255}/gs) ?? [''] }
  if (type === 'MX') return { ...base, priority: 10, exchange: value }
  return { ...base, domain: value }
}

/** A zone with which mail from example.com over 192.0.2.10 is in order, and the lists of Spamhaus with nothing on them. */
export const goodZones: Zones = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], MX: ['mail.example.com'] },
  'mail.example.com': { A: ['192.0.2.10'] },
  '10.2.0.192.in-addr.arpa': { PTR: ['mail.example.com'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com'] },
  's1._domainkey.example.com': {
    TXT: ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  },
  // The lists' own test entries.
  '2.0.0.127.zen.spamhaus.org': { A: ['127.0.0.2', '127.0.0.4', '127.0.0.10'] },
  'dbltest.com.dbl.spamhaus.org': { A: ['127.0.1.2'] },
}
