import { countsWords, findingBlocks, isToMend } from '../findings/finding-blocks.ts'
import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint, Tone } from '../output/paint.ts'
import type { Step } from './step.ts'

/** What a doctor saw. */
export interface Examination {
  domain: string
  /** ms since the epoch. */
  at: number
  steps: readonly Step[]
}

/** What a doctor saw, for people: all steps at a glance, then each with its findings. */
export function doctorPage({ domain, steps }: Examination, width: PageWidth, paint: Paint): string {
  const page = new Page(width, paint)
  page.paragraph(domain, { tone: 'title' })
  page.fields(steps.map((step, index) => [`${index + 1} ${step.title}`, glance(step)]))
  for (const [index, step] of steps.entries()) {
    page.heading(
      `${index + 1}. ${step.title}`,
      'title',
      step.skipped === null ? countsWords(step.findings) : 'not looked at',
    )
    page.fields(step.facts)
    findingBlocks(page, step.findings)
  }
  page.paragraph(verdict(steps), { tone: verdictTone(steps) })
  return page.toString()
}

function glance({ skipped, findings }: Step): string {
  return skipped === null ? countsWords(findings) : `not looked at: ${skipped}`
}

function verdict(steps: readonly Step[]): string {
  const all = steps.flatMap(({ findings }) => findings)
  if (isToMend(all)) return 'Mend what is marked before you send more mail.'
  return isOpen(steps)
    ? 'Nothing has to be mended in what was looked at; some of it could not be.'
    : 'Nothing has to be mended.'
}

function isOpen(steps: readonly Step[]): boolean {
  return steps.some(
    ({ skipped, findings }) => skipped !== null || findings.some(({ severity }) => severity === 'unknown'),
  )
}

function verdictTone(steps: readonly Step[]): Tone {
  const all = steps.flatMap(({ findings }) => findings)
  if (isToMend(all)) return 'bad'
  return all.some(({ severity }) => severity === 'unknown') ? 'caution' : 'good'
}
