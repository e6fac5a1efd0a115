import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxEntry } from './entry.ts'
import type { OutboxOptions } from './outbox-options.ts'
import type { Claim, Outbox, OutboxItem } from './outbox.ts'

/** An outbox to be tested, and another one on the same place: another process. */
export interface OutboxPlace {
  make(options?: OutboxOptions): Outbox
  remove(): Promise<void>
}

export const secret = 'a secret of 16 bytes or more'

export function entryFor(address: string, more: Partial<OutboxEntry> = {}): OutboxEntry {
  const acceptedAt = Date.now()
  return {
    messageId: `<${address}@example.com>`,
    sender: 'shop@example.com',
    envelope: { from: 'shop@example.com' },
    data: {},
    stream: 'transactional',
    acceptedAt,
    expired: [],
    recipients: [{ address, tries: 0, nextAt: acceptedAt, last: null }],
    untold: [],
    hookFailures: 0,
    ...more,
  }
}

export async function itemsOf(outbox: Outbox): Promise<OutboxItem[]> {
  const items: OutboxItem[] = []
  for await (const item of outbox.list()) items.push(item)
  return items
}

/** Claims until something is due: an outbox in Redis has a clock of its own. */
export async function claimed(outbox: Outbox, count = 1): Promise<Claim[]> {
  const found: Claim[] = []
  for (const until = Date.now() + 50_000; found.length < count && Date.now() < until;) {
    const { claims } = await outbox.claim({ now: Date.now(), limit: count - found.length })
    found.push(...claims)
    if (found.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return found
}

// Digits might stand in a time or an id, too.
const bodyWord = 'Rumpelstiltskin'
const body = Buffer.from(`From: shop@example.com\r\n\r\nThe name is ${bodyWord}.\r\n`)

/** What every outbox has to do. */
export function outboxContract(start: () => Promise<OutboxPlace>): void {
  let place: OutboxPlace
  let opened: Outbox[] = []
  const open = (options?: OutboxOptions): Outbox => {
    const outbox = place.make(options)
    opened.push(outbox)
    return outbox
  }
  beforeEach(async () => {
    place = await start()
  })
  afterEach(async () => {
    await Promise.all(opened.map((outbox) => outbox.close()))
    opened = []
    await place.remove()
  })

  describe('an outbox', () => {
    it('gives out what it was given, once, and deletes it when it is done', async () => {
      const outbox = open()
      const entry = entryFor('anna@icloud.com')
      const id = await outbox.put(entry, body, null)
      const [claim] = await claimed(outbox)
      expect(claim).toMatchObject({ id, entry, problem: null })
      expect(Buffer.from(claim!.body!).equals(body)).toBe(true)
      expect((await outbox.claim({ now: Date.now(), limit: 5 })).claims).toEqual([])
      expect(await outbox.size()).toMatchObject({ waiting: 1, dead: 0 })
      expect(await outbox.finish(claim!)).toBe(true)
      expect(await outbox.finish(claim!)).toBe(false)
      expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
    })

    it('keeps it for the next process, with its state', async () => {
      const first = open()
      await first.put(entryFor('anna@icloud.com'), body, null)
      const [claim] = await claimed(first)
      const waits = {
        ...claim!.entry!,
        recipients: [{ address: 'anna@icloud.com', tries: 1, nextAt: 5, last: null }],
      }
      expect(await first.release(claim!, waits, Date.now())).toBe(true)
      await first.close()
      const second = open()
      const [again] = await claimed(second)
      expect(again!.entry).toEqual(waits)
      expect(Buffer.from(again!.body!).equals(body)).toBe(true)
      expect(again!.lease).not.toBe(claim!.lease)
    })

    it('never gives one message to two', async () => {
      const [one, two] = [open(), open()]
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => one.put(entryFor(`r${n}@icloud.com`), body, null)),
      )
      const rounds = Array.from({ length: 20 }, async (_, n) => {
        const { claims } = await (n % 2 ? one : two).claim({ now: Date.now(), limit: 3 })
        return claims.map(({ id }) => id)
      })
      const ids = (await Promise.all(rounds)).flat()
      expect(ids).toHaveLength(40)
      expect(new Set(ids).size).toBe(40)
    })

    it('gives it to another one when the lease has ended, and then no more to the first one', async () => {
      const [one, two] = [open({ leaseSeconds: 1 }), open({ leaseSeconds: 1 })]
      const entry = entryFor('anna@icloud.com')
      await one.put(entry, body, null)
      const [first] = await claimed(one)
      await one.renew([first!], Date.now())
      const [second] = await claimed(two)
      expect(second!.id).toBe(first!.id)
      expect(await one.save(first!, entry, false)).toBe(false)
      expect(await one.release(first!, entry, 0)).toBe(false)
      expect(await one.bury(first!, entry, 'old', true)).toBe(false)
      expect(await one.finish(first!)).toBe(false)
      // On a machine that is busy its own lease may end, too.
      let held = second!
      while (!(await two.finish(held))) held = (await claimed(two))[0]!
      expect(await two.size()).toMatchObject({ waiting: 0 })
    })

    it('keeps back what is not due, until it is wanted now', async () => {
      const outbox = open()
      const id = await outbox.put(entryFor('anna@icloud.com'), body, null)
      const [claim] = await claimed(outbox)
      await outbox.release(claim!, claim!.entry!, Date.now() + 3_600_000)
      expect((await outbox.claim({ now: Date.now(), limit: 5 })).claims).toEqual([])
      let told = 0
      const off = outbox.onDue(() => told++)
      expect(await outbox.retryNow(id)).toBe(1)
      off()
      expect(told).toBe(1)
      expect(await claimed(outbox)).toHaveLength(1)
      expect(await outbox.retryNow('4711000')).toBe(0)
    })

    it('makes everything due', async () => {
      const outbox = open()
      for (const name of ['a', 'b', 'c']) {
        await outbox.put(entryFor(`${name}@icloud.com`), body, null)
        const [claim] = await claimed(outbox)
        await outbox.release(claim!, claim!.entry!, Date.now() + 3_600_000)
      }
      expect(await outbox.retryNow()).toBe(3)
      expect(await claimed(outbox, 3)).toHaveLength(3)
    })

    it('lists what there is, without the bodies, and cancels what nobody sends', async () => {
      const outbox = open()
      const waits = await outbox.put(entryFor('a@icloud.com'), body, null)
      const [dies] = await claimed(outbox)
      const dead = dies!.id
      expect(dead).toBe(waits)
      await outbox.bury(dies!, dies!.entry, 'too old', true)
      const idle = await outbox.put(entryFor('b@icloud.com'), body, null)
      const [sent] = await claimed(outbox)
      expect(await outbox.cancel(sent!.id)).toBe(false)
      const last = await outbox.put(entryFor('c@icloud.com'), body, null)
      const items = await itemsOf(outbox)
      const shown = new Map(items.map(({ id, state, reason }) => [id, `${state} ${reason}`]))
      expect(shown).toEqual(
        new Map([
          [idle, 'sending null'],
          [last, 'waiting null'],
          [dead, 'dead too old'],
        ]),
      )
      expect(new Set(items.map(({ entry }) => entry?.recipients[0]?.address))).toEqual(
        new Set(['a', 'b', 'c'].map((name) => `${name}@icloud.com`)),
      )
      expect(JSON.stringify(items)).not.toContain(bodyWord)
      expect(await outbox.cancel(last)).toBe(true)
      expect(await outbox.cancel(last)).toBe(false)
      expect(await outbox.cancel(dead)).toBe(true)
      expect(await outbox.size()).toMatchObject({ waiting: 1, dead: 0 })
    })

    it('drops a body while the message stays', async () => {
      const outbox = open()
      await outbox.put(entryFor('anna@icloud.com'), body, null)
      const [claim] = await claimed(outbox)
      const untold = [
        {
          recipient: 'anna@icloud.com',
          state: 'delivered' as const,
          code: null,
          rule: null,
          verdict: null,
          message: '',
          ambiguous: false,
          tries: 1,
          at: 1,
        },
      ]
      const told = { ...claim!.entry!, recipients: [], untold }
      expect(await outbox.save(claim!, told, true)).toBe(true)
      expect(await outbox.size()).toEqual({ waiting: 1, dead: 0, bytes: 0 })
      await outbox.release(claim!, told, Date.now())
      const [again] = await claimed(outbox)
      expect(again).toMatchObject({ entry: told, body: null, problem: null })
    })

    it('takes a message back from the dead-letter list if its body is there', async () => {
      const outbox = open()
      await outbox.put(entryFor('anna@icloud.com'), body, null)
      const [claim] = await claimed(outbox)
      await outbox.bury(claim!, null, 'its body cannot be read', false)
      expect(await outbox.retryNow()).toBe(0)
      expect(await outbox.retryNow(claim!.id)).toBe(1)
      const [again] = await claimed(outbox)
      expect(again!.entry).toEqual(claim!.entry)
      await outbox.bury(again!, again!.entry, 'too old', true)
      expect(await outbox.retryNow(claim!.id)).toBe(0)
      expect(await outbox.size()).toEqual({ waiting: 0, dead: 1, bytes: 0 })
    })

    it('refuses more than it may hold, and has nothing of that', async () => {
      const outbox = open({ maxMessages: 2, maxMessageBytes: 1000 })
      const full = { code: 'EOUTBOXFULL' }
      await expect(outbox.put(entryFor('a@icloud.com'), Buffer.alloc(1001), null)).rejects.toMatchObject(full)
      await outbox.put(entryFor('a@icloud.com'), body, null)
      await outbox.put(entryFor('b@icloud.com'), body, null)
      await expect(outbox.put(entryFor('c@icloud.com'), body, null)).rejects.toMatchObject(full)
      const [claim] = await claimed(outbox)
      await outbox.finish(claim!)
      await outbox.put(entryFor('c@icloud.com'), body, null)
      const small = open({ maxBytes: 500 })
      await expect(small.put(entryFor('d@icloud.com'), Buffer.alloc(500), null)).rejects.toMatchObject(full)
      expect(await outbox.size()).toMatchObject({ waiting: 2 })
    })

    it('stores a message that is handed in again only once while it waits', async () => {
      const outbox = open()
      const id = await outbox.put(entryFor('anna@icloud.com'), body, 'k1')
      expect(await outbox.put(entryFor('anna@icloud.com'), body, 'k1')).toBe(id)
      await outbox.put(entryFor('anna@icloud.com'), body, 'k2')
      expect((await outbox.size()).waiting).toBe(2)
      const claims = await claimed(outbox, 2)
      expect(await outbox.put(entryFor('anna@icloud.com'), body, 'k1')).toBe(id)
      await outbox.bury(
        claims.find((claim) => claim.id === id)!,
        null,
        'damaged',
        false,
      )
      const anew = await outbox.put(entryFor('anna@icloud.com'), body, 'k1')
      expect(anew).not.toBe(id)
      expect(await outbox.put(entryFor('anna@icloud.com'), body, 'k1')).toBe(anew)
      expect(await outbox.size()).toMatchObject({ waiting: 2, dead: 1 })
    })

    it('encrypts bodies, reads those of older keys, and says which key is missing', async () => {
      const old = open({ keys: [{ id: 'k1', secret }] })
      await old.put(entryFor('anna@icloud.com'), body, null)
      const none = open()
      const [unread] = await claimed(none)
      expect(unread).toMatchObject({ body: null, problem: expect.stringContaining('"k1"') as string })
      await none.release(unread!, unread!.entry!, Date.now())
      const both = open({
        keys: [
          { id: 'k2', secret: `${secret}!` },
          { id: 'k1', secret },
        ],
      })
      const [read] = await claimed(both)
      expect(Buffer.from(read!.body!).equals(body)).toBe(true)
    })

    it('refuses everything after it was closed, until it is opened again', async () => {
      const outbox = open()
      await outbox.put(entryFor('anna@icloud.com'), body, null)
      await outbox.close()
      await outbox.close()
      await expect(outbox.put(entryFor('b@icloud.com'), body, null)).rejects.toMatchObject({
        code: 'EOUTBOXCLOSED',
      })
      await outbox.open()
      expect(await outbox.size()).toMatchObject({ waiting: 1 })
    })
  })
}
