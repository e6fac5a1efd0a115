// Run as a process of its own: `node maildir-reader.test.fixture.ts <ledger file> <Maildir> <keep | mark>`.
import { createEngine } from '@icloud-delivery/engine'
import { createFeedback } from '../../recorder/feedback.ts'
import { createBounces } from '../bounces.ts'
import { now, returnPath } from '../bounces.test.fixture.ts'

const [, , file = '', directory = '', what = ''] = process.argv
const clock = (): number => now
const engine = createEngine({ ledger: `file:${file}`, clock })
const bounces = createBounces({ feedback: createFeedback({ engine }), returnPath, clock })
for await (const { recipient, status } of bounces.maildir(directory, { keep: what === 'keep' }))
  process.stdout.write(`${recipient} ${status}\n`)
await engine.close()
