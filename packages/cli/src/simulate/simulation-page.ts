import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint } from '../output/paint.ts'
import { counted, countWords } from '../output/time-words.ts'
import type { SimulationSummary } from './simulate.ts'

/** What is done, in the order in which it is shown, and what it means. */
const words: readonly (readonly [did: string, meaning: string])[] = [
  ['delivered', 'sent, and Apple took it'],
  ['retry', 'sent, and to be tried again'],
  ['hold', 'sent, and its scope held'],
  ['soft-bounce', 'sent, given up and counted'],
  ['fail', 'sent, given up'],
  ['suppress', 'sent, recipient suppressed'],
  ['suppressed', 'not sent: recipient suppressed'],
  ['held', 'not sent: scope held'],
  ['later', 'not sent: recipient waits'],
  ['expired', 'not sent: too old'],
]

/** What a simulation came to, for people. */
export function simulationPage(summary: SimulationSummary, width: PageWidth, paint: Paint): string {
  const { attempts, recorded, inForce, tried, suppressed, differences } = summary
  const page = new Page(width, paint)
  page.paragraph(`${counted(attempts, 'recorded attempt')}, ${counted(differences, 'difference')}`, {
    tone: 'title',
  })
  const known = words.map(([did]) => did)
  const others = [...new Set([recorded, inForce, tried].flatMap(Object.keys))].filter(
    (did) => !known.includes(did),
  )
  page.table(
    'What would have been done',
    [
      { name: 'with each attempt', least: 20 },
      { name: 'recorded', align: 'right' },
      { name: 'in force', align: 'right' },
      { name: 'tried', align: 'right' },
    ],
    [...words, ...others.map((did) => [did, did] as const)]
      .filter(([did]) => [recorded, inForce, tried].some((counts) => counts[did] !== undefined))
      .map(([did, meaning]) => [
        meaning,
        ...[recorded, inForce, tried].map((counts) => countWords(counts[did] ?? 0)),
      ]),
  )
  page.fields([
    [
      'Suppressed',
      `${counted(suppressed.inForce, 'recipient')} with the policy in force, ${countWords(suppressed.tried)} with the one tried`,
    ],
    ['Added', some(suppressed.added)],
    ['Spared', some(suppressed.spared)],
  ])
  if (attempts > 0)
    page.list('What this cannot tell', '-', [
      'What Apple would have said to mail that was not sent: its answers are taken as they were, and what follows a message that ' +
        'was not sent is not known.',
      'How holds of sending domains would have gone: the event log keeps no senders, so each stream counts as one domain.',
      'How fast mail would have gone: the pace of lanes, their connections and warm-up are left out.',
    ])
  return page.toString()
}

function some(names: readonly string[]): string | null {
  if (names.length === 0) return null
  return `${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${countWords(names.length - 10)} more; --json names them` : ''}`
}
