import type { StoredEvent } from '@icloud-delivery/engine'
import { displayWidth } from '../output/display-width.ts'
import type { Paint, Tone } from '../output/paint.ts'
import { secondWords } from '../output/time-words.ts'
import { bounded, visible } from '../output/visible.ts'
import { eventWords } from './event-words.ts'

const tones: Readonly<Record<string, Tone>> = {
  delivered: 'good',
  suppress: 'bad',
  fail: 'bad',
  'soft-bounce': 'caution',
  hold: 'caution',
  retry: 'caution',
  'scope-held': 'bad',
  'scope-released': 'good',
  alert: 'bad',
  'incident-opened': 'bad',
  'incident-closed': 'good',
}
/** More than the event log keeps of a reply. */
const mostCharacters = 1200
const typeColumns = 15

/** One event on one line, for people. */
export function eventLine(event: StoredEvent, paint: Paint): string {
  const { at, type, subject, data } = event
  const name = visible(bounded(type, 40))
  const tone = tones[type]
  const painted = tone === undefined ? name : paint(tone, name)
  const rule = typeof data.rule === 'string' ? ` ${data.rule}` : ''
  const words = eventWords(event)
  const rest = visible(bounded(`${subject}${rule}${words === null ? '' : `  ${words}`}`, mostCharacters))
  return `${secondWords(at)}  ${painted}${' '.repeat(Math.max(2, typeColumns - displayWidth(name)))}${rest}`
}
