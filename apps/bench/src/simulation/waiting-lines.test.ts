import type { HoldRef } from '@icloud-delivery/engine'
import { expect, it } from 'vitest'
import type { Letter } from './sender.ts'
import { WaitingLines } from './waiting-lines.ts'

const hold: HoldRef = { scope: 'sending-ip', id: '192.0.2.10' }
const letter = (who: number): Letter => ({
  who,
  recipient: `reader${who}@icloud.com`,
  sender: 'bounces@shop.example.com',
  stream: 'marketing',
  lane: hold.id,
  messageId: `<${who}>`,
  campaign: undefined,
  acceptedAt: 0,
  due: 0,
  isUnderWay: false,
})

function lineOf(count: number): WaitingLines {
  const lines = new WaitingLines()
  for (let who = 0; who < count; who++) lines.join(hold, letter(who), 100)
  return lines
}

it('asks for the first one only while the hold lasts, when its time has come', async () => {
  const lines = lineOf(5000)
  const asked: number[] = []
  const ask = async ({ who }: Letter): Promise<number> => {
    asked.push(who)
    return 200
  }
  for (let second = 0; second < 150; second++) await lines.move(second, ask)
  expect(asked).toEqual([0])
  lines.wake(hold, 160)
  for (let second = 150; second < 170; second++) await lines.move(second, ask)
  expect(asked).toEqual([0, 0])
})

it('lets all others follow in their order, a few each second, once the first may go', async () => {
  const lines = lineOf(5000)
  const asked: number[] = []
  let most = 0
  for (let second = 100; !lines.isEmpty; second++) {
    const before = asked.length
    await lines.move(second, async ({ who }) => {
      asked.push(who)
      return null
    })
    most = Math.max(most, asked.length - before)
  }
  expect(asked).toEqual(Array.from({ length: 5000 }, (_, who) => who))
  expect(most).toBe(10)
  expect(lines.longest).toBe(5000)
})
