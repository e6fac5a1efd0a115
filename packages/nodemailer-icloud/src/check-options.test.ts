import { createEngine } from '@icloud-delivery/engine'
import nodemailer from 'nodemailer'
import { describe, expect, it } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { withIcloud } from './with-icloud.ts'

/** What is thrown for options, in a few words. */
function complaint(options: unknown): string {
  try {
    withIcloud(nodemailer.createTransport({ jsonTransport: true }), options as IcloudOptions)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ECONFIG' })
    return (error as Error).message
  }
  return 'accepted'
}

describe('options', () => {
  it.each([
    [{ ledgr: 'file:./x.db' }, 'there is no option "ledgr"; did you mean "ledger"?'],
    [{ retry: { budget: 5 } }, 'there is no option "retry.budget"; did you mean "budgetMs"?'],
    [{ testing: { applemx: [] } }, 'there is no option "testing.applemx"; did you mean "appleMx"?'],
    [{ retry: { zzz: 1 } }, 'there is no option "retry.zzz"; known are budgetMs, maxAttempts'],
    [JSON.parse('{"__proto__": 1}'), 'there is no option "__proto__"; known are ledger, '],
    [
      'file:./x.db',
      'the second argument has to be an object such as { ledger: "file:./icloud.db" }; found "file:',
    ],
    [null, 'the second argument has to be an object such as'],
    [[], 'the second argument has to be an object such as'],
    [{ lane: 5 }, 'lane has to be a name that is not empty; found 5'],
    [{ stream: '' }, 'stream has to be a name that is not empty, or a function of the mail; found ""'],
    [{ sender: false }, 'sender has to be an address, or an empty string for the null sender; found false'],
    [
      { testing: { appleMx: '127.0.0.1' } },
      'testing.appleMx has to be an array of hosts such as ["127.0.0.1:2526"]; found "127.0.0.1"',
    ],
    [{ testing: { appleMx: [25] } }, 'testing.appleMx has to be an array of hosts'],
    [{ testing: '127.0.0.1' }, 'testing has to be an object'],
    [{ ledger: 5 }, 'ledger has to be a ledger or a string such as "file:./icloud.db"; found 5'],
    [{ ledger: null }, 'ledger has to be a ledger or a string such as "file:./icloud.db"; found null'],
    [{ engine: {} }, 'engine has to be an engine made by createEngine; found an object'],
    [
      {
        engine: Object.create(createEngine({ ledger: 'memory:' }), {
          suppressesNone: { value: undefined },
        }) as never,
      },
      'engine has to be an engine made by createEngine; found an object',
    ],
    [{ engine: createEngine({ ledger: 'memory:' }), ledger: 'memory:' }, 'engine has to be alone'],
    [{ policy: 'strict' }, 'policy has to be an object; found "strict"'],
    [{ hop: 'driect' }, 'hop has to be "relay", "direct" or "auto"; found "driect"'],
    [{ mode: 'queue' }, 'mode has to be "inline"; found "queue"'],
    [{ campaign: '' }, 'campaign has to be a name that is not empty, or a function of the mail; found ""'],
    [{ submitter: 5 }, 'submitter has to be a name that is not empty, or a function of the mail; found 5'],
    [{ laneWaitMs: -1 }, 'laneWaitMs has to be milliseconds, 0 or more; found -1'],
    [{ onUndelivered: 'sms' }, 'onUndelivered has to be a function of the mail and a verdict; found "sms"'],
    [{ retry: 3 }, 'retry has to be an object such as { budgetMs: 20000 }; found 3'],
    [{ retry: { budgetMs: -1 } }, 'retry.budgetMs has to be milliseconds, 0 or more; found -1'],
    [{ retry: { budgetMs: '5' } }, 'retry.budgetMs has to be milliseconds, 0 or more; found "5"'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts has to be a number, 1 or more; found 0'],
    [{ retry: { maxAttempts: NaN } }, 'retry.maxAttempts has to be a number, 1 or more; found NaN'],
    [{ retryAmbiguous: 'no' }, 'retryAmbiguous has to be true or false; found "no"'],
    [{ onePerTransaction: 0 }, 'onePerTransaction has to be true or false; found 0'],
    [{ resolveMx: true }, 'resolveMx has to be a function of a domain, or false; found true'],
    [{ clock: 0 }, 'clock has to be a function such as Date.now; found 0'],
    [{ timers: {} }, 'timers has to be an object with setTimeout and clearTimeout; found an object'],
  ])('%j: refused', (options, message) => {
    expect(complaint(options)).toContain(`nodemailer-icloud: ${message}`)
  })

  it.each([
    undefined,
    {},
    { ledger: undefined, retry: undefined, testing: { appleMx: undefined } },
    { stream: () => 'marketing', lane: 'one', sender: '', retry: { budgetMs: 0, maxAttempts: 1 } },
    { resolveMx: false, timers: globalThis, hop: 'auto', testing: {} },
  ])('%j: accepted', (options) => {
    expect(complaint(options)).toBe('accepted')
  })
})
