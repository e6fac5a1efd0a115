import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import type { HMail, QueueModule } from './haraka.ts'
import { loadWhenDue } from './load-when-due.ts'

const READ = 1_000_000

let begun: string[]
let queue: QueueModule

beforeEach(() => {
  begun = []
  queue = { cur_time: new Date(READ), _add_hmail: ({ todo }) => begun.push(`Haraka's way: ${todo?.domain}`) }
  const delivery_queue = { push: ({ todo }: HMail) => begun.push(`at once: ${todo?.domain}`) }
  loadWhenDue(queue, { delivery_queue }, (domain) => Promise.resolve(domain === 'icloud.com'))
})

/** Has Haraka take up a message, and read it. */
async function load(domain: string, dueAt: number): Promise<void> {
  const hmail = Object.assign(new EventEmitter(), { next_process: dueAt, todo: { domain } })
  queue._add_hmail?.(hmail as unknown as HMail)
  hmail.emit('ready')
  await turn()
}

it('a message to Apple that was put off and has been read goes at once', async () => {
  await load('icloud.com', READ + 1)
  expect(begun).toEqual(['at once: icloud.com'])
})

it('other mail, and what was due when the queue was read, is left to Haraka', async () => {
  await load('example.org', READ + 1)
  await load('icloud.com', READ)
  expect(begun).toEqual(["Haraka's way: example.org", "Haraka's way: icloud.com"])
})

it('a Haraka that loads in another way is left as it is', () => {
  const other: QueueModule = {}
  loadWhenDue(other, { delivery_queue: { push() {} } }, () => true)
  expect(other).toEqual({})
})
