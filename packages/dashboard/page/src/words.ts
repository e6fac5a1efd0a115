export { visible } from '../../src/visible.ts'
import type { LiveEvent } from '../../src/live/live-event.ts'
import { visible } from '../../src/visible.ts'

const numbers = new Intl.NumberFormat('en')

export function count(value: number): string {
  return numbers.format(Math.round(value))
}

/** A share, 0 to 1. */
export function percent(share: number | null): string {
  if (share === null) return '–'
  return `${Math.round(share * 1000) / 10} %`
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

/** A time, with the date. */
export function when(at: number): string {
  return dateTime.format(at)
}

export function whenExactly(at: number): string {
  return full.format(at)
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export function clockTime(at: number): string {
  return clock.format(at)
}

/** How long ago, or how long until. */
export function span(ms: number): string {
  const seconds = Math.abs(ms) / 1000
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 10)) / 10} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

export function ago(at: number, now: number = Date.now()): string {
  return at > now ? `in ${span(at - now)}` : `${span(now - at)} ago`
}

const faults: Readonly<Record<string, string>> = {
  recipient: 'the recipient',
  'recipient-domain': 'the recipient’s domain',
  rate: 'too much at once',
  provider: 'Apple itself',
  protocol: 'how your server talks',
  'sender-auth': 'your authentication',
  'sender-dns': 'your DNS',
  'sender-ip': 'your IP',
  'sender-registration': 'your registration with Apple',
  content: 'what is in the mail',
  reputation: 'your reputation',
  unknown: 'not known',
}

export function faultWords(fault: string): string {
  return faults[fault] ?? fault
}

const done: Readonly<Record<string, string>> = {
  delivered: 'delivered',
  retry: 'tried again later',
  hold: 'held',
  'soft-bounce': 'given up, counted',
  suppress: 'given up, address suppressed',
  fail: 'given up, address kept',
  'scope-held': 'closed',
  'scope-released': 'opened',
  'scope-half-open': 'opens slowly',
  alert: 'alert',
  'alert-over': 'alert is over',
  release: 'released by hand',
  dashboard: 'done here',
  audit: 'done by hand',
  placement: 'test mail looked for',
  canary: 'test batch',
  'mark-important': 'important or not',
  'incident-widened': 'incident grew',
  'scope-probed': 'probe sent',
  'detour-confirmed': 'detour confirmed',
  'lane-slowed': 'lane slowed',
  'incident-opened': 'incident began',
  'incident-closed': 'incident is over',
}

/** What was done: a type of action or event. */
export function doneWords(type: string): string {
  return done[type] ?? type
}

/** What happened, and of what it is the end. */
export function happenedWords({
  type,
  rule,
  incident,
}: Pick<LiveEvent, 'type' | 'rule' | 'incident'>): string {
  if (type === 'suppress' && rule === null) return 'suppressed'
  if (type === 'release' && incident !== null) return 'taken back: Apple’s own trouble'
  return doneWords(type)
}

const endings: Readonly<Record<string, string>> = {
  recovered: 'Apple is well again',
  silent: 'not seen any more',
  hand: 'by hand',
}

/** Why an incident is over. */
export function endingWords(by: string): string {
  return endings[by] ?? by
}

const placed: Readonly<Record<string, string>> = {
  inbox: 'in the inbox',
  junk: 'in Junk',
  other: 'in another folder',
  missing: 'in no folder',
  unknown: 'not known',
}

/** Where a test mail was found. */
export function placementWords(placement: string): string {
  return placed[placement] ?? placement
}

const scopes: Readonly<Record<string, string>> = {
  'sending-ip': 'Lane',
  'sending-domain': 'Sending domain',
  stream: 'Stream',
  campaign: 'Campaign',
  'private-relay': 'Private relay',
  provider: 'All of Apple',
}

/** What is held. A message without a campaign is one of its own, named after its Message-ID. */
export function scopeWords({ scope, id }: { scope: string; id: string }): string {
  if (scope === 'campaign' && id.startsWith('<')) return 'Message'
  return scopes[scope] ?? scope
}

/** What an event or alert is about: an address, or a scope as the engine names it. */
export function subjectWords(subject: string): string {
  return subject.replace(/^campaign\/(?=<)/, 'message ')
}

const origins: Readonly<Record<string, string>> = {
  reply: 'Apple’s reply',
  unsubscribe: 'unsubscribed',
  complaint: 'complained',
  import: 'imported',
  operator: 'by hand',
}

export function originWords(origin: string): string {
  return origins[origin] ?? origin
}

/** Which streams a suppression covers. */
export function streamWords(streams: readonly string[]): string {
  if (streams.includes('*')) return 'all mail'
  return streams
    .map((one) => (one.startsWith('!') ? `all but ${visible(one.slice(1))}` : visible(one)))
    .join(', ')
}
