import type { Alert } from '../signals/alert.ts'
import type { StoredIncident } from './incident.ts'
import { announcement } from './reply-kind.ts'

/** Where Apple says what is out of order. */
const statusPage = 'https://www.apple.com/support/systemstatus/'

/** The alert of an incident, once when it is noticed. Kinds hold an id of ours and at most a tag: no remote text. */
export function incidentAlert(incident: StoredIncident, now: number): Alert {
  const { id, type, covers, numbers, since } = incident
  const kinds = covers.map(({ kind }) => kind).join(', ')
  const from = new Date(since).toISOString().slice(0, 16).replace('T', ' ')
  return {
    kind: 'incident',
    at: now,
    subject: id,
    message: `${seen(incident, kinds)} This is taken for trouble at Apple: such replies are retried and held against nobody, ${
      type === 'recipients'
        ? `and what they did to recipients since ${from} UTC is taken back`
        : `and what they closed since ${from} UTC is probed more often`
    }. See ${statusPage}. If nothing is wrong at Apple, end it with closeIncident(${JSON.stringify(id)}).`,
    rule: covers[0]?.kind ?? null,
    numbers: {
      refused: numbers.refused,
      attempts: numbers.attempts,
      expected: numbers.expected,
    },
    url: null,
    reply: null,
  }
}

function seen({ type, numbers, covers }: StoredIncident, kinds: string): string {
  const { refused, attempts, expected } = numbers
  if (covers.every(({ kind }) => kind === announcement) && expected === 0)
    return `Apple says that its user directory is out of order (${kinds}).`
  const share = `${refused} of ${attempts} attempts to recipients that accepted mail lately`
  return type === 'recipients'
    ? `Apple refuses ${share} as if they were gone (${kinds}); about ${Math.ceil(expected)} would be usual.`
    : `Apple refuses ${share} for reasons of the sender (${kinds}), on all streams and from all senders at once.`
}
