import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const built = pathToFileURL(path.resolve(import.meta.dirname, '../dist/worker-numbers.js')).href

/** The master hangs up while the worker counts, as for a graceful restart; the worker has mail to deliver yet. */
const replaced = (count: string): string => `
import cluster from 'node:cluster'
import { answerMaster } from ${JSON.stringify(built)}
if (cluster.isPrimary) {
  const worker = cluster.fork()
  worker.on('message', (said) => {
    if (said === 'ready') worker.send({ type: 'icloud-numbers?' })
    if (said === 'counting') worker.disconnect()
  })
  worker.on('exit', (code) => console.log('worker ended with ' + code))
} else {
  const delivering = setInterval(() => {}, 1000)
  answerMaster(() => {
    process.send('counting')
    return new Promise((resolve, reject) => process.once('disconnect', () => {
      setImmediate(() => setImmediate(() => { clearInterval(delivering); process.exit(42) }))
      ${count}
    }))
  })
  process.send('ready')
}
`

it.each([
  ['counts', 'resolve([])'],
  ['cannot count', 'reject(new Error("no numbers"))'],
])('a worker that is replaced while it %s goes on', async (_what, count) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'haraka-icloud-numbers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const script = path.join(folder, 'replaced.mjs')
  writeFileSync(script, replaced(count))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(said).toBe('worker ended with 42\n')
})
