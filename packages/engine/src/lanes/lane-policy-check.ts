import { didYouMean } from '../did-you-mean.ts'
import { EngineError, found } from '../errors.ts'
import { allLanes, type LanePolicy, type LanesPolicy } from './lane-policy.ts'

const longestSeconds = 366 * 24 * 3600
const mostMessages = 1e9
const longestTable = 366

type Check = (path: string, value: unknown) => void

const seconds = positive(longestSeconds)
const rate = positive(mostMessages)

const checks: Readonly<Record<keyof LanePolicy, Check>> = {
  ceiling: whole(1, 1000),
  floor: whole(1, 1000),
  start: whole(1, 1000),
  messagesPerConnection: whole(1, 1000),
  reserve: from(0, 0.9),
  lowestShare: from(0, 0.5),
  rateFloor: rate,
  rateCeiling: (path, value) => {
    if (value !== null) rate(path, value)
  },
  raiseMessages: whole(1, 1e6),
  raiseSeconds: seconds,
  slowSeconds: seconds,
  leaseSeconds: from(0.5, 3600),
  priorities: (path, value) => each(path, value, whole(0, 9)),
  warmUp: checkWarmUp,
  daySeconds: seconds,
  spread: (path, value) => each(path, value, checkSpread),
  alternative: (path, value) => {
    if (value !== null && typeof value !== 'string') throw wrong(path, 'the name of a lane, or null', value)
  },
}

/** Changes to the policies of lanes; `*` is for all that are not named. */
export type LanesOptions = Readonly<Record<string, Partial<LanePolicy>>>

/**
 * The defaults with these changes: those under `*` count for named lanes too.
 *
 * @throws EngineError `EPOLICY`, which names the option, for what cannot be right
 */
export function resolveLanes(path: string, defaults: LanesPolicy, changes: unknown): LanesPolicy {
  const given = object(path, changes ?? {})
  for (const [name, change] of Object.entries(given)) checkLane(`${path}.${name}`, change)
  const options = given as LanesOptions
  const all = merge(defaults[allLanes] as LanePolicy, options[allLanes])
  const lanes: Record<string, LanePolicy> = { [allLanes]: all }
  for (const name of [...Object.keys(defaults), ...Object.keys(options)]) {
    if (name !== allLanes) lanes[name] = merge(defaults[name] ?? all, options[name])
  }
  for (const [name, { alternative }] of Object.entries(lanes))
    if (alternative !== null) checkAlternative(`${path}.${name}.alternative`, name, alternative, lanes)
  return lanes
}

function merge(base: LanePolicy, change: Partial<LanePolicy> = {}): LanePolicy {
  return { ...base, ...change, priorities: { ...base.priorities, ...change.priorities } }
}

function checkLane(path: string, value: unknown): void {
  const known = Object.keys(checks)
  const lane = object(path, value)
  for (const [name, one] of Object.entries(lane)) {
    if (!known.includes(name)) {
      throw new EngineError(
        'EPOLICY',
        `${path}: there is no option ${found(name)}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
      )
    }
    checks[name as keyof LanePolicy](`${path}.${name}`, one)
  }
  const { floor, ceiling } = lane as Partial<LanePolicy>
  if (floor !== undefined && ceiling !== undefined && floor > ceiling)
    throw wrong(`${path}.floor`, `at most the ceiling, ${ceiling}`, floor)
}

/** Hopping from lane to lane would be evasion: one step, to an IP that was made ready for it. */
function checkAlternative(path: string, name: string, alternative: string, lanes: LanesPolicy): void {
  const other = Object.hasOwn(lanes, alternative) && alternative !== allLanes ? lanes[alternative] : undefined
  if (name === allLanes) throw wrong(path, 'null: an alternative is for one lane by name', alternative)
  if (alternative === name) throw wrong(path, 'another lane', alternative)
  if (other === undefined) throw wrong(path, 'a lane that is named in the policy', alternative)
  if (other.warmUp === null) throw wrong(path, "a lane with a warmUp ('done' if its IP is warm)", alternative)
  if (other.alternative !== null) throw wrong(path, 'a lane without an alternative of its own', alternative)
}

function checkWarmUp(path: string, value: unknown): void {
  if (value === null || value === 'default' || value === 'done') return
  if (!Array.isArray(value) || value.length < 1 || value.length > longestTable)
    throw wrong(path, `'default', 'done', null or an array of 1 to ${longestTable} messages a day`, value)
  value.forEach((messages, day) => whole(1, mostMessages)(`${path}[${day}]`, messages))
}

function checkSpread(path: string, value: unknown): void {
  const { messages, overSeconds, ...others } = object(path, value)
  const [other] = Object.keys(others)
  if (other !== undefined) throw wrong(path, 'messages and overSeconds', other)
  whole(1, mostMessages)(`${path}.messages`, messages)
  seconds(`${path}.overSeconds`, overSeconds)
}

function each(path: string, value: unknown, check: Check): void {
  for (const [name, one] of Object.entries(object(path, value))) check(`${path}.${name}`, one)
}

function positive(most: number): Check {
  return (path, value) => {
    if (typeof value === 'number' && value > 0 && value <= most) return
    throw wrong(path, `a number more than 0 and at most ${most}`, value)
  }
}

function whole(least: number, most: number): Check {
  return (path, value) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
    throw wrong(path, `a whole number from ${least} to ${most}`, value)
  }
}

function from(least: number, most: number): Check {
  return (path, value) => {
    if (typeof value === 'number' && value >= least && value <= most) return
    throw wrong(path, `a number from ${least} to ${most}`, value)
  }
}

function object(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw wrong(path, 'an object', value)
}

function wrong(path: string, expected: string, value: unknown): EngineError {
  return new EngineError('EPOLICY', `${path}: expected ${expected}, found ${found(value)}`)
}
