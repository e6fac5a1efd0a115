import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Hold } from '@icloud-delivery/engine'
import type { HMail, Outbound } from './haraka.ts'
import { Parked } from './parked.ts'

const lane = { scope: 'sending-ip', id: 'default' } as const
const stream = { scope: 'stream', id: 'default/marketing' } as const
const open = (ref: typeof lane | typeof stream, until: number): Hold => ({
  ...ref,
  rule: 'proofpoint-block',
  since: 0,
  until,
  reply: '550 5.7.0 Blocked',
})

/** Haraka's two queues, by file name. */
let asleep: Set<string>
let pushed: string[]
let holds: Hold[]
let parked: Parked

function sleeper(filename: string, acceptedAt = 0): HMail {
  asleep.add(filename)
  return { filename, refcount: 1, todo: { queue_time: acceptedAt } } as HMail
}

beforeEach(() => {
  vi.useFakeTimers()
  asleep = new Set()
  pushed = []
  holds = []
  const outbound = {
    delivery_queue: { push: ({ filename }: HMail) => pushed.push(filename) },
    temp_fail_queue: {
      discard(id: string) {
        if (!asleep.delete(id)) throw new Error(`${id} not found`)
      },
    },
  } as unknown as Outbound
  parked = new Parked({
    outbound: () => outbound,
    waitedFor: () => Promise.resolve(holds),
    priorityOf: ({ filename }) => (filename.startsWith('news') ? 2 : 0),
    clock: () => 1000,
    pollMs: 60_000,
    error: (message) => expect.fail(message),
  })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('Parked', () => {
  it('wakes what waits for the hold that ended, and what may wait for it', () => {
    parked.add(sleeper('lane'), [lane])
    parked.add(sleeper('stream'), [stream])
    parked.add(sleeper('any'), null)
    parked.released(lane)
    expect(pushed).toEqual(['lane', 'any'])
  })

  it('wakes nothing that is on its way already: it would be sent twice', () => {
    const hmail = sleeper('due')
    parked.add(hmail, [lane])
    asleep.delete('due')
    parked.released(lane)
    parked.delete(hmail)
    parked.released(lane)
    vi.advanceTimersByTime(50)
    expect(pushed).toEqual([])
  })

  it('wakes as many as a hold lets through, the oldest first', () => {
    for (const name of ['a', 'b', 'c', 'd']) parked.add(sleeper(name), [stream])
    parked.add(sleeper('lane'), [lane])
    parked.halfOpen(stream, 3)
    expect(pushed).toEqual(['a', 'b', 'c'])
    parked.halfOpen(stream, 3)
    expect(pushed).toEqual(['a', 'b', 'c', 'd'])
  })

  it('wakes each message once, and none that has gone on', () => {
    const gone = sleeper('gone')
    parked.add(gone, [lane])
    parked.add(sleeper('once'), [lane, stream])
    parked.delete(gone)
    parked.released(lane)
    parked.released(stream)
    expect(pushed).toEqual(['once'])
  })

  it('wakes by stream priority, then age, and some at a time', async () => {
    vi.useRealTimers()
    for (let count = 0; count < 300; count++) parked.add(sleeper(`news${count}`, 1000 - count), [lane])
    parked.add(sleeper('second', 900), [lane, stream])
    parked.add(sleeper('first', 800), null)
    parked.released(lane)
    expect(pushed.length).toBeLessThan(200)
    await vi.waitUntil(() => asleep.size === 0, { timeout: 50_000 })
    expect(pushed.slice(0, 4)).toEqual(['first', 'second', 'news299', 'news298'])
    expect(pushed).toHaveLength(302)
  })

  it('wakes a message that was still on its way into the queue', async () => {
    const hmail = sleeper('late')
    asleep.delete('late')
    parked.add(hmail, [lane])
    parked.released(lane)
    asleep.add('late')
    await vi.advanceTimersByTimeAsync(50)
    expect(pushed).toEqual(['late'])
  })

  it('does not look for ever for a message that another plugin has had deleted', async () => {
    const hmail = sleeper('deleted')
    parked.add(hmail, [lane])
    asleep.delete('deleted')
    hmail.refcount = 0
    parked.released(lane)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([parked.size, vi.getTimerCount(), pushed]).toEqual([0, 0, []])
  })

  it('finds out by itself what another process has released', async () => {
    parked.add(sleeper('lane'), [lane])
    parked.add(sleeper('stream'), [stream])
    holds = [open(stream, 2000)]
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pushed).toEqual(['lane'])
    holds = []
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pushed).toEqual(['lane', 'stream'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves those who do not read alone while their stream goes on with those who read', async () => {
    const readers = { ...stream, engagedOnly: true } as const
    parked.add(sleeper('waits for the hold'), [stream])
    parked.add(sleeper('does not read'), [readers])
    holds = [{ ...open(stream, 2000), engagedOnly: true }]
    parked.halfOpen(stream, 3)
    parked.released(stream)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(pushed).toEqual(['waits for the hold'])
    holds = []
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pushed).toEqual(['waits for the hold', 'does not read'])
  })

  it('sends one ahead if a probe is due', async () => {
    parked.add(sleeper('first'), [lane])
    parked.add(sleeper('second'), [lane])
    holds = [open(lane, 1000)]
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pushed).toEqual(['first'])
  })
})
