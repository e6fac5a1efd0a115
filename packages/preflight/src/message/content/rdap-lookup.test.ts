import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rdapLookup } from './rdap-lookup.ts'

describe('rdapLookup', () => {
  let server: Server
  let url = ''
  const asked: (string | undefined)[] = []
  const answers = new Map<string, { status: number; body: string }>([
    [
      '/domain/example.com',
      {
        status: 200,
        body: JSON.stringify({
          events: [
            { eventAction: 'expiration', eventDate: '2027-01-01T00:00:00Z' },
            { eventAction: 'registration', eventDate: '1995-08-14T04:00:00Z' },
          ],
        }),
      },
    ],
    ['/domain/silent.example', { status: 200, body: '{}' }],
    ['/domain/busy.example', { status: 429, body: '' }],
    ['/domain/odd.example', { status: 200, body: 'hello' }],
    ['/domain/large.example', { status: 200, body: 'x'.repeat(2_000_000) }],
  ])

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.headers.accept)
      const { status, body } = answers.get(request.url ?? '') ?? { status: 404, body: '' }
      response.writeHead(status).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => server.close())

  it('gives the time of the registration', async () => {
    expect(await rdapLookup({ url, timeoutMs: 50_000 })('example.com')).toBe(Date.UTC(1995, 7, 14, 4))
    expect(asked.at(-1)).toBe('application/rdap+json')
  })

  it('asks over a connection of its own each time: one that was kept might be closed meanwhile', async () => {
    let connections = 0
    const count = (): void => void connections++
    server.on('connection', count)
    const lookup = rdapLookup({ url, timeoutMs: 50_000 })
    for (const domain of ['example.com', 'silent.example']) await lookup(domain)
    server.off('connection', count)
    expect(connections).toBe(2)
  })

  it.each(['silent.example', 'unknown.example'])('gives none for %s', async (domain) => {
    expect(await rdapLookup({ url, timeoutMs: 50_000 })(domain)).toBe(null)
  })

  it.each([
    ['busy.example', 'RDAP answered 429'],
    ['odd.example', 'JSON'],
    ['large.example', 'larger than'],
  ])('rejects for %s', async (domain, why) => {
    await expect(rdapLookup({ url, timeoutMs: 50_000 })(domain)).rejects.toThrow(why)
  })
})
