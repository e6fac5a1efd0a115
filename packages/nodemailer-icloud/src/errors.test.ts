import { inspect } from 'node:util'
import { expect, expectTypeOf, it } from 'vitest'
import {
  isHeldError,
  isIcloudError,
  isRefusedError,
  isRetryExhaustedError,
  isSoftBounceError,
  isSuppressedError,
  RejectedError,
  type Failure,
} from './errors.ts'

function failure(code: string): Failure {
  return {
    code,
    permanent: false,
    recipient: 'anna@icloud.com',
    verdict: null,
    rule: null,
    action: null,
    retryAt: null,
    suppression: null,
    ambiguous: false,
  }
}

const guards = {
  ESUPPRESSED: isSuppressedError,
  ESOFTBOUNCE: isSoftBounceError,
  EREFUSED: isRefusedError,
  EHELD: isHeldError,
  ERETRYEXHAUSTED: isRetryExhaustedError,
}

it('tells its errors apart', () => {
  for (const code of Object.keys(guards)) {
    const error = new RejectedError('No', failure(code))
    expect(isIcloudError(error)).toBe(true)
    expect(Object.entries(guards).filter(([, guard]) => guard(error))).toHaveLength(1)
    expect(guards[code as keyof typeof guards](error)).toBe(true)
  }
})

it('tells the compiler that there is a time to send again', () => {
  const retryAtOf = (error: unknown) => {
    if (isHeldError(error) || isRetryExhaustedError(error)) {
      expectTypeOf(error.retryAt).toEqualTypeOf<number>()
      expectTypeOf(error.code).toEqualTypeOf<'EHELD' | 'ERETRYEXHAUSTED'>()
      return error.retryAt
    }
    if (isIcloudError(error)) expectTypeOf(error.retryAt).toEqualTypeOf<number | null>()
    return null
  }
  expect(retryAtOf(new RejectedError('No', { ...failure('EHELD'), retryAt: 5 }))).toBe(5)
  expect(retryAtOf(new RejectedError('No', failure('EREFUSED')))).toBeNull()
})

it('knows the errors of others', () => {
  expect(isIcloudError(new RejectedError('No', failure('ECONNECTION')))).toBe(false)
  expect(isSuppressedError(Object.assign(new Error('No'), { code: 'ESUPPRESSED' }))).toBe(false)
  for (const value of [null, undefined, 'ESUPPRESSED', { code: 'ESUPPRESSED' }])
    expect(isIcloudError(value)).toBe(false)
})

it('has its name on the prototype and nothing but its fields on itself', () => {
  const error = new RejectedError('No', failure('EHELD'))
  expect(error.name).toBe('RejectedError')
  expect(Object.keys(error)).toEqual(Object.keys(failure('EHELD')))
  expect(inspect(error)).toContain('RejectedError: No')
})
