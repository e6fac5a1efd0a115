import { found, type Finding } from '../../findings/finding.ts'

const day = 86_400_000
const form =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s*)?\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{4}\s+\d{2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}|UT|GMT|[ECMP][SD]T)\s*(?:\([^()]*\)\s*)?$/i

/** @param now ms since the epoch */
export function checkDate(value: string | undefined, now: number): Finding[] {
  const where = 'header Date'
  if (value === undefined) return [found('date-missing', { where, evidence: 'not there' })]
  const time = form.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) return [found('date-invalid', { where, evidence: value })]
  const days = (time - now) / day
  if (days > 1 || days < -7)
    return [
      found('date-far-off', {
        where,
        evidence: `${value}: ${Math.round(Math.abs(days))} days ${days > 0 ? 'in the future' : 'ago'}`,
      }),
    ]
  return []
}
