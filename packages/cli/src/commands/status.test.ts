import { scalePolicy } from '@icloud-delivery/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run, runInTerminal } from '../run-bin.test.helper.ts'

describe('status', () => {
  let place: Place
  beforeAll(async () => {
    place = makePlace()
    await place.with(someMail)
  })
  afterAll(() => place.remove())

  test('tells rates, lanes and what is held', async () => {
    const { code, stdout, stderr } = await run(['status', '--ledger', place.ledger])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Ledger {2}.*icloud\.db\n/)
    expect(stdout).toMatch(/State {3}1 hold\n/)
    expect(stdout).toMatch(/Attempts +4\n {2}Delivered +1 \(25\.0 %\)/)
    expect(stdout).toMatch(/Lanes\n {2}lane .*\n {2}192\.0\.2\.10 /)
    expect(stdout).toMatch(/Held\n {2}hold .*\n {2}sending-ip\/192\.0\.2\.10 {2}proofpoint-block {2}/)
    expect(stdout).not.toContain('\u001b')
  })

  test('gives the same as JSON', async () => {
    const { code, stdout } = await run([
      'status',
      '--json',
      '--window',
      'day',
      '--ledger',
      `file:${place.ledger}`,
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ledger: place.ledger,
      rates: { attempts: 4, delivered: 1, bucketSeconds: 3600 },
      lanes: [{ lane: '192.0.2.10' }],
      holds: [{ scope: 'sending-ip', id: '192.0.2.10', rule: 'proofpoint-block' }],
      incidents: [],
    })
  })

  test('has colours on a terminal, and fits it', async () => {
    const { stdout } = await runInTerminal(['status', '--ledger', place.ledger], 100)
    expect(stdout).toContain('\u001b[1mLanes')
    // eslint-disable-next-line no-control-regex
    const lines = stdout.replace(/\u001b\[\d+m/g, '').split('\n')
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  test('of a ledger that was written with time_scale says why it has no rates', async () => {
    const scaled = makePlace()
    const clock = (): number => Date.now() - 60_000
    await scaled.with(someMail, { policy: scalePolicy(0.0001), clock })
    const { code, stdout } = await run(['status', '--ledger', scaled.ledger])
    expect([code, stdout.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining('[policy] time_scale'),
    ])
    expect(stdout).not.toContain('no mail to Apple was recorded')
    const json = await run(['status', '--json', '--ledger', scaled.ledger])
    expect(JSON.parse(json.stdout)).toMatchObject({ otherTime: true, rates: { attempts: 0 } })
    expect((await run(['status', '--ledger', place.ledger])).stdout).not.toContain('time_scale')
    scaled.remove()
  })

  test('of an empty ledger says so', async () => {
    const empty = makePlace()
    await empty.with(async (engine) => engine.ledger.read(['recipient/anna@icloud.com']))
    const { code, stdout } = await run(['status', '--ledger', empty.ledger])
    expect([code, stdout]).toEqual([0, expect.stringContaining('no mail to Apple was recorded')])
    empty.remove()
  })

  test('refuses a window that there is not', async () => {
    const { code, stderr } = await run(['status', '--window', 'year', '--ledger', place.ledger])
    expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are hour, day, month')])
  })
})
