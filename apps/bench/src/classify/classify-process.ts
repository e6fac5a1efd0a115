import type { ReplyContext } from '@icloud-delivery/rules'
import { cpuMicros } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import { doubleTable } from './double-table.ts'
import { mixedReplies, type MixedReply } from './mixed-replies.ts'
import { classifyNaively } from './naive-rules.ts'
import { batch, type ClassifyRun, type ClassifyTask } from './task.ts'
import { UniqueTexts } from './unique-texts.ts'

const task = JSON.parse(process.argv[2] ?? '') as ClassifyTask
if (task.table === 'doubled') doubleTable()
const { classify, rules } = await import('@icloud-delivery/rules')
if (rules.some(({ id }) => id.endsWith('-again')) !== (task.table === 'doubled')) {
  throw new Error('the table of rules was to be doubled and is not; see double-table.ts')
}

const replies = mixedReplies(rules).filter(({ apple }) => apple || task.replies === 'mixed')
const texts = new UniqueTexts(replies.map(({ text }) => text))
const contexts = replies.map(contextOf)

function contextOf({ mx, recipient }: MixedReply): ReplyContext {
  if (task.known === 'host') return { mx }
  return task.known === 'recipient' ? { recipient } : {}
}

/** How many have a rule: the result is looked at, so that no compiler leaves the work out. */
function classifyOurs(some: readonly string[]): number {
  let ruled = 0
  for (let i = 0, at = 0; i < some.length; i++) {
    if (classify(some[i]!, contexts[at]).rule !== null) ruled++
    at = at + 1 === contexts.length ? 0 : at + 1
  }
  return ruled
}

function classifyOthers(some: readonly string[]): number {
  let ruled = 0
  for (let i = 0; i < some.length; i++) if (classifyNaively(some[i]!) !== null) ruled++
  return ruled
}

const classifyAll = task.classifier === 'ours' ? classifyOurs : classifyOthers

/** Replies a second of CPU time of one core. */
serve(({ replies: count }: ClassifyRun): number => {
  let micros = 0
  let ruled = 0
  for (let done = 0; done < count; done += batch) {
    const some = texts.next(batch)
    // The texts are not what is measured, nor is getting rid of the former ones. A major collection would throw away
    // what the compiler has learnt as well.
    globalThis.gc?.({ type: 'minor' })
    micros += cpuMicros(() => (ruled += classifyAll(some)))
  }
  if (ruled === 0) throw new Error('no reply had a rule')
  return (count / micros) * 1e6
})
