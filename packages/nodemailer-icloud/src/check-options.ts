import type { Engine } from '@icloud-delivery/engine'
import { configError, unknownName } from './config-error.ts'
import type { IcloudOptions } from './options.ts'

type Check = readonly [expected: string, isRight: (value: unknown) => boolean]
type Checks<T> = { readonly [K in keyof Required<T>]: Check }

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const has =
  (...methods: string[]) =>
  (value: unknown): boolean =>
    isObject(value) && methods.every((method) => isFunction(value[method]))

const isEngine = (value: unknown): boolean =>
  has('admit', 'suppressesNone', 'record', 'enter', 'on', 'off')(value) && isObject((value as Engine).policy)

const nameOf: Check = [
  'a name that is not empty, or a function of the mail',
  (value) => isName(value) || isFunction(value),
]
const isTrueOrFalse: Check = ['true or false', isBoolean]
const milliseconds: Check = ['milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0]

// What an engine or a policy is exactly, createEngine checks.
const checks: Checks<IcloudOptions> = {
  ledger: [
    'a ledger or a string such as "file:./icloud.db"',
    (value) => isName(value) || has('read', 'write')(value),
  ],
  engine: ['an engine made by createEngine', isEngine],
  policy: ['an object', isObject],
  hop: [
    '"relay", "direct" or "auto"',
    (value) => value === 'relay' || value === 'direct' || value === 'auto',
  ],
  stream: nameOf,
  campaign: nameOf,
  submitter: nameOf,
  lane: ['a name that is not empty', isName],
  laneTransports: ['an object of transporters by lane', isObject],
  laneWaitMs: milliseconds,
  onUndelivered: ['a function of the mail and a verdict', isFunction],
  sender: ['an address, or an empty string for the null sender', (value) => typeof value === 'string'],
  returnPath: ['an object such as { domain: "mail.example.com", keys: [{ id, secret }] }', isObject],
  preflight: [
    'a function of the bytes and the envelope, or an object such as { check, mode: "refuse" }',
    (value) => isFunction(value) || isObject(value),
  ],
  mode: ['"inline"', (value) => value === 'inline'],
  outbox: ['one made by sqliteOutbox or bullmqOutbox', has('put', 'claim', 'finish')],
  outboxWorker: isTrueOrFalse,
  onOutcome: ['a function of a report', isFunction],
  retry: ['an object such as { budgetMs: 20000 }', isObject],
  retryAmbiguous: isTrueOrFalse,
  onePerTransaction: isTrueOrFalse,
  resolveMx: ['a function of a domain, or false', (value) => value === false || isFunction(value)],
  clock: ['a function such as Date.now', isFunction],
  timers: ['an object with setTimeout and clearTimeout', has('setTimeout', 'clearTimeout')],
  testing: ['an object such as { appleMx: ["127.0.0.1:2526"] }', isObject],
}

const retryChecks: Checks<NonNullable<IcloudOptions['retry']>> = {
  budgetMs: milliseconds,
  maxAttempts: ['a number, 1 or more', (value) => typeof value === 'number' && value >= 1],
}

const testingChecks: Checks<NonNullable<IcloudOptions['testing']>> = {
  appleMx: [
    'an array of hosts such as ["127.0.0.1:2526"]',
    (value) => Array.isArray(value) && value.every(isName),
  ],
}

/**
 * Refuses options that cannot be right. `undefined` counts as not given.
 *
 * @throws Error `ECONFIG`
 */
export function checkOptions(options: IcloudOptions): void {
  if (!isObject(options)) {
    throw configError('the second argument', 'an object such as { ledger: "file:./icloud.db" }', options)
  }
  check('', options, checks)
  check('retry', options.retry ?? {}, retryChecks)
  check('testing', options.testing ?? {}, testingChecks)
  if (options.outbox && options.mode) {
    throw configError('mode', 'left out where there is an outbox, which tries again by itself', options.mode)
  }
  if (options.engine && (options.ledger !== undefined || options.policy)) {
    throw configError('engine', 'alone, for it has a ledger and a policy of its own', 'both')
  }
}

function check(within: string, given: object, known: Readonly<Record<string, Check>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) throw unknownName(within, name, Object.keys(known))
    const [expected, isRight] = known[name] ?? ['', () => true]
    if (value !== undefined && !isRight(value))
      throw configError(within === '' ? name : `${within}.${name}`, expected, value)
  }
}
