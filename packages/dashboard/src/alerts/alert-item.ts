import { classify } from '@icloud-delivery/rules'
import type { Alert, Engine, Hold, StoredEvent } from '@icloud-delivery/engine'
import { meaningOf } from '../api/meaning.ts'
import type { AlertItem } from './notice.ts'

const longestReply = 1000

/** An alert of this process's engine, which brings its evidence along. */
export function itemOfAlert({ kind, subject, at, message, rule, numbers, reply, url }: Alert): AlertItem {
  return { kind, subject, at, message, numbers, rule, ...wordsOf(rule), reply, url }
}

/** An alert from the event log, which has no reply: the hold or the suppression that it tells of has it. */
export async function itemOfEvent(
  engine: Engine,
  { at, subject, data }: StoredEvent,
  holds: readonly Hold[],
): Promise<AlertItem> {
  const rule = typeof data.rule === 'string' ? data.rule : null
  const kind = String(data.kind) as AlertItem['kind']
  const hold = holds.find(({ scope, id }) => [`${scope}/${id}`, id].includes(subject))
  let reply = hold?.reply ?? null
  if (reply === null && kind === 'important-suppressed') {
    const { suppressions } = await engine.address(subject)
    reply = suppressions.find(({ origin }) => origin === 'reply')?.reply ?? null
  }
  const url = reply === null ? null : (classify(reply).evidence.url ?? null)
  const numbers = (typeof data.numbers === 'object' && data.numbers !== null ? data.numbers : {}) as Record<
    string,
    number
  >
  return {
    kind,
    subject,
    at,
    message: typeof data.message === 'string' ? data.message : '',
    numbers,
    rule,
    ...wordsOf(rule),
    reply: reply === '' ? null : (reply?.slice(0, longestReply) ?? null),
    url,
  }
}

function wordsOf(rule: string | null): Pick<AlertItem, 'title' | 'fix'> {
  const meaning = meaningOf(rule)
  return { title: meaning?.title ?? null, fix: meaning?.fixes[0] ?? null }
}
