import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { HMail, Mx, OutboundSocket } from './haraka.ts'
import { keepSockets, type Keeper } from './sockets.ts'
import { Turns, type Turn } from './turns.ts'
import type { Slot } from '@icloud-delivery/engine'

/** A socket as Haraka makes it: one on the outside, others beneath. */
class FakeSocket extends EventEmitter {
  targetsocket = new Beneath()
  readonly times: number[] = []
  readonly written: unknown[] = []
  isDestroyed = false
  write(chunk: unknown): boolean {
    this.written.push(chunk)
    return true
  }
  setTimeout(ms: number): void {
    this.times.push(ms)
  }
  destroy(): void {
    this.isDestroyed = true
  }
  upgrade(): void {
    this.targetsocket.removeAllListeners('close')
    this.targetsocket = new Beneath()
  }
}

class Beneath extends EventEmitter {
  closed = false
  readonly times: number[] = []
  setTimeout(ms: number): void {
    this.times.push(ms)
  }
}

interface World {
  hmail: HMail
  turns: Turns
  turn: Turn
  released: ({ unused?: boolean } | undefined)[]
  connected: Mx[]
  bounded: [Mx, number][]
}

async function world(settings: Partial<Keeper['settings']> = {}): Promise<World> {
  const released: ({ unused?: boolean } | undefined)[] = []
  const slot = { lane: 'bulk', release: (options) => released.push(options) } as Partial<Slot> as Slot
  const turns = new Turns({
    enter: () => Promise.resolve({ decision: 'go', slot, retryAt: null, reason: '' }),
  })
  const connected: Mx[] = []
  const bounded: [Mx, number][] = []
  const hmail = {
    mxlist: [{ exchange: '192.0.2.1' }, { exchange: '2001:db8::1' }] as Mx[],
    try_deliver() {
      connected.push(...(this.mxlist ?? []))
    },
    try_deliver_host_on_socket() {},
  } as Partial<HMail> as HMail
  const keeper: Keeper = {
    turns,
    settings: {
      laneIps: new Map(),
      laneHelos: new Map(),
      connectTimeOut: 30_000,
      replyTimeOut: 300_000,
      dotTimeOut: 600_000,
      ...settings,
    },
    boundConnect: (mx, ms) => void bounded.push([mx, ms]),
  }
  expect(keepSockets(keeper, hmail)).toBe(true)
  await new Promise<void>((resolve, reject) => {
    turns.enter({ hmail, request: {}, entered: resolve, failed: reject })
  })
  const turn = turns.of(hmail)
  if (!turn) throw new Error('no turn')
  return { hmail, turns, turn, released, connected, bounded }
}

function speak(hmail: HMail): FakeSocket {
  const socket = new FakeSocket()
  hmail.try_deliver_host_on_socket?.(
    { exchange: '192.0.2.1' },
    '192.0.2.1',
    25,
    socket as unknown as OutboundSocket,
  )
  return socket
}

describe('the time-outs', () => {
  it('are 300 s for a reply and 600 s for the one to the final dot, and 30 s to connect', async () => {
    const { hmail, bounded } = await world()
    hmail.try_deliver?.()
    expect(bounded.map(([, ms]) => ms)).toEqual([30_000, 30_000])
    const socket = speak(hmail)
    for (const command of ['EHLO mail.example.com\r\n', 'DATA\r\n', '.\r\n']) socket.write(command)
    expect(socket.times).toEqual([300_000, 600_000])
    // A line of the message that is a dot comes as a buffer.
    socket.write(Buffer.from('.\r\n'))
    expect(socket.times).toHaveLength(2)
  })

  it('are not cut short by the socket that STARTTLS leaves beneath', async () => {
    const { hmail } = await world()
    const socket = speak(hmail)
    const { targetsocket: old } = socket
    socket.upgrade()
    expect(old.times).toEqual([0])
  })

  it('end a connection whose server never answers QUIT', async () => {
    const { hmail } = await world()
    const socket = speak(hmail)
    socket.emit('timeout')
    expect(socket.isDestroyed).toBe(false)
    socket.write('QUIT\r\n')
    expect(socket.times.at(-1)).toBe(30_000)
    socket.emit('timeout')
    expect(socket.isDestroyed).toBe(true)
  })

  it('end a connection that the server leaves open after its answer to QUIT', async () => {
    const { hmail } = await world()
    const socket = speak(hmail)
    socket.emit('line', '250 2.0.0 Ok')
    socket.write('QUIT\r\n')
    socket.emit('line', '221 2.0.0 Bye')
    expect(socket.times).toEqual([300_000, 30_000, 2000])
    socket.emit('timeout')
    expect(socket.isDestroyed).toBe(true)
  })
})

describe('a connection of a lane', () => {
  it('is given back when the attempt is over and all sockets are closed, also after STARTTLS', async () => {
    const { hmail, turns, released } = await world()
    const socket = speak(hmail)
    const beneath = socket.targetsocket
    socket.upgrade()
    turns.over(hmail)
    expect(released).toEqual([])
    beneath.emit('close')
    beneath.emit('close')
    expect(released).toEqual([{ unused: false }])
  })

  it('counts for nothing if no socket was opened', async () => {
    const { hmail, turns, released } = await world()
    turns.over(hmail)
    turns.over(hmail)
    expect(released).toEqual([{ unused: true }])
  })

  it('is kept from one host to the next', async () => {
    const { hmail, turns, released } = await world()
    speak(hmail).targetsocket.emit('close')
    expect(released).toEqual([])
    const socket = speak(hmail)
    turns.over(hmail)
    expect(released).toEqual([])
    socket.targetsocket.emit('close')
    expect(released).toHaveLength(1)
  })

  it('leaves from the address and with the name of its lane, to hosts of the same family', async () => {
    const { hmail, connected } = await world({
      laneIps: new Map([['bulk', '198.51.100.7']]),
      laneHelos: new Map([['bulk', 'bulk.example.com']]),
    })
    hmail.try_deliver?.()
    expect(connected).toEqual([
      { exchange: '192.0.2.1', bind: '198.51.100.7', bind_helo: 'bulk.example.com' },
    ])
  })
})
