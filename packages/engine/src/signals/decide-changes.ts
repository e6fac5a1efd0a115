import type { Alert } from './alert.ts'
import type { Change, Finding } from './find-changes.ts'
import type { SignalsPolicy } from './signals-policy.ts'

/** A change that an alert was raised for, and that is not over. */
export interface OpenChange {
  of: Change
  /** As in {@link Finding}: the streams and lanes that it shows at. */
  subjects: readonly string[]
  /** ms since the epoch. */
  since: number
  lastSeenAt: number
}

/** What is stored under `signals/changes`, for all processes. */
export interface ChangesState {
  open?: readonly OpenChange[]
}

/** What {@link decideChanges} makes of what was found. */
export interface ChangesDecision {
  /** The same object as was passed in if nothing changed. */
  state: ChangesState
  alerts: readonly Alert[]
  over: readonly OpenChange[]
  /** Lanes of the alerts. */
  lanes: readonly string[]
}

/**
 * Makes one alert of what has one cause: what shows at once at several streams or lanes, or within an hour. It stays open
 * until nothing was seen of it for an hour. Pure.
 *
 * @param now ms since the epoch
 */
export function decideChanges(
  state: ChangesState,
  findings: readonly Finding[],
  now: number,
  policy: SignalsPolicy,
): ChangesDecision {
  const minute = policy.bucketSeconds * 1000
  const hour = 60 * minute
  const before = state.open ?? []
  const open: OpenChange[] = []
  const over: OpenChange[] = []
  for (const change of before) {
    const isSeen = findings.some(({ of, subject }) => of === change.of && change.subjects.includes(subject))
    // Every ten minutes is often enough to be written.
    const isStale = isSeen && now - change.lastSeenAt >= 10 * minute
    if (!isSeen && now - change.lastSeenAt > hour) over.push(change)
    else open.push(isStale ? { ...change, lastSeenAt: now } : change)
  }

  const alerts: Alert[] = []
  const lanes = new Set<string>()
  for (const kind of ['deferral', 'bounce', 'policy', 'volume'] as const) {
    const news = findings.filter(
      (finding) =>
        finding.of === kind &&
        !open.some((change) => change.of === kind && change.subjects.includes(finding.subject)),
    )
    if (news.length === 0) continue
    const subjects = news.map(({ subject }) => subject)
    const recent = open.findIndex((change) => change.of === kind && now - change.since < hour)
    const joined = open[recent]
    if (joined !== undefined) {
      open[recent] = { ...joined, subjects: [...joined.subjects, ...subjects], lastSeenAt: now }
      continue
    }
    open.push({ of: kind, subjects, since: now, lastSeenAt: now })
    alerts.push(alertOf(kind, news, now, policy.holdMarketingSeconds))
    for (const lane of news.flatMap((finding) => finding.lanes)) lanes.add(lane)
  }
  const isSame = open.length === before.length && open.every((change, index) => change === before[index])
  return { state: isSame ? state : { open }, alerts, over, lanes: [...lanes] }
}

const whatOf: Readonly<Record<Exclude<Change, 'volume'>, string>> = {
  deferral: 'Apple defers',
  bounce: 'recipients bounce in',
  policy: 'Apple refuses for reasons of the sender (policy, reputation, authentication, IP)',
}

function alertOf(of: Change, news: readonly Finding[], now: number, heldSeconds: number | null): Alert {
  // The worst one speaks for all.
  const [worst] = news.toSorted((a, b) => severity(b) - severity(a))
  const { numbers = {}, subject = '' } = worst ?? {}
  const more = news.length > 1 ? `, and ${news.length - 1} more` : ''
  const message =
    of === 'volume'
      ? `The stream ${subject}${more} sent ${numbers.messages} messages of late; usual are ${numbers.usualMessagesPerDay} a day. If nobody planned it, somebody else may be sending.`
      : `${capital(whatOf[of])} ${numbers.percent} % of the attempts of ${subject}${more}; usual are ${numbers.usualPercent} %. See which rules it is in the rates.`
  return {
    kind: of === 'volume' ? 'volume-changed' : 'rate-changed',
    at: now,
    subject: subjectOf(news),
    message: heldSeconds === null ? message : `${message} Marketing is held there for ${heldSeconds} s.`,
    rule: null,
    numbers: { ...numbers, places: news.length, ...(heldSeconds !== null && { heldSeconds }) },
    url: null,
    reply: null,
  }
}

/** One stream on a lane, or what several have in common: the lane or the stream. */
function subjectOf(news: readonly Finding[]): string {
  const [first, ...others] = news.map(({ subject }) => subject)
  if (first === undefined || others.length === 0) return first ?? 'all'
  const [lane, stream] = first.split('/')
  if (others.every((subject) => subject.split('/')[0] === lane)) return lane ?? 'all'
  return others.every((subject) => subject.split('/')[1] === stream) ? (stream ?? 'all') : 'all'
}

function severity({ numbers }: Finding): number {
  return (numbers.percent ?? numbers.messages ?? 0) * Math.sqrt(numbers.attempts ?? 1)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
