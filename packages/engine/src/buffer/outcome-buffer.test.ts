import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { message, Place } from './place.test.fixture.ts'

let place: Place

beforeEach(() => {
  place = new Place()
})
afterEach(() => place.remove())

describe('a buffer', () => {
  it('that is full or cannot be written is told once, and loses nothing that was durable', async () => {
    const { engine, deliver, alerts, lines } = place.start({ bufferBytes: 1000 })
    place.ledger.broken = 'all'
    const actions = []
    for (let n = 0; n < 20; n++) actions.push(await deliver(message(`r${n}@icloud.com`)))
    const kept = actions.filter(({ durable }) => durable).map(({ recipient }) => recipient)
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.length).toBeLessThan(10)
    expect(actions.filter(({ durable }) => !durable).every(({ buffered }) => buffered === undefined)).toBe(
      true,
    )
    expect(alerts.map((alert) => alert.message)).toEqual([
      expect.stringContaining('are kept in a buffer'),
      expect.stringContaining('outcomes are lost'),
    ])
    expect(lines).toHaveLength(2)
    place.ledger.broken = 'no'
    await engine.close()
    expect((await place.story()).map((line) => line.split(' ')[2])).toEqual(kept)
  })

  it('is for its owner, in a directory for its group, and follows no symbolic link', async () => {
    const { engine, deliver } = place.start()
    place.ledger.broken = 'all'
    await deliver()
    expect(statSync(place.buffer).mode & 0o7777).toBe(0o2770)
    expect(place.files()).toHaveLength(2)
    for (const name of place.files()) expect(statSync(join(place.buffer, name)).mode & 0o777).toBe(0o600)
    await engine.close()

    const link = join(place.directory, 'link')
    symlinkSync(place.buffer, link)
    const other = place.start({ buffer: link })
    expect(await other.deliver(message('bert@icloud.com'))).toMatchObject({ durable: false })
    await other.engine.close()
  })

  it.each([
    ['file:', (path: string) => ({ ledger: `file:${path}` }), true],
    ['file: without', (path: string) => ({ ledger: `file:${path}`, buffer: null }), false],
    ['memory:', () => ({ ledger: 'memory:' }), false],
  ])('stands beside the file by default: %s', async (_, options, has) => {
    const path = join(place.directory, 'icloud.db')
    writeFileSync(path, 'no database '.repeat(500))
    const { engine, deliver } = bench({ logger: { warn() {}, error() {} }, ...options(path) })
    await deliver()
    expect(existsSync(`${path}.buffer`)).toBe(has)
    await engine.close()
  })
})

it('shows no address where addresses are hashed, and is drained all the same', async () => {
  const addressKeys = [{ id: 'k1', secret: 'not a secret, as it stands in a test' }]
  const { engine, deliver, reply } = place.start({ addressKeys })
  place.ledger.broken = 'all'
  await deliver(message('carl@icloud.com'))
  await reply('550 5.1.1 <bert@icloud.com>: user does not exist', message('bert@icloud.com'))
  const name = place.files().find((file) => file.endsWith('.outcomes')) ?? ''
  expect(readFileSync(join(place.buffer, name), 'utf8')).not.toMatch(/icloud|bert|carl/)
  await engine.close()
  place.ledger.broken = 'no'
  const next = place.start({ addressKeys })
  await next.engine.close()
  expect(place.files()).toEqual([])
  expect((await next.engine.address('bert@icloud.com')).suppressions).toHaveLength(1)
  expect(await next.engine.address('carl@icloud.com')).toMatchObject({ lastDeliveredAt: expect.any(Number) })
})

it('a directory that cannot be written costs an alert, no more', async () => {
  writeFileSync(place.buffer, '')
  chmodSync(place.buffer, 0o600)
  const { engine, deliver, alerts } = place.start()
  place.ledger.broken = 'all'
  expect(await deliver()).toMatchObject({ type: 'delivered', durable: false })
  expect(alerts).toHaveLength(2)
  await engine.close()
})
