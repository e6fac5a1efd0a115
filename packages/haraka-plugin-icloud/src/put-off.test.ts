import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { run, type Haraka } from './haraka.test.fixture.ts'
import { Latch } from './latch.test.fixture.ts'
import { internalCommand } from './internal-command.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

afterEach(() => stage?.close())

/** What is put off stays so while a test runs, and there are connections enough for a message that comes twice. */
async function set(nodes: number): Promise<void> {
  stage = await setStage({
    haraka: {
      nodes,
      config: {
        'log.ini': '[main]\nlevel=info\n',
        'icloud_policy.json': JSON.stringify({
          lanes: { '*': { ceiling: 20, start: 20, floor: 20, reserve: 0, lowestShare: 0 } },
          rules: { 'service-unavailable': { waitsSeconds: [3600] } },
        }),
      },
    },
    icloud: ['[policy]', 'time_scale=1'],
  })
  stage.apple.script('late@icloud.com', [{ rule: 'service-unavailable' }, { accept: true }])
}

const send = (to: string): Promise<string> => stage.haraka.send({ from: 'a@example.com', to: [to] })

/** The name of a queue file says when it is due. */
const isLater = (name: string): boolean => Number(name.split('_')[1]) > Date.now() + 60_000

/** Resolves when the message is in Haraka's queue for later. */
async function putOff(): Promise<void> {
  await send('late@icloud.com')
  await vi.waitUntil(() => readdirSync(path.join(stage.haraka.dir, 'queue')).some(isLater), {
    timeout: 50_000,
    interval: 25,
  })
}

/**
 * Makes everything due until the log says what comes of it: the queue file has its new name a moment before the message has its
 * place in the queue.
 */
async function drainUntilLogged(what: string | RegExp): Promise<string> {
  const { haraka } = stage
  const drain = (): boolean => haraka.process.kill('SIGHUP')
  drain()
  const again = setInterval(drain, 1000)
  try {
    return await haraka.logged(what)
  } finally {
    clearInterval(again)
  }
}

/** What `haraka --qunstick icloud.com` says to the running one. */
const unstick = ({ port }: Haraka): Promise<void> => internalCommand(port, 'flushQueue icloud.com')

const arrived = (): string[] => stage.apple.messages.flatMap(({ recipients }) => recipients).toSorted()

describe('mail that was put off', () => {
  it.each([0, 1])(
    'goes at once with --qunstick <domain>, and what is under way goes once, nodes=%i',
    async (nodes) => {
      await set(nodes)
      await putOff()
      const others = ['m0@icloud.com', 'm1@icloud.com', 'm2@icloud.com']
      const taken = new Latch()
      for (const one of others) stage.apple.script(one, [{ accept: true, phase: 'eod', until: taken.opened }])
      await Promise.all(others.map(send))
      await stage.apple.waitFor(() => others.every((one) => stage.tries(one) === 1))
      await unstick(stage.haraka)
      await stage.delivered('late@icloud.com')
      taken.open()
      await stage.emptyQueue()
      expect(arrived()).toEqual(['late@icloud.com', ...others])
      for (const one of others) expect(stage.tries(one)).toBe(1)
      expect(stage.haraka.log.filter((line) => /ENOENT|no longer in the queue/.test(line))).toEqual([])
    },
  )

  it('is tried when it is due although Haraka was started again meanwhile', async () => {
    await set(0)
    await putOff()
    await stage.haraka.kill()
    const again = await run(stage.haraka.dir)
    try {
      await again.logged(/1 files in my temp fail queue/)
      // It makes everything due. Haraka alone would read the file now, and wait another hour.
      again.process.kill('SIGHUP')
      await stage.delivered('late@icloud.com')
      expect(arrived()).toEqual(['late@icloud.com'])
    } finally {
      await again.kill()
    }
  })

  it('is given up when somebody has taken its queue file away, also while all is held', async () => {
    await set(0)
    await putOff()
    await send('proofpoint-block@icloud.com')
    await stage.haraka.logged(/<proofpoint-block@icloud.com> .*action=hold/)
    const queue = path.join(stage.haraka.dir, 'queue')
    await vi.waitUntil(() => readdirSync(queue).every(isLater), {
      timeout: 50_000,
      interval: 25,
    })
    for (const name of readdirSync(queue)) rmSync(path.join(queue, name))
    await drainUntilLogged(/<late@icloud.com> .*action=held/)
    await stage.haraka.logged('is no longer in the queue')
    expect(stage.tries('late@icloud.com')).toBe(1)
    expect(stage.mailboxes.messages).toEqual([])
  })

  it('is given up when somebody has taken its queue file away, and keeps no connection', async () => {
    await set(0)
    await putOff()
    const queue = path.join(stage.haraka.dir, 'queue')
    for (const name of readdirSync(queue)) rmSync(path.join(queue, name))
    expect(await drainUntilLogged('is no longer in the queue')).toContain('[ERROR]')
    await send('next@icloud.com')
    await stage.delivered('next@icloud.com')
    expect(stage.tries('late@icloud.com')).toBe(1)
    expect(stage.mailboxes.messages).toEqual([])
  })
})
