import type { StoredEvent, WhyNot } from '@icloud-delivery/engine'
import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint } from '../output/paint.ts'
import { timeWords } from '../output/time-words.ts'
import { eventWords } from '../watch/event-words.ts'
import { releaseCommand } from './release-command.ts'

/** Everything that is known about one address, for people. */
export function addressPage(
  known: WhyNot & { appleDomain: boolean },
  width: PageWidth,
  paint: Paint,
): string {
  const { recipient, reasons, admission, important, lastDeliveredAt, suppressions, quarantine } = known
  const page = new Page(width, paint)
  page.paragraph(recipient, { tone: 'title' })
  if (!known.appleDomain) page.paragraph(notAtApple(recipient), { tone: 'caution' })
  page.list(
    'What stands in the way',
    '-',
    reasons.map(({ text, remedy, release }) => {
      const command = release === null ? '' : ` (${releaseCommand(release)})`
      return remedy === null ? `${text}.` : `${text}. What can be done: ${remedy}${command}.`
    }),
  )
  page.fields([
    ['Such mail now', admission === null ? null : `${admission.decision}: ${admission.reason}`],
    [
      'Apple took mail',
      lastDeliveredAt === null ? 'never, as far as it is known' : `${timeWords(lastDeliveredAt)} UTC`,
    ],
    ['Important', important ? 'yes: there is an alert if a reply suppresses it' : null],
    ...readerRows(known),
  ])
  page.table(
    'Suppressions',
    [
      { name: 'origin' },
      { name: 'streams', least: 10 },
      { name: 'since' },
      { name: 'rule', least: 12 },
      { name: 'reply or note', least: 30, below: true },
    ],
    suppressions.map(({ origin, streams, at, rule, reply, note }) => [
      origin,
      streams.join(' '),
      timeWords(at),
      rule,
      reply ?? note,
    ]),
  )
  if (quarantine !== null) page.section('The reply that put it in doubt', quarantine.reply)
  page.table(
    'Messages on their way',
    [{ name: 'id', overhang: 20 }, { name: 'accepted' }, { name: 'tries', align: 'right' }],
    known.messages.map(({ id, acceptedAt, attempts }) => [id, timeWords(acceptedAt), attempts]),
  )
  page.table(
    'Lately',
    [
      { name: 'time (UTC)' },
      { name: 'event' },
      { name: 'rule', least: 12 },
      { name: 'words', least: 30, below: true },
    ],
    known.events.map(eventRow),
  )
  return page.toString()
}

function notAtApple(recipient: string): string {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1)
  return (
    `Not an address at Apple, as far as its name tells: ${domain} is none of Apple’s domains. Its mail is looked after only if the ` +
    'MX of its domain is at Apple (a custom domain). What is known nonetheless:'
  )
}

function readerRows({ engagement }: WhyNot): [string, string | null][] {
  const { clickedAt, repliedAt, openedAt, unsubscribedAt, complainedAt, consents = [] } = engagement
  const row = (label: string, at: number | undefined): [string, string | null] => [
    label,
    at === undefined ? null : `${timeWords(at)} UTC`,
  ]
  const last = consents.at(-1)
  return [
    row('Clicked', clickedAt),
    row('Wrote back', repliedAt),
    row('Opened', openedAt),
    row('Unsubscribed', unsubscribedAt),
    row('Complained', complainedAt),
    ['Consent', last === undefined ? null : `${timeWords(last.at)} UTC, ${last.how}`],
  ]
}

function eventRow(event: StoredEvent): (string | null)[] {
  const { rule } = event.data
  return [timeWords(event.at), event.type, typeof rule === 'string' ? rule : null, eventWords(event)]
}
