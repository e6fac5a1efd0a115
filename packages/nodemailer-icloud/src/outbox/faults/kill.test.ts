import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { expect, it, onTestFinished } from 'vitest'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'
import { KilledApps, sequence } from './killed-app.test.fixture.ts'

const mails = 200
/** Applications in one process, that die at once, each at a point of its own. */
const apps = 10
const processes = 30
/** What happens to one mail: stored, MAIL, RCPT, DATA, final dot, message, done. */
const stepsOfMail = 7

it(`loses nothing, and sends twice only what it could not know of, killed at ${apps * processes} points`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-kill-'))
  const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  const about = `seed ${seed}`
  const random = sequence(seed)
  const simulator = await startSimulator({ starttls: false })
  const files = Array.from({ length: apps }, (_, app) => join(directory, `${app}.db`))
  const outboxes = files.map((file) => ({ file }))
  const killed = new KilledApps(simulator, outboxes, mails, join(directory, 'compiled'))
  onTestFinished(async () => {
    killed.end()
    await simulator.close()
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
  })
  // Of what is left, so much that even the last one is killed in the middle, whatever the seed.
  for (let left = processes; left > 0; left--) {
    expect(killed.isOver, about).toBe(false)
    const steps = (mails * apps - killed.arrivals.size) * stepsOfMail
    await killed.run(1 + Math.floor((random() * 2 * steps) / (left + 6)))
  }
  await killed.run(Infinity)

  expect(killed.wrong, about).toEqual([])
  expect(killed.arrivals.size, about).toBe(mails * apps)
  for (const file of files) {
    const outbox = sqliteOutbox(file)
    expect(await outbox.size(), about).toEqual({ waiting: 0, dead: 0, bytes: 0 })
    await outbox.close()
  }
  // Those of which the server had the body, and the outbox did not know it yet: one for each connection at most.
  expect(killed.twice, about).toBeLessThanOrEqual(5 * apps * processes)
  console.log(
    `${about}: ${apps * processes} points, ${mails * apps} mails, ${killed.twice} arrivals too many`,
  )
}, 1_800_000)
