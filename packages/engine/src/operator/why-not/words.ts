import { rules } from '@icloud-delivery/rules'

const titles: ReadonlyMap<string, string> = new Map(rules.map(({ id, title }) => [id, title]))
const mostLetters = 64

/** A rule for a sentence: what it means, and its id. */
export function ruleWords(rule: string | null): string {
  const title = titles.get(rule ?? '')
  return title === undefined ? name(rule ?? 'no rule') : `${title} (${rule})`
}

/** A name for a sentence. It may come from a file or a message header, so what is odd is mended. */
export function name(text: string): string {
  return text.slice(0, mostLetters).replace(/[^\w.:@+*!/-]/g, '_')
}

/** A time for a sentence, such as `2026-01-31 12:00 UTC`. */
export function time(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime())
    ? 'an unknown time'
    : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The streams that a suppression covers. */
export function streamWords(streams: readonly string[]): string {
  if (streams.includes('*')) return 'all mail'
  const some = streams
    .slice(0, 5)
    .map((stream) => (stream.startsWith('!') ? `all but ${name(stream.slice(1))}` : name(stream)))
  return `${some.join(', ')}${streams.length > some.length ? ' and more' : ''}`
}
