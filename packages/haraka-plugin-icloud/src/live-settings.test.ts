import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ageless, setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: { nodes: 1 },
    icloud: ['[main]', 'stream_header=X-Kind', 'stream=news'],
  })
})

afterAll(() => stage?.close())

/** Writes the file anew and waits until the master and the worker have read it. Haraka takes 5 s for that. */
async function rewrite(change: (text: string) => string): Promise<void> {
  const file = path.join(stage.haraka.dir, 'config', 'icloud.ini')
  const before = reloads('icloud.ini')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  await vi.waitUntil(() => reloads('icloud.ini') === before + 2, { timeout: 50_000, interval: 25 })
}

function reloads(name: string): number {
  return logged('Reloaded file').filter((line) => line.includes(name)).length
}

function logged(what: string): string[] {
  return stage.haraka.log.filter((line) => line.includes(what))
}

it.concurrent('config/icloud_policy.json is read again, and is in force for mail from then on', async () => {
  const policy = {
    ...ageless,
    jitter: 'some',
    probeLeaseSeconds: 5,
    rules: { 'mailbox-full': { waitsSeconds: [7200] } },
  }
  writeFileSync(path.join(stage.haraka.dir, 'config', 'icloud_policy.json'), JSON.stringify(policy))
  await stage.haraka.logged('config/icloud_policy.json was read again and is in force')
  // The last of its lines, which may come in another chunk.
  await stage.haraka.logged('config/icloud_policy.json: Haraka has to be restarted')
  expect(logged('icloud_policy.json jitter: expected a number from 0 to 1')).toHaveLength(1)
  expect(
    logged('icloud_policy.json: Haraka has to be restarted for probeLeaseSeconds; keeping the former value'),
  ).toHaveLength(1)
  // The worker reads it at its own time.
  await vi.waitUntil(() => reloads('icloud_policy.json') === 2, { timeout: 50_000, interval: 25 })
  stage.apple.script('full@icloud.com', [{ rule: 'mailbox-full' }])
  const before = Date.now()
  await stage.haraka.send({ from: 'a@example.com', to: ['full@icloud.com'] })
  const line = await stage.haraka.logged(/<full@icloud\.com> rule=mailbox-full .*action=retry next=/)
  const next = Date.parse(/next=(\S+)/.exec(line)?.[1] ?? '')
  // The waits of the policy before are shorter than seconds.
  expect(next - before).toBeGreaterThanOrEqual(7_200_000)
})

it.concurrent('config/icloud.ini is read again; a wrong value is one line and leaves the former one in force', async () => {
  await rewrite((text) =>
    text
      .replace('X-Kind', 'X-Sort')
      .replace('stream=news', 'stream=no name\nstream_heather=X')
      .concat('\n[main]\nledger=memory:\n'),
  )
  await stage.haraka.logged('config/icloud.ini was read again: [main] stream_header changed')
  await stage.haraka.logged('config/icloud.ini: Haraka has to be restarted')
  expect(logged('config/icloud.ini [main] stream: ')).toEqual([
    expect.stringMatching(/expected a name of .*, found "no name"; keeping news$/),
  ])
  expect(logged('stream_heather: no such option')).toHaveLength(1)
  expect(logged('has to be restarted for [main] ledger; keeping the former value')).toHaveLength(1)

  const headers = { 'X-Kind': 'marketing', 'X-Sort': 'marketing' }
  await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'], headers })
  await stage.delivered('anna@icloud.com')
  const [message] = stage.apple.messages
  expect(message?.raw.toString()).toContain('X-Kind: marketing')
  expect(message?.raw.toString()).not.toContain('X-Sort')
})
