import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { bin, killStarted, run, start } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(someMail)
})
afterEach(() => {
  killStarted()
  place.remove()
})

describe('dashboard', () => {
  test('serves the page behind a token until it is stopped', async () => {
    const child = start([bin, 'dashboard', '--json', '--ledger', place.ledger])
    const [line] = await once(child.stdout, 'data')
    const { url, origin, token } = JSON.parse(String(line))
    expect(url).toBe(`${origin}/#token=${token}`)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${origin}/metrics`)).status).toBe(401)
    const metrics = await fetch(`${origin}/metrics`, { headers })
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('icloud')])
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('prints the address for people', async () => {
    const child = start([bin, 'dashboard', '--read-only', '--ledger', place.ledger])
    const [line] = await once(child.stdout, 'data')
    expect(String(line)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=\S+\n$/)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('says if the port cannot be had, or there is no ledger', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const busy = await run(['dashboard', '--json', '--port', String(port), '--ledger', place.ledger])
    expect([busy.code, JSON.parse(busy.stderr).error.code]).toEqual([1, 'ELISTEN'])
    taken.close()
    expect(await run(['dashboard', '--ledger', place.path('missing.db')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no ledger'),
    })
  })
})
