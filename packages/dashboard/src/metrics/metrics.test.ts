import { afterEach, beforeEach, expect, it } from 'vitest'
import { replies, world, type World } from '../world.test.fixture.ts'
import { Metrics } from './metrics.ts'

let w: World

beforeEach(async () => {
  w = await world()
})
afterEach(() => w.close())

const metrics = async (): Promise<string> => (await w.get('/metrics')).text()

it('counts outcomes, replies, alerts and actions, and tells holds, rates and suppressions', async () => {
  await metrics()
  await w.deliver('anna@icloud.com', { stream: 'marketing' })
  await w.reply(replies.invalid, 'bert@icloud.com')
  for (let i = 0; i < 3; i++) await w.reply(replies.blocked, `r${i}@icloud.com`)
  await w.post('/api/actions/mark-important', { address: 'anna@icloud.com', important: true })
  for (const line of [
    'icloud_outcomes_total{action="delivered",lane="default",stream="marketing"} 1',
    'icloud_replies_total{rule="invalid-recipient",action="suppress"} 1',
    'icloud_dashboard_alerts_total{kind="ip-blocked"} 1',
    'icloud_dashboard_actions_total{action="mark-important"} 1',
    'icloud_holds{scope="sending-ip",rule="proofpoint-block"} 1',
    'icloud_attempts{window="hour"} 5',
    'icloud_bounce_ratio{window="hour"} 0.2',
    'icloud_ledger_up 1',
    'icloud_incidents_open 0',
    'icloud_suppressed_addresses 1',
  ])
    await expect.poll(metrics).toContain(line)
})

it('keeps the sets of labels small, whatever lanes and streams are called', async () => {
  await metrics()
  for (let i = 0; i < 120; i++)
    await w.deliver('anna@icloud.com', { lane: `lane-${i}`, stream: `stream "${i}"\n` })
  await expect.poll(metrics).toContain('lane="other"')
  const text = await metrics()
  expect(new Set(text.match(/lane="[^"]*"/g)).size).toBeLessThanOrEqual(51)
  expect(new Set(text.match(/stream="(?:[^"\\]|\\.)*"/g)).size).toBeLessThanOrEqual(51)
  // Only the Prometheus format: no line that is not one.
  expect(text.split('\n').filter((line) => !/^(?:#|[a-z_]+(?:\{.*\})? [-\d.e+]+$|$)/.test(line))).toEqual([])
})

it('says that the ledger is out of reach, instead of nothing', async () => {
  expect(await metrics()).toContain('icloud_incidents_open 0')
  await w.engine.ledger.close()
  const text = await metrics()
  expect(text).toContain('icloud_ledger_up 0')
  expect(text).not.toMatch(/^icloud_(?:incidents_open|suppressed_addresses) /m)
})

it('leaves out how many are suppressed as long as that is not known', async () => {
  let known: number | null = 200
  const counting = new Metrics(w.engine, () => known)
  const shown = async (): Promise<string | undefined> =>
    /^icloud_suppressed_addresses (.*)$/m.exec(await counting.text())?.[1]
  expect(await shown()).toBe('200')
  known = null
  expect(await shown()).toBeUndefined()
  known = 201
  expect(await shown()).toBe('201')
})
