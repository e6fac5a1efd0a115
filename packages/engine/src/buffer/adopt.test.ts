import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { encodeLine } from './line.ts'
import { busy, message, Place } from './place.test.fixture.ts'

let place: Place

beforeEach(() => {
  place = new Place()
})
afterEach(() => place.remove())

describe('the next engine', () => {
  async function leave(count: number, recipient = 'anna@icloud.com'): Promise<string> {
    const { engine, reply } = place.start()
    place.ledger.broken = 'all'
    for (let n = 0; n < count; n++) await reply(busy, message(recipient, n))
    await engine.close()
    place.ledger.broken = 'no'
    // On a slow machine there may be several by now.
    const [name = '', ...more] = place.files().filter((file) => file.endsWith('.outcomes'))
    for (const other of more) {
      appendFileSync(join(place.buffer, name), readFileSync(join(place.buffer, other)))
      rmSync(join(place.buffer, other))
    }
    return name
  }

  it('takes over what the last one left, before anybody asks, and goes on in order', async () => {
    await leave(2)
    const { engine, deliver, logged } = place.start()
    await logged('2 buffered outcomes were written')
    await deliver()
    await engine.close()
    expect(await place.types()).toEqual(['retry', 'retry', 'delivered'])
    expect(place.files()).toEqual([])
  })

  it('leaves alone what one that lives has', async () => {
    const living = place.start()
    place.ledger.broken = 'all'
    await living.reply(busy)
    const before = place.files()
    // For the other one it is not broken: the one that lives would write by itself a second later.
    await place.start({ ledger: place.ledger.inner }).engine.close()
    expect(place.files()).toEqual(before)
    expect(await place.story()).toEqual([])
    place.ledger.broken = 'no'
    await living.engine.close()
    expect(await place.story()).toHaveLength(1)
  })

  it('finds out how far the last one came, wherever it was killed', async () => {
    const name = await leave(120)
    const content = readFileSync(join(place.buffer, name))
    // The ledger is cut off for good after so many writes; what is on the disk stays as it was then.
    for (let writes = 0; writes < 5; writes++) {
      place.ledger = new BreakableLedger()
      rmSync(place.buffer, { recursive: true })
      mkdirSync(place.buffer)
      writeFileSync(join(place.buffer, name), content)
      place.ledger.writesLeft = writes
      place.ledger.lastAnswerIsLost = true
      const cut = place.start()
      await cut.engine.close()
      place.ledger.writesLeft = Infinity
      await place.start().engine.close()
      expect(await place.story()).toHaveLength(120)
      const [entry] = await place.ledger.read(['recipient/anna@icloud.com'])
      const { messages = [] } = (entry?.value ?? {}) as { messages?: { id: string; attempts: number }[] }
      expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 32 }, (_, n) => `m${n + 88}`))
      expect(messages.every(({ attempts }) => attempts === 1)).toBe(true)
      expect(place.files()).toEqual([])
      expect(await place.ledger.read([`buffer/${name}`])).toEqual([null])
    }
  })

  it('uses what can be read of a damaged file, keeps the file aside and says so', async () => {
    const name = await leave(3)
    const path = join(place.buffer, name)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('"m1"') + 1] = 0x7a
    const strange = [encodeLine({ at: 1, request: { recipient: 'x' } }), encodeLine(7), Buffer.from('1 torn')]
    writeFileSync(path, Buffer.concat([bytes, ...strange]))
    const { engine, alerts, lines } = place.start()
    await engine.close()
    expect(await place.types()).toEqual(['retry', 'retry'])
    expect(place.files()).toEqual([`${name}.damaged`])
    expect(alerts).toMatchObject([
      { kind: 'buffer-damaged', message: expect.stringContaining('3 of its 5 lines are damaged') },
    ])
    expect(lines.filter((line) => line.includes('set aside'))).toHaveLength(1)
    // It is not looked at again.
    const next = place.start()
    await next.engine.close()
    expect(next.alerts).toEqual([])
  })

  it('does not count it again if it cannot be set aside', async () => {
    const name = await leave(2)
    const path = join(place.buffer, name)
    writeFileSync(path, Buffer.concat([readFileSync(path), encodeLine(7)]))
    mkdirSync(join(place.buffer, `${name}.damaged`, 'in the way'), { recursive: true })
    for (let start = 0; start < 2; start++) await place.start().engine.close()
    expect(await place.types()).toEqual(['retry', 'retry'])
    expect(place.files()).toContain(name)
  })

  it('does not follow a link that somebody laid there, and sets it aside', async () => {
    const name = await leave(1)
    const elsewhere = join(place.directory, 'elsewhere')
    writeFileSync(elsewhere, readFileSync(join(place.buffer, name)))
    rmSync(join(place.buffer, name))
    symlinkSync(elsewhere, join(place.buffer, name))
    const { engine, alerts } = place.start()
    await engine.close()
    expect(alerts).toMatchObject([{ kind: 'buffer-damaged' }])
    expect(await place.story()).toEqual([])
    expect(existsSync(elsewhere)).toBe(true)
  })
})
