import { visible } from '../visible.ts'
import type { AlertItem, Notice } from './notice.ts'

const longestReply = 400

/** One line for a subject or a headline. */
export function noticeTitle({ type, alerts }: Notice): string {
  const [first] = alerts
  const more = alerts.length > 1 ? ` and ${alerts.length - 1} more` : ''
  const what = first === undefined ? 'nothing' : `${first.kind}: ${oneLine(first.subject, 120)}`
  return `[iCloud delivery] ${type === 'resolved' ? 'resolved: ' : ''}${what}${more}`
}

/** Everything, as plain text. */
export function noticeText(notice: Notice): string {
  return notice.alerts.map((item) => linesOf(notice, item).join('\n')).join('\n\n')
}

function linesOf({ type }: Notice, item: AlertItem): string[] {
  const { kind, subject, at, message, title, fix, numbers, reply, url } = item
  const head = `${kind}: ${oneLine(subject, 300)}${title === null ? '' : ` (${title})`}`
  const since = new Date(at).toISOString()
  if (type === 'resolved') return [head, `Over. It began at ${since}.`]
  const figures = Object.entries(numbers).map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`)
  return [
    head,
    oneLine(message, 1000),
    `At: ${since}`,
    ...(figures.length === 0 ? [] : [`Numbers: ${figures.join(', ')}`]),
    ...(reply === null ? [] : [`Apple's reply: ${oneLine(reply, longestReply)}`]),
    ...(fix === null ? [] : [`First: ${fix}`]),
    ...(url === null ? [] : [`Where (from the reply): ${oneLine(url, 500)}`]),
  ]
}

function oneLine(text: string, longest: number): string {
  return visible(text.slice(0, longest)).replaceAll('\n', ' ')
}
