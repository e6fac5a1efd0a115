import type { Explanation, Verdict } from '@icloud-delivery/rules'
import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint } from '../output/paint.ts'
import type { AssumedExplanation } from './assumed.ts'
import { confidenceWords, faultWords, scopeWords, whatIsDone } from './plain-words.ts'

/** An explanation for people. */
export function explanationPage(
  { explanation, assumed }: AssumedExplanation,
  width: PageWidth,
  paint: Paint,
): string {
  const { rule, verdict } = explanation
  const page = new Page(width, paint)
  page.paragraph(titleOf(explanation), { tone: 'title' })
  page.paragraph(verdict.text === '' ? '(empty)' : verdict.text, { tone: 'quote', indent: 2 })
  if (assumed) page.paragraph(assumption, { tone: 'caution' })
  if (isAccepted(verdict)) {
    page.paragraph(`${verdict.code} means that it was accepted. There is nothing to mend.`)
    return page.toString()
  }
  page.fields([
    ['Whose reply', assumed ? 'Apple’s, as assumed above.' : explanation.whose],
    ['Fault', `${verdict.fault}: ${faultWords[verdict.fault]}`],
    ['Says about', `${verdict.scope}: ${scopeWords[verdict.scope]}`],
    ['What is done', doneWith(verdict)],
    ['How sure', howSure(explanation, assumed)],
  ])
  if (rule !== null) {
    page.section('What it means', rule.meaning)
    page.list('Causes', '-', rule.causes)
  }
  page.list('What to do', '[ ]', [...firstSteps(explanation), ...(rule?.fixes ?? [])])
  page.fields(evidenceRows(verdict), 'Evidence')
  page.list(
    'Matched too',
    '-',
    explanation.shadowed.map(({ rule: id, why }) => `${id}: ${why}.`),
  )
  page.list('Notes', '-', explanation.notes)
  page.list('Sources', '-', rule?.sources ?? [])
  return page.toString()
}

const assumption =
  'Assuming that Apple answered: the text alone does not tell. If another host did, name it with --mx HOST; ' +
  '--recipient ADDRESS helps too.'

function isAccepted({ code }: Verdict): boolean {
  return code !== null && code < 400
}

function titleOf({ rule, verdict }: Explanation): string {
  if (rule !== null) return `${rule.id}: ${rule.title}`
  return isAccepted(verdict) ? 'Not a refusal' : 'Not Apple’s reply'
}

function doneWith(verdict: Verdict): string {
  return verdict.provider === null ? whatIsDone(verdict) : `${verdict.disposition}: ${whatIsDone(verdict)}`
}

function howSure({ rule, verdict }: Explanation, assumed: boolean): string {
  const words = `${verdict.confidence}: ${confidenceWords[verdict.confidence]}`
  const seen = rule?.lastSeen === undefined ? '' : `, last seen ${rule.lastSeen}`
  return words + seen + (assumed ? ', if Apple answered' : '')
}

/** What would make the answer better. */
function firstSteps({ rule, verdict, origin }: Explanation): string[] {
  const steps: string[] = []
  if (verdict.code === null) {
    steps.push('No reply code was found: paste the whole reply, from its three digits on')
  }
  if (origin === 'undecided') {
    steps.push('Say who answered, or who the recipient is: --mx HOST, --recipient ADDRESS')
  } else if (origin === 'other-recipient') {
    steps.push('If the MX of the recipient’s domain is Apple’s, name the host that answered: --mx HOST')
  } else if (rule === null) {
    steps.push('Look the words up with the provider that answered')
  }
  return steps
}

function evidenceRows(verdict: Verdict): [string, string | undefined][] {
  const { matched, ip, list, domain, address, url, transactionId, host } = verdict.evidence
  const codes = [verdict.code, verdict.enhanced].filter((each) => each !== null).join(' ')
  return [
    ['Codes', codes === '' ? undefined : codes],
    ['Tag', verdict.tag === null ? undefined : `[${verdict.tag}]`],
    ['Words', matched],
    ['IP address', ip],
    ['Spamhaus list', list],
    ['Domain', domain],
    ['Address', address],
    ['Link', url],
    ['Txn ID', transactionId],
    ['Host', host],
  ]
}
