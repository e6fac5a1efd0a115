import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { withoutPackage } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** The numbers, by name and labels. */
async function numbers(stage: Stage): Promise<Map<string, number>> {
  const line = await stage.haraka.logged(/metrics: http/)
  const [url = ''] = /http\S+/.exec(line) ?? []
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = (await response.text()).split('\n').filter((one) => one !== '' && !one.startsWith('#'))
  return new Map(
    lines.map((one) => [one.slice(0, one.lastIndexOf(' ')), Number(one.slice(one.lastIndexOf(' ') + 1))]),
  )
}

it.each([0, 2])(
  'nodes=%i: counts decisions and deliveries over all processes',
  { timeout: 180_000 },
  async (nodes) => {
    const stage = await setStage({
      apple: { connection: [{ accept: true }] },
      haraka: { nodes },
      icloud: ['[metrics]', 'listen=127.0.0.1:0', '[policy]', 'time_scale=1'],
    })
    try {
      for (const name of ['one', 'two', 'three']) {
        stage.apple.script(`${name}@icloud.com`, [{ rule: 'invalid-recipient' }])
        await stage.haraka.send({ from: 'a@example.com', to: [`${name}@icloud.com`] })
      }
      await stage.dsns('a@example.com', 3)
      await stage.haraka.send({
        from: 'b@example.com',
        to: ['anna@icloud.com'],
        headers: { 'X-Stream': 'marketing' },
      })
      await stage.delivered('anna@icloud.com')
      stage.apple.script('block@icloud.com', [{ rule: 'proofpoint-block' }])
      await stage.haraka.send({ from: 'b@example.com', to: ['block@icloud.com'] })
      await stage.haraka.logged(/<block@icloud\.com> rule=proofpoint-block/)
      await stage.emptyQueue(1)

      const decided = (action: string, rule: string, stream: string): string =>
        `icloud_decisions_total{action="${action}",rule="${rule}",stream="${stream}"}`
      const expected: [name: string, value: number][] = [
        [decided('suppress', 'invalid-recipient', 'transactional'), 3],
        [decided('delivered', '', 'marketing'), 1],
        [decided('hold', 'proofpoint-block', 'transactional'), 1],
        ['icloud_parked_messages', 1],
        ['icloud_alerts_total{kind="ip-blocked"}', 1],
        ['icloud_holds{scope="sending-ip",rule="proofpoint-block"}', 1],
      ]
      // What cannot be had in time, as on a machine that stands still, is left out for once.
      await vi.waitFor(
        async () => {
          const now = await numbers(stage)
          expect(expected.map(([name]) => [name, now.get(name)])).toEqual(expected)
        },
        { timeout: 50_000, interval: 100 },
      )
    } finally {
      await stage.close()
    }
  },
)

it(
  'a worker that is only starting, as in place of one that crashed, does not keep the numbers of the others back',
  { timeout: 180_000 },
  async () => {
    // It stands still before it loads our plugin, until the file is gone.
    const slow = `
const fs = require('node:fs')
const { isPrimary } = require('node:cluster')
if (!isPrimary) {
  const file = process.env.HARAKA + '/slow'
  while (fs.existsSync(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
}`
    const stage = await setStage({
      haraka: { nodes: 2, ownPlugins: { slow } },
      icloud: ['[metrics]', 'listen=127.0.0.1:0'],
    })
    const { dir, log, process: master } = stage.haraka
    try {
      await Promise.all([1, 2].map((worker) => stage.haraka.logged(`worker ${worker} listening`)))
      await vi.waitFor(async () => expect((await numbers(stage)).get('icloud_parked_messages')).toBe(0), {
        timeout: 50_000,
        interval: 100,
      })
      writeFileSync(path.join(dir, 'slow'), '')
      const [worker] = readFileSync(`/proc/${master.pid}/task/${master.pid}/children`, 'utf8').split(' ')
      process.kill(Number(worker), 'SIGKILL')
      await stage.haraka.logged(/killed by signal SIGKILL/)
      // The other one may stand still for once, with the machine.
      await vi.waitFor(async () => expect((await numbers(stage)).get('icloud_parked_messages')).toBe(0), {
        timeout: 50_000,
        interval: 100,
      })
      expect(log.filter((line) => line.includes('metrics: Error: worker 3 '))).toEqual([])
    } finally {
      rmSync(path.join(dir, 'slow'), { force: true })
      await stage.close()
    }
  },
)

it('the ledger is out of reach: what is counted is served all the same, and nothing else is', async () => {
  const stage = await setStage({
    icloud: ['[metrics]', 'listen=127.0.0.1:0', '[main]', 'ledger=redis://127.0.0.1:1'],
  })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
    await stage.emptyQueue()
    const now = await numbers(stage)
    expect(now.get('icloud_decisions_total{action="delivered",rule="",stream="transactional"}')).toBe(1)
    expect([...now.keys()].filter((name) => name.startsWith('icloud_lane'))).toEqual([])
    const [url = ''] = /http\S+/.exec(await stage.haraka.logged(/metrics: http/)) ?? []
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  } finally {
    await stage.close()
  }
})

it('without prom-client: a line that says what to do, and mail goes on', async () => {
  const ownPlugins = { missing: withoutPackage('prom-client') }
  const stage = await setStage({ haraka: { ownPlugins }, icloud: ['[metrics]', 'listen=127.0.0.1:0'] })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
    expect(stage.haraka.log.filter((line) => line.includes('npm install prom-client'))).toHaveLength(1)
  } finally {
    await stage.close()
  }
})

it('an address that is taken is a line in the log, and mail goes on', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const stage = await setStage({ icloud: ['[metrics]', `listen=127.0.0.1:${port}`] })
  try {
    expect(await stage.haraka.logged(/metrics: .*EADDRINUSE/)).toContain('[ERROR]')
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
  } finally {
    await stage.close()
    other.close()
  }
})

it(
  'follows [metrics] listen while Haraka runs: to an address, and to none',
  { timeout: 180_000 },
  async () => {
    const stage = await setStage({ haraka: { nodes: 1 } })
    const file = path.join(stage.haraka.dir, 'config', 'icloud.ini')
    const write = (listen: string): void =>
      writeFileSync(file, `${readFileSync(file, 'utf8').split('[metrics]')[0]}[metrics]\n${listen}\n`)
    const read = (count: number): Promise<unknown> =>
      vi.waitUntil(
        () =>
          stage.haraka.log.filter((line) => line.includes('was read again: [metrics] listen')).length ===
          count,
        { timeout: 50_000, interval: 25 },
      )
    try {
      write('listen=127.0.0.1:0')
      const [url = ''] = /http\S+/.exec(await stage.haraka.logged(/metrics: http/)) ?? []
      expect((await fetch(url)).status).toBe(200)
      write('')
      await read(2)
      await expect(fetch(url)).rejects.toThrow(/fetch failed/)
    } finally {
      await stage.close()
    }
  },
)
