import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import { valueOf, valuesOf, type HeaderBlock } from '../header-block.ts'
import { checkDate } from './check-date.ts'

/** Those that RFC 5322 and RFC 2045 allow once. */
const onlyOnce = [
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
]

/** What RFC 5322 says of headers, From apart. */
export function checkHeaders(block: HeaderBlock, now: number): Finding[] {
  const findings: Finding[] = []
  for (const name of onlyOnce) {
    const count = valuesOf(block, name).length
    if (count > 1)
      findings.push(
        found('header-duplicate', { where: `header ${name}`, evidence: `it stands there ${count} times` }),
      )
  }
  const [malformed] = block.malformed
  if (malformed !== undefined)
    findings.push(found('header-malformed', { where: 'headers', evidence: malformed }))
  const notAscii = block.fields.filter(({ value }) => /[\x80-\xff]/.test(value)).map(({ name }) => name)
  if (notAscii.length > 0)
    findings.push(
      found('header-not-ascii', { where: `header ${listed(notAscii)}`, evidence: 'bytes beyond ASCII' }),
    )
  return [
    ...findings,
    ...checkDate(valueOf(block, 'date'), now),
    ...checkMessageId(valueOf(block, 'message-id')),
  ]
}

function checkMessageId(value: string | undefined): Finding[] {
  const where = 'header Message-ID'
  if (value === undefined) return [found('message-id-missing', { where, evidence: 'not there' })]
  // dot-atom or quoted on the left; a name or a literal address on the right.
  const isUsual = /^<[^\s<>@]+@(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_-]+)+|\[[^\s\]]+\])>$/i.test(
    value,
  )
  return isUsual && value.length <= 250 ? [] : [found('message-id-form', { where, evidence: value })]
}
